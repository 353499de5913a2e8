import type { KernelCall } from '../recording.js';
import { inputOf, outputOf, product, type Kernel, type Translation } from '../translation.js';
import { poolWindows, toChannelsFirst, toChannelsLast, transposedConvolution, type Windows } from './windows.js';

/** True when the windows lie beside one another. */
function areTiles({ size, strides, pads }: Windows): boolean {
  return size.every((each, i) => each === strides[i]) && pads.every(each => each <= 0);
}

/** The values of each place in the windows: [rows · out height · out width, channels] for each. */
function tiles(to: Translation, name: string, shape: readonly number[], { size, from, out }: Windows): string[] {
  const [rows, , , channels] = shape as [number, number, number, number];
  const [height, width] = size;
  const covered = [out[0] * height, out[1] * width] as const;
  const isCut = covered[0] !== from[0] || covered[1] !== from[1];
  const whole = isCut ? to.slice(name, [0, 0], covered, [1, 2]) : name;
  const lines = parts(to, to.reshape(whole, [rows * out[0], height, covered[1] * channels]), height);
  return lines.flatMap(line => parts(to, to.reshape(line, [rows * product(out), width * channels]), width));
}

function parts(to: Translation, name: string, count: number): string[] {
  return count === 1 ? [name] : to.nodes('Split', [name], count, { axis: { int: 1 }, num_outputs: { int: count } });
}

/** Puts the values of each place in the windows back. */
function untile(to: Translation, places: readonly string[], shape: readonly number[], windows: Windows): string {
  const { size, from, out } = windows;
  const [rows, , , channels] = shape as [number, number, number, number];
  const [height, width] = size;
  const lines = Array.from({ length: height }, (_, y) =>
    to.reshape(to.concat(places.slice(y * width, (y + 1) * width), 1), [rows * out[0], 1, out[1] * width * channels])
  );
  const whole = to.reshape(to.concat(lines, 1), [rows, out[0] * height, out[1] * width, channels]);
  return to.pad(whole, [0, 0, 0, 0, 0, from[0] - out[0] * height, from[1] - out[1] * width, 0]);
}

function largest(to: Translation, name: string, { size, strides, pads }: Windows): string[] {
  return to.nodes('MaxPool', [toChannelsFirst(to, name)], 2, {
    kernel_shape: { ints: size },
    strides: { ints: strides },
    pads: { ints: pads }
  });
}

const maxPool: Kernel = (call, to) => {
  const x = inputOf(call, 'x');
  const windows = poolWindows(to, call, x.shape);
  if (!areTiles(windows)) {
    return toChannelsLast(to, largest(to, to.name(x), windows)[0]!);
  }
  return to.reshape(to.node('Max', tiles(to, to.name(x), x.shape, windows)), outputOf(call).shape);
};

const maxPoolGrad: Kernel = (call, to) => {
  const input = inputOf(call, 'input');
  const windows = poolWindows(to, call, input.shape);
  return areTiles(windows) ? tiledMaxGradient(call, to, windows) : scatteredMaxGradient(call, to, windows);
};

/** To the first of the largest of each window. */
function tiledMaxGradient(call: KernelCall, to: Translation, windows: Windows): string {
  const input = inputOf(call, 'input');
  const channels = input.shape[3]!;
  const [dy, y] = [inputOf(call, 'dy'), inputOf(call, 'output')].map(value =>
    to.reshape(to.name(value), [-1, channels])
  ) as [string, string];
  const places = tiles(to, to.name(input), input.shape, windows);
  let free: string | null = null;
  const gradients = places.map((place, i) => {
    const isLargest = to.node('Equal', [place, y]);
    const isFirst: string = free === null ? isLargest : to.node('And', [isLargest, free]);
    if (i < places.length - 1) {
      const isLess = to.node('Not', [isLargest]);
      free = free === null ? isLess : to.node('And', [free, isLess]);
    }
    return to.node('Mul', [to.cast(isFirst, 1), dy]);
  });
  return untile(to, gradients, input.shape, windows);
}

function scatteredMaxGradient(call: KernelCall, to: Translation, windows: Windows): string {
  const input = inputOf(call, 'input');
  const [rows, height, width, channels] = input.shape as [number, number, number, number];
  const [, places] = largest(to, to.name(input), windows);
  const dy = to.reshape(toChannelsFirst(to, to.name(inputOf(call, 'dy'))), [-1]);
  const sums = to.node('ScatterElements', [to.zeros([product(input.shape)]), to.reshape(places!, [-1]), dy], {
    axis: { int: 0 },
    reduction: { string: 'add' }
  });
  return toChannelsLast(to, to.reshape(sums, [rows, channels, height, width]));
}

const averagePool: Kernel = (call, to) => {
  const x = inputOf(call, 'x');
  const { size, strides, pads } = poolWindows(to, call, x.shape);
  const means = to.node('AveragePool', [toChannelsFirst(to, to.name(x))], {
    kernel_shape: { ints: size },
    strides: { ints: strides },
    pads: { ints: pads },
    count_include_pad: { int: 0 }
  });
  return toChannelsLast(to, means);
};

/** Each gradient, divided by the size of its window, goes to all of it: a transposed convolution with ones, by channels. */
const averagePoolGrad: Kernel = (call, to) => {
  const input = inputOf(call, 'input');
  const windows = poolWindows(to, call, input.shape);
  const { size, out, from } = windows;
  const [rows, , , channels] = input.shape as [number, number, number, number];
  const dy = toChannelsFirst(to, to.name(inputOf(call, 'dy')));
  const shares = to.constant('float32', new Float32Array(product(size)).fill(1 / product(size)), [1, 1, ...size]);
  const single = to.reshape(dy, [rows * channels, 1, ...out]);
  const spread = transposedConvolution(to, [single, shares], windows, 1);
  return toChannelsLast(to, to.reshape(spread, [rows, channels, ...from]));
};

/** Pools over images, with their gradients. */
export const POOLS: Readonly<Record<string, Kernel>> = {
  MaxPool: maxPool,
  MaxPoolGrad: maxPoolGrad,
  AvgPool: averagePool,
  AvgPoolGrad: averagePoolGrad
};
