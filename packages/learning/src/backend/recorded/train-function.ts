import type { LayersModel, Optimizer } from '@tensorflow/tfjs';
import type { Tf } from '../tfjs.js';
import type { NodeBackend } from '../node-backend.js';
import { fitRows, type FitLoop } from './fit-rows.js';
import { RecordedStep, type Step, type StepReport } from './recorded-step.js';
import { XlaChoiceFile } from './xla-choices.js';

/** What tfjs keeps in a model and does not show in its types. */
interface ModelInternals {
  readonly optimizer_: Optimizer;
  readonly lossFunctions: readonly unknown[];
  readonly collectedTrainableWeights: readonly { readonly id: number }[];
  makeTrainFunction(): Step;
  fitLoop: FitLoop;
}

/** A step belongs to a model as it was compiled: another optimizer, loss or set of trainable weights makes it another. */
interface OwnedStep {
  readonly step: RecordedStep;
  readonly optimizer: Optimizer;
  readonly lossFunctions: readonly unknown[];
  readonly trainable: string;
}

const steps = new WeakMap<object, OwnedStep>();
const opByOp = new WeakSet<object>();

/**
 * Makes every model record its training step while the backend is `tensorflow`: `fit`, `fitDataset` and `trainOnBatch` all
 * get their step from `makeTrainFunction`.
 */
export function installRecordedTraining(tf: Tf, backend: NodeBackend): void {
  const prototype = tf.LayersModel.prototype as unknown as ModelInternals & Pick<LayersModel, 'fit' | 'fitDataset'>;
  const { makeTrainFunction, fit, fitDataset, fitLoop } = prototype;
  const xla = new XlaChoiceFile(backend.binding.TF_Version);
  const isRecorded = (model: object): boolean => tf.getBackend() === 'tensorflow' && !opByOp.has(model);

  prototype.makeTrainFunction = function (this: ModelInternals): Step {
    const step = makeTrainFunction.call(this);
    if (!isRecorded(this)) {
      return step;
    }
    const recorded = ownedStep(this, () => {
      return new RecordedStep({ tf, backend, optimizer: this.optimizer_, step, xla });
    });
    return inputs => (isRecorded(this) ? recorded.run(inputs) : step(inputs));
  };
  prototype.fitLoop = function (this: ModelInternals & LayersModel, ...args) {
    const recorded = steps.get(this)?.step;
    if (!recorded || !isRecorded(this)) {
      return fitLoop.apply(this, args);
    }
    return fitRows(tf, this, recorded, fitLoop, args);
  };
  prototype.fit = function (this: LayersModel, x, y, args) {
    return fit.call(this, x, y, watched(tf, this, args ?? {}));
  };
  prototype.fitDataset = function (this: LayersModel, dataset, args) {
    return fitDataset.call(this, dataset, watched(tf, this, args));
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
function watched<A extends object>(tf: Tf, model: LayersModel, args: A): A {
  if (tf.getBackend() !== 'tensorflow') {
    return args;
  }
  const onEpochBegin = (): void => steps.get(model)?.step.epochBegan();
  const given = (args as { callbacks?: unknown }).callbacks;
  const list: unknown[] = given === undefined || given === null ? [] : Array.isArray(given) ? given : [given];
  const areObjects = (list[0] as { setParams?: unknown } | undefined)?.setParams !== undefined;
  const ours = areObjects ? new tf.CustomCallback({ onEpochBegin }) : { onEpochBegin };
  return { ...args, callbacks: [...list, ours] };
}
