import { ElementType } from '@slipway/onnx/graph';
import { elementType, inputOf, outputOf, product, type Kernel } from '../translation.js';

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

/** Places that are looked up, axis after axis: ONNX reflects, but does not repeat the border. */
const mirrorPad: Kernel = (call, to) => {
  const { paddings, mode } = call.attributes as { paddings: [number, number][]; mode: 'reflect' | 'symmetric' };
  const x = inputOf(call, 'x');
  const skipped = mode === 'reflect' ? 1 : 0;
  return paddings.reduce((name, [before, after], axis) => {
    if (before === 0 && after === 0) {
      return name;
    }
    const size = x.shape[axis]!;
    const places = [
      ...Array.from({ length: before }, (_, i) => before - 1 - i + skipped),
      ...Array.from({ length: size }, (_, i) => i),
      ...Array.from({ length: after }, (_, i) => size - 1 - i - skipped)
    ];
    return to.node('Gather', [name, to.ints(places)], { axis: { int: axis } });
  }, to.name(x));
};

/** Beyond the first element, where a slice goes backwards. */
const BEFORE_ALL = -1e9;

const stridedSlice: Kernel = (call, to) => {
  const x = inputOf(call, 'x');
  const attributes = call.attributes as unknown as StridedSliceAttributes;
  const { begin, end, strides } = to.tf.slice_util.sliceInfo(
    [...x.shape],
    attributes.begin,
    attributes.end,
    attributes.strides,
    attributes.beginMask,
    attributes.endMask,
    attributes.ellipsisMask,
    attributes.newAxisMask,
    attributes.shrinkAxisMask
  );
  const ends = end.map((last, i) => (strides[i]! < 0 && last < 0 ? BEFORE_ALL : last));
  const axes = begin.map((_, i) => i);
  return to.reshape(to.slice(to.name(x), begin, ends, axes, strides), outputOf(call).shape);
};

interface StridedSliceAttributes {
  readonly begin: number[];
  readonly end: number[];
  readonly strides: number[];
  readonly beginMask: number;
  readonly endMask: number;
  readonly ellipsisMask: number;
  readonly newAxisMask: number;
  readonly shrinkAxisMask: number;
}

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
  // onnxruntime has no other type for both values and whole indices.
  const values = to.constant('float32', [offValue, onValue], [2]);
  const name = to.node('OneHot', [to.name(inputOf(call, 'indices')), to.constant('int32', [depth], []), values]);
  const type = elementType(outputOf(call).dtype);
  return type === ElementType.FLOAT ? name : to.cast(name, type);
};

/** Numbers at equal distances, added one after the other as tfjs does. */
const evenly =
  (stepOf: (attributes: Readonly<Record<string, number>>) => number): Kernel =>
  (call, to) => {
    const out = outputOf(call);
    const attributes = call.attributes as Readonly<Record<string, number>>;
    const values = new Float32Array(product(out.shape)).fill(attributes['start']!);
    for (let i = 1; i < values.length; i++) {
      values[i] = values[i - 1]! + stepOf(attributes);
    }
    to.setLazy(out, () => to.constant(out.dtype, values, out.shape));
    return null;
  };

/** The default step goes down where the numbers do. */
const range = evenly(({ start, stop, step }) => (stop! < start! && step === 1 ? -1 : step!));

const linSpace = evenly(({ start, stop, num }) => (stop! - start!) / (num! - 1));

/** Values put into another order, form or place. */
export const SHAPES: Readonly<Record<string, Kernel>> = {
  Reshape: reshape,
  ExpandDims: (call, to) => to.reshape(to.name(inputOf(call, 'input')), outputOf(call).shape),
  Tile: tile,
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
  OneHot: oneHot,
  Range: range,
  LinSpace: linSpace
};
