/**
 * The questions of a tree in arrays, node 0 being the root. A row goes left when its value does not exceed the threshold, or
 * is one of the node's categories.
 */
export interface TreeShape {
  /** Column of each node's question; -1 for a leaf. */
  readonly column: Int32Array;
  readonly threshold: Float32Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** 1 where a missing value (NaN) goes left; without it missing values go right. */
  readonly missingLeft?: Uint8Array;
  /** Values that go left at nodes that ask for categories. */
  readonly categories?: ReadonlyMap<number, readonly number[]>;
}

/** The leaf that a row reaches; `at` is where the row begins in row-major `rows`. */
export function leafOf(tree: TreeShape, rows: Float32Array, at: number): number {
  let node = 0;
  while (tree.column[node]! >= 0) {
    node = goesLeft(tree, node, rows[at + tree.column[node]!]!) ? tree.left[node]! : tree.right[node]!;
  }
  return node;
}

function goesLeft(tree: TreeShape, node: number, value: number): boolean {
  if (value <= tree.threshold[node]!) {
    return true;
  }
  if (Number.isNaN(value)) {
    return tree.missingLeft?.[node] === 1;
  }
  return tree.categories?.get(node)?.includes(value) ?? false;
}
