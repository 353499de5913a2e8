import type { LayersModel, Optimizer } from '@tensorflow/tfjs';
import type { Tf } from '../../backend/tfjs.js';

type NamedTensor = Awaited<ReturnType<Optimizer['getWeights']>>[number];

interface Values {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** A compiled network in a form that another process can build it from. */
export interface PortableNetwork {
  /** As `model.toJSON` writes it. */
  readonly topology: string;
  readonly weights: readonly Values[];
  readonly optimizer: { readonly className: string; readonly config: Readonly<Record<string, unknown>> };
  /** Present when it has been trained before. */
  readonly optimizerState: {
    readonly iterations: number;
    readonly slots: readonly (Values & { name: string })[];
  } | null;
  readonly loss: string;
  readonly metrics: readonly string[];
}

/** Either the network in portable form, or why it has none. */
export type Portable = { readonly network: PortableNetwork } | { readonly reason: string };

/** Functions cannot go to another process: a loss, metric or layer of the user's own keeps the training in this one. */
export async function portableNetwork(network: LayersModel): Promise<Portable> {
  const { loss, metrics, optimizer } = network;
  if (typeof loss !== 'string') {
    return { reason: 'its loss is a function of the notebook' };
  }
  const names: unknown[] = Array.isArray(metrics) ? metrics : metrics ? [metrics] : [];
  if (!names.every(name => typeof name === 'string')) {
    return { reason: 'a metric of it is a function of the notebook' };
  }
  return {
    network: {
      topology: JSON.stringify(network.toJSON(null, false)),
      weights: await weightsOf(network),
      optimizer: { className: optimizer.getClassName(), config: { ...optimizer.getConfig() } },
      optimizerState: optimizer.iterations > 0 ? await optimizerState(network) : null,
      loss,
      metrics: names
    }
  };
}

/** Builds and compiles the network again. @throws Error for a layer or an optimizer that tfjs itself does not have. */
export async function buildPortable(tf: Tf, portable: PortableNetwork): Promise<LayersModel> {
  const network = (await tf.models.modelFromJSON(JSON.parse(portable.topology) as never)) as LayersModel;
  setWeights(tf, network, portable.weights);
  const { className, config } = portable.optimizer;
  const Optimizer = tf.serialization.SerializationMap.getMap().classNameMap[className]?.[0];
  if (!Optimizer) {
    throw new Error(`There is no optimizer ${className}.`);
  }
  const fromConfig = (Optimizer as unknown as { fromConfig(type: unknown, config: object): unknown }).fromConfig;
  network.compile({
    optimizer: fromConfig.call(Optimizer, Optimizer, config) as LayersModel['optimizer'],
    loss: portable.loss,
    metrics: [...portable.metrics]
  });
  if (portable.optimizerState) {
    const { iterations, slots } = portable.optimizerState;
    const tensors: NamedTensor[] = slots.map(({ name, shape, values }) => ({
      name,
      tensor: tf.tensor(values, [...shape])
    }));
    await network.optimizer.setWeights([{ name: 'iter', tensor: tf.scalar(iterations, 'int32') }, ...tensors]);
  }
  return network;
}

export function setWeights(tf: Tf, network: LayersModel, weights: readonly Values[]): void {
  const tensors = weights.map(({ values, shape }) => tf.tensor(values, [...shape]));
  network.setWeights(tensors);
  tf.dispose(tensors);
}

export function weightsOf(network: LayersModel): Promise<Values[]> {
  return Promise.all(network.getWeights().map(valuesOf));
}

async function optimizerState(network: LayersModel): Promise<NonNullable<PortableNetwork['optimizerState']>> {
  const [steps, ...slots] = await network.optimizer.getWeights();
  steps?.tensor.dispose();
  return {
    iterations: network.optimizer.iterations,
    slots: await Promise.all(slots.map(async ({ name, tensor }) => ({ name, ...(await valuesOf(tensor)) })))
  };
}

/** WebGPU gives its values only to those who wait. */
async function valuesOf(tensor: { shape: number[]; data(): Promise<ArrayLike<number>> }): Promise<Values> {
  return { shape: [...tensor.shape], values: Float32Array.from(await tensor.data()) };
}
