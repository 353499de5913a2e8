import { ElementType } from '@slipway/onnx/graph';
import { inputOf, outputOf, product, type Kernel } from '../translation.js';

const reshape: Kernel = (call, to) => {
  const [x, out] = [inputOf(call, 'x'), outputOf(call)];
  const uniform = to.uniformOf(x);
  if (uniform !== undefined) {
    to.setUniform(out, uniform);
    return null;
  }
  return to.reshape(to.name(x), out.shape);
};

const tile: Kernel = (call, to) => {
  const [x, out] = [inputOf(call, 'x'), outputOf(call)];
  const { reps } = call.attributes as { reps: number[] };
  const uniform = to.uniformOf(x);
  if (uniform !== undefined) {
    to.setUniform(out, uniform);
    return null;
  }
  return reps.every(each => each === 1) ? to.name(x) : to.node('Tile', [to.name(x), to.ints(reps)]);
};

const concat: Kernel = (call, to) => {
  const { axis } = call.attributes as { axis: number };
  const parts = Object.values(call.inputs)
    .flat()
    .filter(value => product(value.shape) > 0);
  return to.concat(
    parts.map(value => to.name(value)),
    axis < 0 ? axis + outputOf(call).shape.length : axis
  );
};

const split: Kernel = (call, to) => {
  const { axis } = call.attributes as { axis: number };
  const sizes = call.outputs.map(output => output.shape.at(axis)!);
  return to.nodes('Split', [to.name(inputOf(call, 'x')), to.ints(sizes)], sizes.length, { axis: { int: axis } });
};

const pack: Kernel = (call, to) => {
  const { axis } = call.attributes as { axis: number };
  const { shape } = outputOf(call);
  const one = shape.map((size, i) => (i === axis ? 1 : size));
  const parts = Object.values(call.inputs).flat();
  return to.concat(
    parts.map(value => to.reshape(to.name(value), one)),
    axis
  );
};

const unpack: Kernel = (call, to) => {
  const count = call.outputs.length;
  const axis = { int: call.attributes['axis'] as number };
  const value = to.name(inputOf(call, 'value'));
  if (count === 1) {
    return to.reshape(value, outputOf(call).shape);
  }
  const parts = to.nodes('Split', [value], count, { axis, num_outputs: { int: count } });
  return parts.map((part, i) => to.reshape(part, call.outputs[i]!.shape));
};

const slice: Kernel = (call, to) => {
  const { begin } = call.attributes as { begin: number | number[] };
  const { shape } = outputOf(call);
  const axes = shape.map((_, i) => i);
  const from = axes.map(i => (Array.isArray(begin) ? (begin[i] ?? 0) : i === 0 ? begin : 0));
  return to.slice(
    to.name(inputOf(call, 'x')),
    from,
    from.map((start, i) => start + shape[i]!),
    axes
  );
};

const reverse: Kernel = (call, to) => {
  const axes = [call.attributes['dims']].flat() as number[];
  const all = (value: number): number[] => axes.map(() => value);
  return to.slice(to.name(inputOf(call, 'x')), all(-1), all(-1e9), axes, all(-1));
};

const pad: Kernel = (call, to) => {
  const { paddings, constantValue = 0 } = call.attributes as { paddings: [number, number][]; constantValue?: number };
  const pads = [...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)];
  return to.pad(to.name(inputOf(call, 'x')), pads, constantValue);
};

const mirrorPad: Kernel = (call, to) => {
  const { paddings, mode } = call.attributes as { paddings: [number, number][]; mode: 'reflect' | 'symmetric' };
  if (mode !== 'reflect') {
    throw new Error('MirrorPad that repeats the border has no translation');
  }
  const pads = [...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)];
  return to.node('Pad', [to.name(inputOf(call, 'x')), to.ints(pads)], { mode: { string: 'reflect' } });
};

const stridedSlice: Kernel = (call, to) => {
  const { begin, strides } = call.attributes as { begin: number[]; strides: number[] };
  const x = inputOf(call, 'x');
  const masks = ['beginMask', 'endMask', 'ellipsisMask', 'newAxisMask', 'shrinkAxisMask'] as const;
  if (masks.some(mask => call.attributes[mask]) || begin.length !== x.shape.length || strides.some(each => each < 1)) {
    throw new Error('StridedSlice with masks has no translation');
  }
  const { shape } = outputOf(call);
  const from = begin.map((start, i) => (start < 0 ? start + x.shape[i]! : start));
  const ends = from.map((start, i) => start + (shape[i]! - 1) * strides[i]! + 1);
  const axes = shape.map((_, i) => i);
  return to.slice(to.name(x), from, ends, axes, strides);
};

const gather: Kernel = (call, to) => {
  const { axis = 0, batchDims = 0 } = call.attributes as { axis?: number; batchDims?: number };
  if (batchDims !== 0) {
    throw new Error('GatherV2 with batch dimensions has no translation');
  }
  return to.node('Gather', [to.name(inputOf(call, 'x')), to.name(inputOf(call, 'indices'))], { axis: { int: axis } });
};

/** The gradient of an embedding: what rows of equal number have is added. */
const segmentSum: Kernel = (call, to) => {
  const rows = to.cast(to.reshape(to.name(inputOf(call, 'segmentIds')), [-1, 1]), ElementType.INT64);
  return to.node('ScatterND', [to.zeros(outputOf(call).shape), rows, to.name(inputOf(call, 'x'))], {
    reduction: { string: 'add' }
  });
};

const oneHot: Kernel = (call, to) => {
  const {
    depth,
    onValue = 1,
    offValue = 0
  } = call.attributes as {
    depth: number;
    onValue?: number;
    offValue?: number;
  };
  return to.node('OneHot', [
    to.name(inputOf(call, 'indices')),
    to.constant('int32', [depth], []),
    to.constant(outputOf(call).dtype, [offValue, onValue], [2])
  ]);
};

/** Values put into another order, form or place. */
export const SHAPES: Readonly<Record<string, Kernel>> = {
  Reshape: reshape,
  ExpandDims: (call, to) => to.reshape(to.name(inputOf(call, 'input')), outputOf(call).shape),
  Tile: tile,
  BroadcastTo: (call, to) => to.node('Expand', [to.name(inputOf(call, 'x')), to.ints(outputOf(call).shape)]),
  Transpose: (call, to) => to.transpose(to.name(inputOf(call, 'x')), call.attributes['perm'] as number[]),
  Concat: concat,
  SplitV: split,
  Pack: pack,
  Unpack: unpack,
  Slice: slice,
  Reverse: reverse,
  StridedSlice: stridedSlice,
  PadV2: pad,
  MirrorPad: mirrorPad,
  GatherV2: gather,
  GatherNd: (call, to) =>
    to.node('GatherND', [
      to.name(inputOf(call, 'params')),
      to.cast(to.name(inputOf(call, 'indices')), ElementType.INT64)
    ]),
  UnsortedSegmentSum: segmentSum,
  OneHot: oneHot
};
