import type { OnnxGraph } from '../../onnx/graph.js';
import type { Tree } from './tree.js';

/**
 * Writes trees whose values are added as one TreeEnsembleRegressor (ai.onnx.ml 3).
 *
 * @param series for each score, its trees. @param base what each score starts from.
 * @returns name of the scores [rows, series].
 */
export function writeTrees(
  graph: OnnxGraph,
  input: string,
  series: readonly (readonly Tree[])[],
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
  let number = 0;
  series.forEach((trees, score) => {
    for (const tree of trees) {
      for (let node = 0; node < tree.column.length; node++) {
        const isLeaf = tree.column[node]! < 0;
        nodes.tree.push(number);
        nodes.node.push(node);
        nodes.column.push(isLeaf ? 0 : tree.column[node]!);
        nodes.value.push(isLeaf ? 0 : tree.threshold[node]!);
        nodes.mode.push(isLeaf ? 'LEAF' : 'BRANCH_LEQ');
        nodes.yes.push(isLeaf ? 0 : tree.left[node]!);
        nodes.no.push(isLeaf ? 0 : tree.right[node]!);
        if (!isLeaf) continue;
        leaves.tree.push(number);
        leaves.node.push(node);
        leaves.target.push(score);
        leaves.weight.push(tree.value[node]!);
      }
      number++;
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
      n_targets: { int: series.length },
      base_values: { floats: base },
      aggregate_function: { string: 'SUM' },
      post_transform: { string: 'NONE' }
    },
    'ai.onnx.ml'
  );
}
