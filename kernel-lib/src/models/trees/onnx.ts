import type { OnnxGraph } from '../../onnx/graph.js';
import type { TreeShape } from './shape.js';

/** A tree of an ensemble, and what each of its leaves adds to which output. */
export interface EnsembleMember {
  readonly tree: TreeShape;
  said(leaf: number): readonly { readonly target: number; readonly weight: number }[];
}

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
    yes: [] as number[],
    no: [] as number[]
  };
  const leaves = { tree: [] as number[], node: [] as number[], target: [] as number[], weight: [] as number[] };
  members.forEach(({ tree, said }, number) => {
    for (let node = 0; node < tree.column.length; node++) {
      const isLeaf = tree.column[node]! < 0;
      nodes.tree.push(number);
      nodes.node.push(node);
      nodes.column.push(isLeaf ? 0 : tree.column[node]!);
      nodes.value.push(isLeaf ? 0 : tree.threshold[node]!);
      nodes.mode.push(isLeaf ? 'LEAF' : 'BRANCH_LEQ');
      nodes.yes.push(isLeaf ? 0 : tree.left[node]!);
      nodes.no.push(isLeaf ? 0 : tree.right[node]!);
      for (const { target, weight } of isLeaf ? said(node) : []) {
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
