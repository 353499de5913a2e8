import { numbers, only, writes, type LayerConverter } from './converter.js';

export const shapeLayers: Readonly<Record<string, LayerConverter>> = {
  Flatten: {
    refuse: config => (config['dataFormat'] === 'channelsFirst' ? 'its channels come first' : null),
    write: use => use.graph.node('Flatten', [only(use)], { axis: { int: 1 } })
  },
  Reshape: writes(use => {
    // The shape that tfjs worked out: a -1 in the configuration is a number here.
    const shape = use.outputShape.map((size, axis) => (axis === 0 ? -1 : size!));
    return use.graph.node('Reshape', [only(use), use.graph.int64s(shape)]);
  }),
  Permute: writes(use =>
    use.graph.node('Transpose', [only(use)], { perm: { ints: [0, ...numbers(use.config['dims'], 0)] } })
  ),
  RepeatVector: writes(use => {
    const tall = use.graph.node('Unsqueeze', [only(use), use.graph.int64s([1])]);
    return use.graph.node('Tile', [tall, use.graph.int64s([1, Number(use.config['n']), 1])]);
  }),
  ZeroPadding2D: {
    refuse: config => (config['dataFormat'] === 'channelsFirst' ? 'its channels come first' : null),
    write: use => {
      const [[top, bottom], [left, right]] = paddings(use.config['padding']);
      const pads = use.graph.int64s([0, top, left, 0, 0, bottom, right, 0]);
      return use.graph.node('Pad', [only(use), pads]);
    }
  },
  UpSampling2D: {
    refuse: config =>
      config['dataFormat'] === 'channelsFirst'
        ? 'its channels come first'
        : config['interpolation'] === 'bilinear'
          ? 'its bilinear interpolation has no ONNX form here'
          : null,
    write: use => {
      const [height, width] = numbers(use.config['size'] ?? 2, 2);
      const scales = use.graph.floats([1, height!, width!, 1], [4]);
      return use.graph.node('Resize', [only(use), '', scales], {
        mode: { string: 'nearest' },
        coordinate_transformation_mode: { string: 'asymmetric' },
        nearest_mode: { string: 'floor' }
      });
    }
  }
};

type Sides = [number, number];

/** tfjs takes one number, one for each dimension, or one for each side. */
function paddings(value: unknown): [Sides, Sides] {
  if (typeof value === 'number') {
    return [
      [value, value],
      [value, value]
    ];
  }
  const [first, second] = value as [number | Sides, number | Sides];
  const sides = (side: number | Sides): Sides => (typeof side === 'number' ? [side, side] : side);
  return [sides(first), sides(second)];
}
