import { SlipwayError } from '@slipway/notebook';
import { z } from 'zod';
import { installedVersions } from '../bundle/installed-versions.js';
import type { FittedColumn } from '../prep/steps.js';
import { FittedPrep } from '../prep/prep.js';
import type { ModelInputs } from '../prep/model-inputs.js';
import { TensorInput, type TensorInputParts } from '../prep/tensor-input.js';
import type { TrainingState } from '../train/checkpoint.js';
import type { PortableNetwork } from '../train/process/portable-network.js';
import { readTensors, writeTensors, type StoredTensor } from './safetensors.js';

const FORMAT = '1';

/** How a training was done, as far as the one that goes on has to do the same. */
export const ResumedSettings = z.object({
  batchSize: z.number().int().positive(),
  seed: z.number(),
  validation: z.number(),
  patience: z.number()
});
export type ResumedSettings = z.infer<typeof ResumedSettings>;

/** The network without its weights; null where a loss, a metric or a layer is code of the notebook. */
export type NetworkPlan = Pick<PortableNetwork, 'topology' | 'optimizer' | 'loss' | 'metrics'> | null;

/** Everything that another kernel needs of a trained network: to predict with it, and to go on training it. */
export interface NetworkCheckpoint {
  readonly state: TrainingState;
  readonly plan: NetworkPlan;
  readonly inputs: ModelInputs;
  readonly target: string;
  /** In the order of the outputs; null for a regression. */
  readonly labels: readonly string[] | null;
  readonly settings: ResumedSettings;
  /** Why there is no bundle beside it, e.g. the layer that cannot be exported; null where there is one. */
  readonly problem: string | null;
}

const Inputs = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('columns'), columns: z.custom<readonly FittedColumn[]>(Array.isArray) }),
  z.object({ kind: z.literal('tensor'), parts: z.custom<TensorInputParts>(value => typeof value === 'object') })
]);
const Described = z.object({
  state: z.object({
    network: z.string(),
    training: z.string(),
    epoch: z.number().int().positive(),
    iterations: z.number().int(),
    optimizer: z.array(z.string()).describe('Names of the slots, in their order.'),
    best: z.object({ loss: z.string().describe('As text: infinite before there was one.'), since: z.number().int() }),
    random: z.array(z.number().int())
  }),
  plan: z
    .object({
      topology: z.string(),
      optimizer: z.object({ className: z.string(), config: z.record(z.string(), z.unknown()) }),
      loss: z.string(),
      metrics: z.array(z.string())
    })
    .nullable(),
  inputs: Inputs,
  target: z.string(),
  labels: z.array(z.string()).nullable(),
  settings: ResumedSettings,
  problem: z.string().nullable()
});

/** The checkpoint as a safetensors file, whose numbers other programs can read, too. */
export function writeCheckpoint({ state, plan, inputs, ...rest }: NetworkCheckpoint, shapes: Shapes): Uint8Array {
  const tensors = new Map<string, StoredTensor>();
  state.weights.forEach((values, i) => tensors.set(`weights.${i}`, { shape: shapes[i]!, values }));
  state.best.weights.forEach((values, i) => tensors.set(`best.${i}`, { shape: shapes[i]!, values }));
  state.optimizer.forEach(({ shape, values }, i) => tensors.set(`optimizer.${i}`, { shape, values }));
  const { network, training, epoch, iterations, random, best, optimizer } = state;
  const described: z.infer<typeof Described> = {
    ...rest,
    labels: rest.labels === null ? null : [...rest.labels],
    state: {
      network,
      training,
      epoch,
      iterations,
      random,
      optimizer: optimizer.map(({ name }) => name),
      best: { loss: String(best.loss), since: best.since }
    },
    plan: plan && {
      ...plan,
      optimizer: { className: plan.optimizer.className, config: { ...plan.optimizer.config } },
      metrics: [...plan.metrics]
    },
    inputs:
      inputs.kind === 'columns' ? { kind: 'columns', columns: inputs.columns } : { kind: 'tensor', parts: inputs.parts }
  };
  return writeTensors({
    tensors,
    metadata: { format: FORMAT, slipway: ownVersion(), checkpoint: JSON.stringify(described) }
  });
}

/** Shapes of a network's weights, in their order. */
export type Shapes = readonly (readonly number[])[];

/** @throws SlipwayError CHECKPOINT_INVALID for what cannot be read here, naming the version that wrote it. */
export function readCheckpoint(file: Uint8Array, name: string): NetworkCheckpoint & { readonly shapes: Shapes } {
  const { tensors, metadata } = readable(file, name);
  const writer = metadata['slipway'] ?? 'another version';
  if (metadata['format'] !== FORMAT) {
    throw refusal(name, `was written by Slipway ${writer}; this kernel has ${ownVersion()}`);
  }
  try {
    const { state, inputs, ...rest } = Described.parse(JSON.parse(metadata['checkpoint'] ?? ''));
    const named = (prefix: string): StoredTensor[] =>
      [...tensors]
        .filter(([key]) => key.startsWith(`${prefix}.`))
        .sort(([a], [b]) => indexOf(a) - indexOf(b))
        .map(([, tensor]) => tensor);
    const weights = named('weights');
    const slots = named('optimizer');
    return {
      ...rest,
      inputs: inputs.kind === 'columns' ? new FittedPrep(inputs.columns) : new TensorInput(inputs.parts),
      shapes: weights.map(({ shape }) => shape),
      state: {
        ...state,
        format: 1,
        weights: weights.map(({ values }) => values),
        optimizer: state.optimizer.map((slot, i) => ({
          name: slot,
          shape: [...slots[i]!.shape],
          values: slots[i]!.values
        })),
        best: {
          loss: Number(state.best.loss),
          since: state.best.since,
          weights: named('best').map(({ values }) => values)
        }
      }
    };
  } catch {
    throw refusal(name, `cannot be read: it was written by Slipway ${writer}, and this kernel has ${ownVersion()}`);
  }
}

function readable(file: Uint8Array, name: string): ReturnType<typeof readTensors> {
  try {
    return readTensors(file);
  } catch {
    throw refusal(name, 'cannot be read');
  }
}

function indexOf(key: string): number {
  return Number(key.slice(key.indexOf('.') + 1));
}

function ownVersion(): string {
  return installedVersions()['slipway'] ?? 'an unknown version';
}

function refusal(name: string, why: string): SlipwayError {
  return new SlipwayError('CHECKPOINT_INVALID', `The checkpoint of ${name} ${why}.`, {
    remedy: 'Train the network anew, or go on in a kernel of the version that wrote it. Its bundle is not concerned.'
  });
}
