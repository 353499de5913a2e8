import { sizeOf } from '@slipway/tensor-inputs';
import type { LayersModel } from '@tensorflow/tfjs';
import { backendParams, chooseBackend, type BackendChoice } from '../backend/choose.js';
import { stepReport } from '../backend/recorded/index.js';
import { notebook } from '@slipway/notebook';
import { epochLogger, fitSettings } from '../runs/autolog.js';
import type { Run } from '../runs/run.js';
import { rowsAt } from '../examples/examples.js';
import { keptState, type KeptState, type ResumedState } from './kept-state.js';
import { refuseKnownFaults } from '../evaluation/known-faults.js';
import { LossChart } from './loss-chart.js';
import { portableNetwork, setWeights, weightsOf } from './process/portable-network.js';
import { canTrainInProcess, trainInProcess } from './process/training-process.js';
import type { StepSummary } from './process/messages.js';
import { shuffledIndices } from '@slipway/statistics/random';
import type { Target } from '../examples/target.js';
import type { Tf } from '../backend/tfjs.js';
import { trainCompiled, type LearningSettings, type TrainingData } from './train-compiled.js';

export interface TrainingSettings {
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly validation: number;
  readonly patience: number;
  readonly backend?: string | undefined;
  readonly checkpoint?: string | undefined;
  /** The state to go on from; absent begins anew. */
  readonly from?: ResumedState | null;
  /** Whether the state at the end is wanted, also without a checkpoint file. */
  readonly state?: 'kept' | 'dropped';
}

export interface TrainedNetwork {
  readonly epochs: number;
  readonly backend: BackendChoice;
  /** What a training can go on from; null when it is not wanted. */
  readonly state: KeptState | null;
}

/**
 * Trains a compiled network on row-major `rows` [count, …shape], in a process of its own where that is possible. The last
 * rows (or, when they are not ordered in time, seeded random ones) watch for overfitting; the best weights are kept.
 */
export async function trainNetwork(
  tf: Tf,
  network: LayersModel,
  rows: Float32Array,
  shape: readonly number[],
  target: Target,
  settings: TrainingSettings,
  { run, inTimeOrder }: { run: Run; inTimeOrder: boolean }
): Promise<TrainedNetwork> {
  refuseKnownFaults(network);
  const units = (network.outputs[0]!.shape as (number | null)[]).at(-1) ?? 1;
  const data = learningData(rows, shape, target, units, settings, inTimeOrder);
  const kept = await keptState(settings, data);
  const { epochs: most, batchSize, patience, seed } = settings;
  const learning: LearningSettings = { epochs: most, batchSize, patience, seed, checkpoint: kept?.place ?? null };
  const book = notebook();
  const chart = new LossChart(book, `Training on ${target.name}`, settings.epochs);
  const logger = epochLogger(run, settings.epochs);
  run.logParams(fitSettings(network, settings));
  let backend: BackendChoice = { backend: tf.getBackend(), refused: [] };
  const hooks = {
    onBegan: (choice: BackendChoice): void => {
      backend = choice;
      run.logParams(backendParams(choice));
    },
    onResumed: (epoch: number): void => run.logParams({ resumed_at_epoch: epoch }),
    onEpoch: (epoch: number, logs: Readonly<Record<string, number>>): void => {
      logger.onEpochEnd(epoch - 1, logs);
      chart.add(epoch, logs['loss'] ?? NaN, logs['val_loss']);
    }
  };
  const { signal } = book;
  const { epochs, step } = await learn(tf, network, data, learning, settings.backend, signal, hooks).catch(
    async (error: unknown) => {
      await kept?.drop();
      throw error;
    }
  );
  if (step) {
    run.logParams({ training_step: step.reason ? `${step.mode}: ${step.reason}` : step.mode });
  }
  const early = epochs < settings.epochs;
  chart.finish(
    signal.aborted
      ? `interrupted after epoch ${epochs}; the best weights so far are kept`
      : `${epochs} epochs${early ? ', stopped early: the validation loss no longer fell' : ''}`
  );
  return { epochs, backend, state: kept };
}

interface Hooks {
  onBegan(backend: BackendChoice): void;
  onResumed(epoch: number): void;
  onEpoch(epoch: number, logs: Readonly<Record<string, number>>): void;
}

/** In a process of its own; else here, on the best backend of this process. */
async function learn(
  tf: Tf,
  network: LayersModel,
  data: TrainingData,
  settings: LearningSettings,
  wanted: string | undefined,
  signal: AbortSignal,
  hooks: Hooks
): Promise<{ epochs: number; step: StepSummary | null }> {
  const portable = canTrainInProcess() ? await portableNetwork(network) : null;
  if (portable && 'network' in portable) {
    const job = { network: portable.network, data, settings, backend: wanted, signal };
    const result = await trainInProcess(job, hooks);
    if (!('cannotBuild' in result)) {
      await chooseBackend(tf, 'wasm').catch(() => undefined);
      setWeights(tf, network, result.weights);
      return result;
    }
  }
  const choice = await chooseBackend(tf, wanted);
  hooks.onBegan(choice);
  const epochs = await trainCompiled(tf, network, data, settings, { ...hooks, isStopped: () => signal.aborted });
  if (choice.backend === 'webgpu') {
    // It gives no values at once, which a prediction needs.
    const weights = await weightsOf(network);
    await chooseBackend(tf, 'wasm');
    setWeights(tf, network, weights);
  }
  return { epochs, step: stepReport(network) };
}

function learningData(
  rows: Float32Array,
  shape: readonly number[],
  target: Target,
  units: number,
  settings: TrainingSettings,
  inTimeOrder: boolean
): TrainingData {
  const count = target.train.length;
  const held = settings.validation > 0 ? Math.max(1, Math.round(count * settings.validation)) : 0;
  const order = inTimeOrder ? Array.from({ length: count }, (_, i) => i) : shuffledIndices(count, settings.seed);
  const learned = order.slice(0, count - held);
  const shuffled = shuffledIndices(learned.length, settings.seed).map(i => learned[i]!);
  const width = sizeOf(shape);
  const part = (indices: readonly number[]): { x: Float32Array; y: Float32Array } => ({
    x: rowsAt(rows, width, indices),
    y: targetValues(target, indices, units)
  });
  return {
    ...part(shuffled),
    shape,
    units: target.labels && units > 1 ? units : 1,
    validation: held > 0 ? part(order.slice(count - held)) : null
  };
}

function targetValues(target: Target, indices: readonly number[], units: number): Float32Array {
  const values = Float32Array.from(indices, i => target.train[i]!);
  if (!target.labels || units === 1) {
    return values;
  }
  const hot = new Float32Array(values.length * units);
  values.forEach((label, row) => (hot[row * units + label] = 1));
  return hot;
}
