import type { LayerVariable, Tensor, Tensor1D, layers } from '@tensorflow/tfjs';
import type { Tf } from './tfjs.js';
import type { NativeTensor, NodeBackend, OpAttribute } from './node-backend.js';

interface BatchNormalization extends layers.Layer {
  readonly axis: number;
  readonly epsilon: number;
  readonly momentum: number;
  readonly gamma: LayerVariable | null;
  readonly beta: LayerVariable | null;
  readonly movingMean: LayerVariable;
  readonly movingVariance: LayerVariable;
}

/** Input as rows of channels, the form that TensorFlow's fused kernel takes: [rows, 1, 1, channels]. */
type Normalized = { readonly output: Tensor; readonly mean: Tensor; readonly variance: Tensor };

const INSTALLED = Symbol.for('slipway.batch-normalization');

/**
 * Has batch normalization computed by TensorFlow's fused kernels while training on TensorFlow. tfjs writes it, and its
 * gradient, as some thirty operations that each go over the whole batch.
 */
export function installBatchNormalization(tf: Tf): void {
  const entry = tf.serialization.SerializationMap.getMap().classNameMap['BatchNormalization'];
  const prototype = entry?.[0].prototype as (layers.Layer & { [INSTALLED]?: boolean }) | undefined;
  if (!prototype || prototype[INSTALLED]) {
    return;
  }
  Object.defineProperty(prototype, INSTALLED, { value: true });
  const { call } = prototype;
  prototype.call = function (this: BatchNormalization, inputs, kwargs: { training?: boolean }) {
    const input = (Array.isArray(inputs) ? inputs[0] : inputs) as Tensor;
    const isLast = this.axis === -1 || this.axis === input.rank - 1;
    if (!kwargs.training || !isLast || tf.getBackend() !== 'tensorflow') {
      return call.call(this, inputs, kwargs);
    }
    return tf.tidy(() => {
      const { output, mean, variance } = normalize(tf, this, input);
      moveAverage(tf, this.movingMean, mean, this.momentum);
      moveAverage(tf, this.movingVariance, variance, this.momentum);
      return output;
    });
  } as layers.Layer['call'];
}

function normalize(tf: Tf, layer: BatchNormalization, input: Tensor): Normalized {
  const channels = input.shape.at(-1)!;
  const rows = input.size / channels;
  const gamma = layer.gamma?.read() ?? tf.ones([channels]);
  const beta = layer.beta?.read() ?? tf.zeros([channels]);
  let statistics: readonly Tensor[] = [];
  const fused = tf.customGrad((...given) => {
    const [x, scale, offset, save] = given as unknown as [Tensor, Tensor, Tensor, (tensors: Tensor[]) => void];
    const flat = tf.reshape(x, [rows, 1, 1, channels]);
    const none = tf.tensor1d([]);
    const outputs = execute(
      tf,
      'FusedBatchNormV3',
      attributes(tf, layer, ['U', 'T']),
      [flat, scale, offset, none, none],
      6
    );
    const [y, mean, variance, ...reserved] = outputs as [Tensor, Tensor, Tensor, ...Tensor[]];
    // What is neither returned nor saved ends with this function.
    statistics = [tf.keep(mean), tf.keep(variance)];
    save([flat, scale, ...reserved]);
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor[] => {
      const back = tf.reshape(dy, [rows, 1, 1, channels]);
      const gradients = execute(tf, 'FusedBatchNormGradV3', attributes(tf, layer, ['U', 'T']), [back, ...saved], 5);
      return [tf.reshape(gradients[0]!, x.shape), gradients[1]!, gradients[2]!];
    };
    return { value: tf.reshape(y, x.shape), gradFunc };
  });
  const output = fused(input, gamma, beta);
  const [mean, variance] = statistics as [Tensor1D, Tensor1D];
  // The kernel's variance is the estimate for the population; the layer keeps that of the batch.
  const ofBatch = { output, mean: tf.clone(mean), variance: tf.mul(variance, (rows - 1) / rows) };
  tf.dispose([mean, variance]);
  return ofBatch;
}

function moveAverage(tf: Tf, average: LayerVariable, value: Tensor, momentum: number): void {
  const before = average.read();
  average.write(tf.sub(before, tf.mul(tf.sub(before, value), 1 - momentum)));
}

function attributes(tf: Tf, layer: BatchNormalization, types: readonly string[]): OpAttribute[] {
  const { binding } = tf.backend() as NodeBackend;
  return [
    ...types.map(name => ({ name, type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT })),
    { name: 'epsilon', type: binding.TF_ATTR_FLOAT, value: layer.epsilon },
    { name: 'data_format', type: binding.TF_ATTR_STRING, value: 'NHWC' },
    { name: 'is_training', type: binding.TF_ATTR_BOOL, value: true }
  ];
}

function execute(
  tf: Tf,
  operation: string,
  given: readonly OpAttribute[],
  inputs: readonly Tensor[],
  count: number
): Tensor[] {
  const backend = tf.backend() as NodeBackend;
  const outputs: NativeTensor[] = backend.binding.executeOp(operation, given, backend.getInputTensorIds(inputs), count);
  return outputs.map(output => backend.createOutputTensor(output));
}
