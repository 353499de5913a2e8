import type { OnnxGraph } from '@slipway/onnx/graph';
import type { TreeShape } from './shape.js';

/** A tree of an ensemble, and what each of its leaves adds to which output. */
export interface EnsembleMember {
  readonly tree: TreeShape;
  said(leaf: number): readonly { readonly target: number; readonly weight: number }[];
}

type Mode = 'LEAF' | 'BRANCH_LEQ' | 'BRANCH_EQ';

/**
 * Writes trees whose answers are added as one TreeEnsembleRegressor (ai.onnx.ml 3).
 *
 * @param base what each output starts from.
 * @returns name of the outputs [rows, outputs].
 */
export function writeEnsemble(
  graph: OnnxGraph,
  input: string,
  members: readonly EnsembleMember[],
  base: readonly number[]
): string {
  const nodes = {
    tree: [] as number[],
    node: [] as number[],
    column: [] as number[],
    value: [] as number[],
    mode: [] as string[],
    missing: [] as number[],
    yes: [] as number[],
    no: [] as number[]
  };
  const leaves = { tree: [] as number[], node: [] as number[], target: [] as number[], weight: [] as number[] };
  const add = (
    tree: number,
    node: number,
    column: number,
    mode: Mode,
    value: number,
    yes: number,
    no: number
  ): void => {
    nodes.tree.push(tree);
    nodes.node.push(node);
    nodes.column.push(column);
    nodes.value.push(value);
    nodes.mode.push(mode);
    nodes.yes.push(yes);
    nodes.no.push(no);
  };
  members.forEach(({ tree, said }, number) => {
    let next = tree.column.length;
    for (let node = 0; node < tree.column.length; node++) {
      const column = tree.column[node]!;
      const [left, right] = [tree.left[node]!, tree.right[node]!];
      const categories = tree.categories?.get(node);
      nodes.missing.push(tree.missingLeft?.[node] ?? 0);
      if (column < 0) {
        add(number, node, 0, 'LEAF', 0, 0, 0);
      } else if (categories === undefined) {
        add(number, node, column, 'BRANCH_LEQ', tree.threshold[node]!, left, right);
      } else {
        // One question for each category; the runtime makes one of them all.
        categories.forEach((category, i) => {
          const [at, last] = [i === 0 ? node : next++, i === categories.length - 1];
          if (i > 0) {
            nodes.missing.push(tree.missingLeft?.[node] ?? 0);
          }
          add(number, at, column, 'BRANCH_EQ', category, left, last ? right : next);
        });
      }
      for (const { target, weight } of column < 0 ? said(node) : []) {
        leaves.tree.push(number);
        leaves.node.push(node);
        leaves.target.push(target);
        leaves.weight.push(weight);
      }
    }
  });
  return graph.node(
    'TreeEnsembleRegressor',
    [input],
    {
      nodes_treeids: { ints: nodes.tree },
      nodes_nodeids: { ints: nodes.node },
      nodes_featureids: { ints: nodes.column },
      nodes_values: { floats: nodes.value },
      nodes_modes: { strings: nodes.mode },
      nodes_truenodeids: { ints: nodes.yes },
      nodes_falsenodeids: { ints: nodes.no },
      nodes_missing_value_tracks_true: { ints: nodes.missing },
      target_treeids: { ints: leaves.tree },
      target_nodeids: { ints: leaves.node },
      target_ids: { ints: leaves.target },
      target_weights: { floats: leaves.weight },
      n_targets: { int: base.length },
      base_values: { floats: base },
      aggregate_function: { string: 'SUM' },
      post_transform: { string: 'NONE' }
    },
    'ai.onnx.ml'
  );
}
