import type { LayersModel, Optimizer, Tensor } from '@tensorflow/tfjs';
import type { Tf } from '../../train/tensorflow.js';
import type { NodeBackend } from '../node-backend.js';
import { RecordedStep, type Step, type StepReport } from './recorded-step.js';
import { XlaChoiceFile } from './xla-choices.js';

/** What tfjs keeps in a model and does not show in its types. */
interface ModelInternals {
  readonly optimizer_: Optimizer;
  readonly lossFunctions: readonly unknown[];
  readonly collectedTrainableWeights: readonly { readonly id: number }[];
  makeTrainFunction(): Step;
}

/** A step belongs to a model as it was compiled: another optimizer, loss or set of trainable weights makes it another. */
interface OwnedStep {
  readonly step: RecordedStep;
  readonly optimizer: Optimizer;
  readonly lossFunctions: readonly unknown[];
  readonly trainable: string;
}

interface FitArguments {
  readonly epochs?: number;
  readonly batchesPerEpoch?: number;
}

const steps = new WeakMap<object, OwnedStep>();
const opByOp = new WeakSet<object>();
/** A forward pass costs two operations for each weight and row, the way back twice as much. */
const OPERATIONS_PER_WEIGHT = 6;

/**
 * Makes every model record its training step while the backend is `tensorflow`: `fit`, `fitDataset` and `trainOnBatch` all
 * get their step from `makeTrainFunction`.
 */
export function installRecordedTraining(tf: Tf, backend: NodeBackend): void {
  const prototype = tf.LayersModel.prototype as unknown as ModelInternals & Pick<LayersModel, 'fit' | 'fitDataset'>;
  const { makeTrainFunction, fit, fitDataset } = prototype;
  const xla = new XlaChoiceFile(backend.binding.TF_Version);

  prototype.makeTrainFunction = function (this: ModelInternals): Step {
    const step = makeTrainFunction.call(this);
    const isRecorded = (): boolean => tf.getBackend() === 'tensorflow' && !opByOp.has(this);
    if (!isRecorded()) return step;
    const recorded = ownedStep(this, () => {
      return new RecordedStep({ tf, backend, optimizer: this.optimizer_, step, xla });
    });
    return inputs => (isRecorded() ? recorded.run(inputs) : step(inputs));
  };
  prototype.fit = function (this: LayersModel, x, y, args) {
    const rows = rowsOf(x);
    const plan = OPERATIONS_PER_WEIGHT * this.countParams() * rows * (args?.epochs ?? 1);
    return fit.call(this, x, y, watched(tf, this, args ?? {}, plan));
  };
  prototype.fitDataset = function (this: LayersModel, dataset, args) {
    return fitDataset.call(this, dataset, watched(tf, this, args, 0));
  } as typeof fitDataset;
}

/** Has the steps of this model executed op by op from now on. */
export function executeOpByOp(model: LayersModel): void {
  opByOp.add(innerModel(model));
}

/** How the steps of a model were executed last; null for a model that was never trained on TensorFlow. */
export function stepReport(model: LayersModel): StepReport | null {
  return steps.get(innerModel(model))?.step.report ?? null;
}

/** A sequential model hands its training to a model inside. */
function innerModel(model: LayersModel): object {
  return (model as unknown as { model?: object }).model ?? model;
}

function ownedStep(model: ModelInternals, create: () => RecordedStep): RecordedStep {
  const { optimizer_: optimizer, lossFunctions } = model;
  const trainable = model.collectedTrainableWeights.map(weight => weight.id).join();
  const known = steps.get(model);
  if (known?.optimizer === optimizer && known.lossFunctions === lossFunctions && known.trainable === trainable) {
    return known.step;
  }
  const step = create();
  steps.set(model, { step, optimizer, lossFunctions, trainable });
  return step;
}

/** Adds a callback that tells the step of each epoch; tfjs takes callback objects or their configurations, no mixture. */
function watched<A extends FitArguments>(tf: Tf, model: LayersModel, args: A, plan: number): A {
  if (tf.getBackend() !== 'tensorflow') return args;
  const onEpochBegin = (): void => {
    const step = steps.get(model)?.step;
    step?.planned(plan);
    step?.epochBegan();
  };
  const given = (args as { callbacks?: unknown }).callbacks;
  const list: unknown[] = given === undefined || given === null ? [] : Array.isArray(given) ? given : [given];
  const areObjects = (list[0] as { setParams?: unknown } | undefined)?.setParams !== undefined;
  const ours = areObjects ? new tf.CustomCallback({ onEpochBegin }) : { onEpochBegin };
  return { ...args, callbacks: [...list, ours] };
}

function rowsOf(x: unknown): number {
  if (Array.isArray(x)) return rowsOf(x[0]);
  if (typeof x !== 'object' || x === null) return 0;
  if ('shape' in x) return (x as Tensor).shape[0] ?? 0;
  return rowsOf(Object.values(x)[0]);
}
