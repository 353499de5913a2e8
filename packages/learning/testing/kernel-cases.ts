import type { Tensor, Tensor1D, Tensor2D, Tensor4D, Tensor5D } from '@tensorflow/tfjs';
import { seededRandom } from '@slipway/statistics/random';
import type { Tf } from '../src/backend/tfjs.js';

/** Rows of a batch; what is drawn here is the same for all batches. */
export type KernelCase = [name: string, inputs: () => Tensor[], run: (...batch: Tensor[]) => Tensor | Tensor[]];

/** Operations that use each kernel of tfjs which has a translation, on `rows` rows. */
export function kernelCases(tf: Tf, rows: number): KernelCase[] {
  const random = seededRandom(23);
  /** Between -1 and 1. */
  const numbers = (shape: number[]): Tensor =>
    tf.tensor(
      Float32Array.from({ length: shape.reduce((all, each) => all * each, 1) }, () => 2 * random() - 1),
      shape
    );
  /** Halves from -4 to 4 in some order: zeros, ties, and what is rounded either way. */
  const halves = (shape: number[]): Tensor => tf.div(tf.round(tf.mul(numbers(shape), 8)), 2);
  const wholes = (shape: number[], below: number): Tensor =>
    tf.cast(tf.floor(tf.mul(tf.div(tf.add(numbers(shape), 1), 2.001), below)), 'int32');

  const square = (): Tensor[] => [numbers([rows, 5])];
  const positive = (): Tensor[] => [tf.add(tf.abs(numbers([rows, 5])), 0.1)];
  const rough = (): Tensor[] => [halves([rows, 6])];
  const two = (): Tensor[] => [halves([rows, 6]), halves([rows, 6])];
  const image = (): Tensor[] => [numbers([rows, 6, 7, 4])];
  const single = (): Tensor[] => [numbers([rows, 6, 7, 1])];
  const volume = (): Tensor[] => [numbers([rows, 4, 5, 6, 2])];

  const unary: KernelCase[] = (
    [
      'abs',
      'neg',
      'square',
      'exp',
      'expm1',
      'sigmoid',
      'tanh',
      'softplus',
      'elu',
      'selu',
      'erf',
      'floor',
      'ceil',
      'round',
      'sign',
      'relu',
      'relu6',
      'sin',
      'cos',
      'tan',
      'atan',
      'step',
      'zerosLike',
      'onesLike',
      'softmax',
      'logSoftmax',
      'leakyRelu'
    ] as const
  ).map(name => [name, rough, a => tf[name](a)]);
  const ofPositive: KernelCase[] = (['sqrt', 'rsqrt', 'log', 'log1p', 'reciprocal'] as const).map(name => [
    name,
    positive,
    a => tf[name](a)
  ]);
  const binary: KernelCase[] = (
    [
      'add',
      'sub',
      'mul',
      'maximum',
      'minimum',
      'squaredDifference',
      'greater',
      'greaterEqual',
      'less',
      'lessEqual',
      'equal',
      'notEqual'
    ] as const
  ).flatMap((name): KernelCase[] => [
    [name, two, (a, b) => tf[name](a, b)],
    [`${name} with one number`, rough, a => tf[name](a, 1.5)],
    [`${name} with a row`, rough, a => tf[name](a, tf.range(-2, 4))]
  ]);
  const truth: KernelCase[] = (['logicalAnd', 'logicalOr'] as const).map(name => [
    name,
    two,
    (a, b) => tf[name](tf.greater(a, 0), tf.greater(b, 0))
  ]);
  const reduced: KernelCase[] = (['sum', 'mean', 'max', 'min', 'prod'] as const).flatMap((name): KernelCase[] => [
    [`${name} of rows`, rough, a => tf[name](a, 1)],
    [`${name} of several axes, which stay`, image, a => tf[name](a, [1, 2], true)],
    [`${name} of all`, rough, a => tf[name](a)]
  ]);
  const divisor = tf.tensor1d([2, -3, 0.5, -1.5, 4, 7]);
  const divided: KernelCase[] = (['div', 'floorDiv', 'mod'] as const).map(name => [
    `${name}, of either sign`,
    rough,
    a => tf[name](a, divisor)
  ]);

  /** What the gradients of `run` are called with. */
  const gradient =
    (run: (...batch: Tensor[]) => Tensor) =>
    (...batch: Tensor[]): Tensor[] =>
      tf.grads((...inputs: Tensor[]) => tf.mul(run(...inputs), weightsFor(run(...inputs).shape)))(batch);
  const known = new Map<string, Tensor>();
  const weightsFor = (shape: number[]): Tensor => {
    const weights = known.get(shape.join()) ?? tf.keep(numbers(shape));
    known.set(shape.join(), weights);
    return weights;
  };

  const filters = numbers([3, 3, 4, 5]) as Tensor4D;
  const perChannel = numbers([3, 3, 4, 2]) as Tensor4D;
  const lone = numbers([3, 3, 1, 5]) as Tensor4D;
  const alone = numbers([3, 3, 4, 1]) as Tensor4D;
  const cubes = numbers([2, 3, 2, 2, 3]) as Tensor5D;
  const strides = [1, 2] as const;
  const convolved: KernelCase[] = (['valid', 'same'] as const).flatMap(padding =>
    strides.flatMap((stride): KernelCase[] => {
      const how = `${padding} padding, stride ${stride}`;
      const conv = (a: Tensor, b: Tensor = filters): Tensor => tf.conv2d(a as Tensor4D, b as Tensor4D, stride, padding);
      const deep = (a: Tensor, b: Tensor = perChannel): Tensor =>
        tf.depthwiseConv2d(a as Tensor4D, b as Tensor4D, stride, padding);
      const solid = (a: Tensor): Tensor => tf.conv3d(a as Tensor5D, cubes, stride, padding);
      return [
        [`conv2d, ${how}`, image, a => conv(a)],
        [`the gradients of conv2d, ${how}`, image, a => tf.grads((x, w) => conv(x!, w))([a, filters])],
        [`conv2d of one channel, ${how}`, single, a => tf.conv2d(a as Tensor4D, lone, stride, padding)],
        [
          `the gradients of conv2d of one channel, ${how}`,
          single,
          a => tf.grads((x, w) => tf.conv2d(x as Tensor4D, w as Tensor4D, stride, padding))([a, lone])
        ],
        [
          `the gradient of a rectified pool, ${how}`,
          image,
          gradient(a => tf.maxPool(tf.relu(tf.sub(a, 0.3)) as Tensor4D, [2, 2], stride, padding))
        ],
        [`depthwise, ${how}`, image, a => deep(a)],
        [`the gradients of depthwise, ${how}`, image, a => tf.grads((x, w) => deep(x!, w))([a, alone])],
        [`conv3d, ${how}`, volume, a => solid(a)],
        [
          `the gradients of conv3d, ${how}`,
          volume,
          a => tf.grads((x, w) => tf.conv3d(x as Tensor5D, w as Tensor5D, stride, padding))([a, cubes])
        ],
        [`max pool, ${how}`, image, a => tf.maxPool(a as Tensor4D, [2, 3], stride, padding)],
        [`average pool, ${how}`, image, a => tf.avgPool(a as Tensor4D, [2, 3], stride, padding)],
        [`the gradient of max pool, ${how}`, image, gradient(a => tf.maxPool(a as Tensor4D, [2, 3], stride, padding))],
        [
          `the gradient of average pool, ${how}`,
          image,
          gradient(a => tf.avgPool(a as Tensor4D, [2, 3], stride, padding))
        ],
        [`max pool of volumes, ${how}`, volume, a => tf.maxPool3d(a as Tensor5D, 2, stride, padding)],
        [`average pool of volumes, ${how}`, volume, a => tf.avgPool3d(a as Tensor5D, 2, stride, padding)],
        [
          `the gradient of max pool of volumes, ${how}`,
          volume,
          gradient(a => tf.maxPool3d(a as Tensor5D, 2, stride, padding))
        ],
        [
          `the gradient of average pool of volumes, ${how}`,
          volume,
          gradient(a => tf.avgPool3d(a as Tensor5D, 2, stride, padding))
        ]
      ];
    })
  );

  const weights = numbers([5, 3]) as Tensor2D;
  const bias = numbers([3]) as Tensor1D;
  const slope = tf.tensor1d([0.1, -0.2, 0.3, 0.4, -0.5, 0.6]);
  const others: KernelCase[] = [
    ['pow, of whole exponents', rough, a => tf.pow(a, tf.tensor1d([0, 1, 2, 3, 2, 1]))],
    ['pow, of a positive base', positive, a => tf.pow(a, -1.5)],
    ['addN', two, (a, b) => tf.addN([a, b, a])],
    ['cast to whole numbers and back', rough, a => tf.cast(tf.cast(a, 'int32'), 'float32')],
    ['cast to truth values', rough, a => tf.cast(a, 'bool')],
    ['where', two, (a, b) => tf.where(tf.greater(a, b), a, b)],
    ['logicalNot', rough, a => tf.logicalNot(tf.greater(a, 0))],
    ['any', rough, a => tf.any(tf.greater(a, 3), 1)],
    ['all', rough, a => tf.all(tf.less(a, 3), 1)],
    ['clipByValue', rough, a => tf.clipByValue(a, -1, 2.5)],
    ['prelu', rough, a => tf.prelu(a, slope)],
    ['fill', rough, a => tf.add(a, tf.fill([6], 2))],
    ['argMax, the first of equal ones', rough, a => tf.argMax(a, 1)],
    ['argMin, the first of equal ones', rough, a => tf.argMin(a, 1)],
    ['cumsum', rough, a => tf.cumsum(a, 1)],
    ['cumsum, exclusive and from the end', rough, a => tf.cumsum(a, 1, true, true)],
    ['top-k', square, a => Object.values(tf.topk(a, 3))],
    ['reshape and expandDims', rough, a => tf.expandDims(tf.reshape(a, [-1, 3, 2]), 2)],
    ['tile', rough, a => tf.tile(a, [1, 3])],
    ['broadcastTo', rough, a => tf.broadcastTo(tf.expandDims(a, 1), [a.shape[0]!, 3, 6])],
    ['transpose', image, a => tf.transpose(a, [0, 3, 1, 2])],
    ['concat', two, (a, b) => tf.concat([a, b, a], 1)],
    ['split', rough, a => tf.split(a, [1, 3, 2], 1)],
    ['stack', two, (a, b) => tf.stack([a, b], 1)],
    ['unstack', rough, a => tf.unstack(a, 1)],
    ['slice', image, a => tf.slice(a, [0, 1, 2, 0], [-1, 3, 4, 2])],
    ['reverse', image, a => tf.reverse(a, [1, 3])],
    ['strided slice, either way', image, a => tf.stridedSlice(a, [0, 5, 0, 0], [8, 0, 7, 4], [1, -2, 3, 1], 0, 0)],
    [
      'strided slice that drops an axis',
      image,
      a => tf.stridedSlice(a, [0, 2, 0, 0], [8, 3, 7, 4], [1, 1, 1, 1], 9, 9, 0, 0, 2)
    ],
    [
      'pad',
      image,
      a =>
        tf.pad(
          a,
          [
            [0, 0],
            [1, 2],
            [0, 3],
            [0, 0]
          ],
          0.5
        )
    ],
    ...(['reflect', 'symmetric'] as const).map((mode): KernelCase => [
      `mirror pad, ${mode}`,
      image,
      a =>
        tf.mirrorPad(
          a,
          [
            [0, 0],
            [1, 2],
            [2, 1],
            [0, 0]
          ],
          mode
        )
    ]),
    ['gather', square, a => tf.gather(a, tf.tensor1d([4, 0, 0, 2], 'int32'), 1)],
    [
      'gatherND',
      image,
      a =>
        tf.gatherND(
          a,
          tf.tensor2d(
            [
              [0, 1],
              [1, 5],
              [1, 1]
            ],
            [3, 2],
            'int32'
          )
        )
    ],
    [
      'unsortedSegmentSum',
      square,
      a => tf.unsortedSegmentSum(tf.transpose(a), tf.tensor1d([2, 0, 2, 1, 0], 'int32'), 4)
    ],
    [
      'range and linspace',
      rough,
      a => [tf.add(a, tf.range(7, 1)), tf.add(a, tf.linspace(0, 0.7, 6)), tf.add(a, tf.range(0.5, 3.5, 0.5))]
    ],
    ['oneHot', () => [wholes([rows, 3], 4)], a => tf.oneHot(a, 4, 2, -1)],
    [
      'matMul, either side transposed',
      square,
      a => [tf.matMul(a, weights), tf.matMul(a, a, true), tf.matMul(a, a, false, true)]
    ],
    ['matMul of many matrices', image, a => tf.matMul(a, a, false, true)],
    ...(['relu', 'sigmoid', 'elu', 'linear', 'relu6'] as const).map((activation): KernelCase => [
      `fused matMul with ${activation}`,
      square,
      a => tf.fused.matMul({ a: a as Tensor2D, b: weights, bias, activation })
    ]),
    [
      'fused conv2d',
      image,
      a =>
        tf.fused.conv2d({
          x: a as Tensor4D,
          filter: filters,
          strides: 1,
          pad: 'same',
          bias: tf.range(0, 5),
          activation: 'relu'
        })
    ],
    [
      'fused depthwise',
      image,
      a =>
        tf.fused.depthwiseConv2d({
          x: a as Tensor4D,
          filter: perChannel,
          strides: 2,
          pad: 'same',
          bias: tf.range(-4, 4),
          activation: 'relu6'
        })
    ],
    [
      'conv2dTranspose',
      image,
      a => tf.conv2dTranspose(a as Tensor4D, numbersOnce, [a.shape[0]!, 13, 15, 3], 2, 'valid')
    ],
    [
      'batchNorm',
      image,
      a =>
        tf.batchNorm(
          a as Tensor4D,
          tf.range(0, 4) as Tensor1D,
          tf.range(1, 5) as Tensor1D,
          tf.range(2, 6) as Tensor1D,
          tf.range(3, 7) as Tensor1D,
          0.01
        )
    ],
    ['nearest neighbor, larger', image, a => tf.image.resizeNearestNeighbor(a as Tensor4D, [12, 21])],
    ['the gradient of nearest neighbor', image, gradient(a => tf.image.resizeNearestNeighbor(a as Tensor4D, [12, 21]))],
    ['bilinear, larger', image, a => tf.image.resizeBilinear(a as Tensor4D, [12, 21])],
    ['the gradient of bilinear', image, gradient(a => tf.image.resizeBilinear(a as Tensor4D, [12, 21]))],
    ['local response normalization', image, a => tf.localResponseNormalization(a as Tensor4D, 1, 1.5, 0.3, 0.7)],
    [
      'the gradient of local response normalization',
      image,
      gradient(a => tf.localResponseNormalization(a as Tensor4D, 1, 1.5, 0.3, 0.7))
    ],
    ['the gradient of elu', rough, gradient(a => tf.elu(a))],
    ['the gradients of softmax, cumsum and top values', square, gradient(a => tf.cumsum(tf.softmax(a), 1))],
    ['the gradient of gather', square, gradient(a => tf.gather(a, tf.tensor1d([4, 0, 0, 2], 'int32'), 1))],
    ['the gradients of max and min of rows', square, gradient(a => tf.add(tf.max(a, 1), tf.min(a, 1)))]
  ];
  const numbersOnce = numbers([3, 3, 3, 4]) as Tensor4D;

  return [...unary, ...ofPositive, ...binary, ...truth, ...reduced, ...divided, ...convolved, ...others];
}
