import type { LayersModel, Optimizer } from '@tensorflow/tfjs';
import type { Tf } from '../tfjs.js';
import { fitRows, type FitLoop } from './fit-rows.js';
import type { Step, StepReport, TrainingStep } from './training-step.js';

/** What tfjs keeps in a model and does not show in its types. */
interface ModelInternals {
  readonly optimizer_: Optimizer;
  readonly stateful: boolean;
  readonly lossFunctions: readonly unknown[];
  readonly collectedTrainableWeights: readonly { readonly id: number }[];
  makeTrainFunction(): Step;
  fitLoop: FitLoop;
}

/** A step belongs to a model as it was compiled: another optimizer, loss or set of trainable weights makes it another. */
interface OwnedStep {
  readonly step: TrainingStep;
  readonly engine: StepEngine;
  readonly optimizer: Optimizer;
  readonly lossFunctions: readonly unknown[];
  readonly trainable: string;
}

/** One way to record training steps. */
export interface StepEngine {
  /** Whether it can record on the backend that tfjs uses now. */
  isFor(backend: string): boolean;
  create(parts: {
    readonly tf: Tf;
    readonly optimizer: Optimizer;
    readonly step: Step;
    /** Whether layers keep values between batches. */
    readonly isStateful: boolean;
  }): TrainingStep;
}

const engines = new WeakMap<Tf, StepEngine[]>();
const steps = new WeakMap<object, OwnedStep>();
const opByOp = new WeakSet<object>();

/**
 * Makes every model record its training step on the backends of `engine`: `fit`, `fitDataset` and `trainOnBatch` all get their
 * step from `makeTrainFunction`.
 */
export function installRecordedTraining(tf: Tf, engine: StepEngine): void {
  const known = engines.get(tf);
  if (known) {
    known.push(engine);
    return;
  }
  engines.set(tf, [engine]);
  const prototype = tf.LayersModel.prototype as unknown as ModelInternals & Pick<LayersModel, 'fit' | 'fitDataset'>;
  const { makeTrainFunction, fit, fitDataset, fitLoop } = prototype;

  prototype.makeTrainFunction = function (this: ModelInternals): Step {
    const step = makeTrainFunction.call(this);
    const engine = engineOf(tf, this);
    if (!engine) {
      return step;
    }
    const recorded = ownedStep(this, engine, () => {
      const { optimizer_: optimizer, stateful: isStateful } = this;
      return engine.create({ tf, optimizer, step, isStateful });
    });
    return inputs => (engineOf(tf, this) === engine ? recorded.run(inputs) : step(inputs));
  };
  prototype.fitLoop = function (this: ModelInternals & LayersModel, ...args) {
    const owned = steps.get(this);
    const isRecorded = owned !== undefined && owned.engine === engineOf(tf, this);
    return isRecorded ? fitRows(tf, this, owned.step, fitLoop, args) : fitLoop.apply(this, args);
  };
  prototype.fit = function (this: LayersModel, x, y, args) {
    return fit.call(this, x, y, watched(tf, this, args ?? {}));
  };
  prototype.fitDataset = function (this: LayersModel, dataset, args) {
    return fitDataset.call(this, dataset, watched(tf, this, args));
  } as typeof fitDataset;
}

function engineOf(tf: Tf, model: object): StepEngine | undefined {
  return isOpByOp(model) ? undefined : engines.get(tf)?.find(engine => engine.isFor(tf.getBackend()));
}

/** Has the steps of this model executed op by op from now on. */
export function executeOpByOp(model: LayersModel): void {
  opByOp.add(innerModel(model));
}

export function isOpByOp(model: object): boolean {
  return opByOp.has(model);
}

/** How the steps of a model were executed last; null for a model that was never trained on TensorFlow. */
export function stepReport(model: LayersModel): StepReport | null {
  return steps.get(innerModel(model))?.step.report ?? null;
}

/** A sequential model hands its training to a model inside. */
function innerModel(model: LayersModel): object {
  return (model as unknown as { model?: object }).model ?? model;
}

function ownedStep(model: ModelInternals, engine: StepEngine, create: () => TrainingStep): TrainingStep {
  const { optimizer_: optimizer, lossFunctions } = model;
  const trainable = model.collectedTrainableWeights.map(weight => weight.id).join();
  const known = steps.get(model);
  if (
    known?.engine === engine &&
    known.optimizer === optimizer &&
    known.lossFunctions === lossFunctions &&
    known.trainable === trainable
  ) {
    return known.step;
  }
  const step = create();
  steps.set(model, { step, engine, optimizer, lossFunctions, trainable });
  return step;
}

/** Adds a callback that tells the step of each epoch; tfjs takes callback objects or their configurations, no mixture. */
function watched<A extends object>(tf: Tf, model: LayersModel, args: A): A {
  if (!engineOf(tf, model)) {
    return args;
  }
  const onEpochBegin = (): void => steps.get(model)?.step.epochBegan();
  const given = (args as { callbacks?: unknown }).callbacks;
  const list: unknown[] = given === undefined || given === null ? [] : Array.isArray(given) ? given : [given];
  const areObjects = (list[0] as { setParams?: unknown } | undefined)?.setParams !== undefined;
  const ours = areObjects ? new tf.CustomCallback({ onEpochBegin }) : { onEpochBegin };
  return { ...args, callbacks: [...list, ours] };
}
