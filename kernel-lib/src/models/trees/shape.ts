/** The questions of a tree in arrays, node 0 being the root. A row goes left when its value does not exceed the threshold. */
export interface TreeShape {
  /** Column of each node's question; -1 for a leaf. */
  readonly column: Int32Array;
  readonly threshold: Float32Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
}

/** The leaf that a row reaches; `at` is where the row begins in row-major `rows`. */
export function leafOf(tree: TreeShape, rows: Float32Array, at: number): number {
  let node = 0;
  while (tree.column[node]! >= 0) {
    node = rows[at + tree.column[node]!]! <= tree.threshold[node]! ? tree.left[node]! : tree.right[node]!;
  }
  return node;
}
