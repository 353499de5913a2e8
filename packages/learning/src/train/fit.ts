import type { LayersModel } from '@tensorflow/tfjs';
import type { BackendName } from '../backend/choose.js';
import { Frame } from '@slipway/frames';
import type { TensorRows } from '../tensors/tensor-rows.js';
import type { ModelSpec } from '../models/specs.js';
import { isStructureSpec, type KMeansSpec, type PcaSpec, type StructureSpec } from '../models/structure-specs.js';
import { smallBatch } from '../model-tests/small-batch.js';
import { testTraining } from '../model-tests/index.js';
import { notebook } from '@slipway/notebook';
import type { FittedPrep, Prep } from '../prep/prep.js';
import { keepStructure, keepTraining } from '../stored/keep-model.js';
import { keptParts } from '../stored/keep-setting.js';
import { continued, resumedFrom } from '../stored/resumed-state.js';
import { StoredModel } from '../stored/stored-model.js';
import { attachReport } from '../report/attach-report.js';
import { currentRun, run as startRun, type Run } from '../runs/run.js';
import { evaluateRows } from '../evaluation/evaluate.js';
import { splitOf, type Examples } from '../examples/examples.js';
import { defaultPrep, frameExamples } from '../examples/frame-examples.js';
import { fitStructure, type Clustering, type Projection, type StructureOptions } from './structure.js';
import type { Task } from '../examples/target.js';
import { tensorExamples } from '../examples/tensor-examples.js';
import { testVectors } from '../examples/test-vectors.js';
import { trainEstimator } from './train-estimator.js';
import { TrainedModel } from './trained-model.js';

/** How a training is done, whatever its rows are. */
export interface TrainingOptions {
  task?: Task;
  epochs?: number;
  batchSize?: number;
  learningRate?: number;
  seed?: number;
  /** Share of the training rows (the last ones, when they are ordered in time) that watches for overfitting. */
  validation?: number;
  /** Epochs without a better validation loss before training stops; the best weights are kept. */
  patience?: number;
  /** Where a network is trained, e.g. `wasm`, instead of the best backend that works; an error when it does not. */
  backend?: BackendName;
  /** A file that the state of a network's training is written to after each epoch. */
  checkpoint?: string;
  /** Goes on from the checkpoint, when there is one; or from that of a stored network: `await slip.model("run:…")`. */
  resume?: boolean | StoredModel;
  /** Whether a copy of a network is to overfit a small batch, for at most 3 s of the processor; `skip` leaves that test out. */
  smallBatch?: 'test' | 'skip';
}

/** Rows that are columns of a frame. */
export interface FitOptions extends TrainingOptions {
  train: Frame;
  test: Frame;
  /** The column to predict. */
  target: string;
  /** Which columns the model reads, and how, also with the numbers of an earlier fit; default: every other column, numbers standardized, text one-hot encoded. */
  prep?: Prep | FittedPrep;
  /** Rows after which the same comes again (7 for days in a week): a seasonal baseline is put beside the result. */
  season?: number;
}

/** Rows that are tensors: both parts of `slip.images` or `slip.tensors`, which know their truth. */
export interface TensorFitOptions extends TrainingOptions {
  train: TensorRows;
  test: TensorRows;
}

const DEFAULTS = { epochs: 60, batchSize: 32, learningRate: 0.01, seed: 7, validation: 0.15, patience: 12 };
/** Networks of tensors are deeper: they learn in smaller steps, and an epoch takes longer. */
const TENSOR_DEFAULTS = { ...DEFAULTS, epochs: 20, learningRate: 0.001, patience: 5 };

/**
 * Fits a model on the training rows, with a live loss chart where it learns in rounds, and evaluates it on the test rows
 * beside the baselines.
 * Inside `slip.run` it logs to that run; otherwise it makes a run of its own. An interrupt ends the training after the
 * current batch and keeps what was learned.
 *
 * @throws SlipwayError for columns, targets and models that do not fit together.
 * @example
 * const weather = await slip.data('weather', 'npm:vega-datasets/data/seattle-weather.csv', { time: 'date' });
 * const { train, test } = await weather.split({ by: 'time', test: 0.2 });
 * const model = await slip.fit(slip.logisticRegression(), {
 *   prep: slip.prep().standardize('temp_max', 'wind'),
 *   train,
 *   test,
 *   target: 'weather'
 * });
 */
export async function fit(
  model: ModelSpec | LayersModel | StoredModel,
  options: FitOptions | TensorFitOptions
): Promise<TrainedModel>;
export async function fit(model: KMeansSpec, options: StructureOptions): Promise<Clustering>;
export async function fit(model: PcaSpec, options: StructureOptions): Promise<Projection>;
export async function fit(
  model: ModelSpec | LayersModel | StoredModel | StructureSpec,
  options: FitOptions | TensorFitOptions | StructureOptions
): Promise<TrainedModel | Clustering | Projection> {
  if (isStructureSpec(model)) {
    return fitWithoutTarget(model, options as StructureOptions);
  }
  return fitToTarget(model, options as FitOptions | TensorFitOptions);
}

async function fitWithoutTarget(model: StructureSpec, options: StructureOptions): Promise<Clustering | Projection> {
  const prep = await (options.prep ?? defaultPrep(options.train, null)).fit(options.train);
  const work = async (run: Run): Promise<Clustering | Projection> => {
    logInputs(run, options.train, options.test ?? null);
    const found = await fitStructure(run, model, options, prep);
    run.found = found;
    keepStructure(found, run.name);
    return found;
  };
  const inRun = currentRun();
  return inRun ? work(inRun) : (await startRun(model.kind, work)).result;
}

async function fitToTarget(
  given: ModelSpec | LayersModel | StoredModel,
  wanted: FitOptions | TensorFitOptions
): Promise<TrainedModel> {
  const [model, options] = given instanceof StoredModel ? await goOn(given, wanted) : [given, wanted];
  const inRun = currentRun();
  if (inRun) {
    return fitIn(inRun, model, options);
  }
  const name = ofColumns(options) ? options.target : options.train.frame.name;
  const finished = await startRun(name, run => fitIn(run, model, options));
  return finished.result;
}

/** The stored network, and the options with what its training has to do as it did before. */
async function goOn<O extends FitOptions | TensorFitOptions>(
  model: StoredModel,
  options: O
): Promise<[LayersModel, O]> {
  const { network, settings, prep } = await continued(model, options.epochs);
  return [network, { ...settings, ...(prep ? { prep } : {}), ...options, resume: model }];
}

function ofColumns(options: FitOptions | TensorFitOptions): options is FitOptions {
  return options.train instanceof Frame;
}

async function fitIn(
  run: Run,
  model: ModelSpec | LayersModel,
  options: FitOptions | TensorFitOptions
): Promise<TrainedModel> {
  const examples = ofColumns(options) ? await frameExamples(options) : await tensorExamples(options);
  const { parts, inputs, target, frame } = examples;
  logInputs(run, parts.train, parts.test);
  run.logParams({
    target: target.name,
    ...examples.params,
    train_rows: frame.train_rows,
    test_rows: frame.test_rows
  });
  const { backend, checkpoint } = options;
  const defaults = inputs.kind === 'tensor' ? TENSOR_DEFAULTS : DEFAULTS;
  const from = await resumedFrom(options);
  const kept = keptParts();
  const state = kept === 'all' ? ('kept' as const) : ('dropped' as const);
  const settings = { ...defaults, ...definedOf(options), backend, checkpoint, from, state };
  const { inTimeOrder, train: rows } = examples;
  const fitted = await trainEstimator(model, {
    run,
    inputs,
    rows,
    target,
    settings,
    inTimeOrder
  });
  const { estimator, backend: usedBackend } = fitted;
  const evaluation = evaluated(examples, estimator.predict(examples.test, inputs.width));
  run.logMetrics(evaluation.metrics, 0);
  for (const baseline of evaluation.baselines) {
    run.logMetric(`baseline.${baseline.name}.${evaluation.metric}`, baseline.value, 0);
  }
  const check = examples.check.bind(examples);
  const trained = new TrainedModel({
    estimator,
    prep: inputs,
    labels: target.labels,
    target: target.name,
    frame,
    evaluation,
    testVectors: testVectors(estimator, examples),
    backend: usedBackend,
    runId: run.id,
    tests: await testTraining({
      target,
      rows,
      testRows: examples.test,
      width: inputs.width,
      estimator,
      evaluation,
      targetShifted: parts.train.shifts.has(target.name),
      smallBatch: async () => (options.smallBatch === 'skip' ? null : smallBatch(model, inputs.shape, rows, target)),
      check
    })
  });
  run.model = trained;
  attachReport(trained.parts);
  if (kept !== 'nothing') {
    keepTraining({ model: trained, runName: run.name, settings, state: fitted.state });
  } else {
    await fitted.state?.drop();
  }
  return trained;
}

function evaluated(examples: Examples, outputs: Float32Array): TrainedModel['evaluation'] {
  const { target, kept, baselines, parts } = examples;
  return evaluateRows({ target, kept, baselines, split: splitOf(parts.test), inputs: examples.named(kept) }, outputs);
}

function definedOf(options: TrainingOptions): Partial<typeof DEFAULTS> {
  const given = Object.entries(options).filter(([key, value]) => key in DEFAULTS && value !== undefined);
  return Object.fromEntries(given) as Partial<typeof DEFAULTS>;
}

function logInputs(run: Run, train: Frame, test: Frame | null): void {
  for (const [context, frame] of [
    ['train', train],
    ['test', test]
  ] as const) {
    const parent = frame?.version ?? frame?.lineage.parents[0];
    if (!parent) {
      continue;
    }
    run.logInput({ name: parent.name, version: parent.version, digest: `${parent.name}@${parent.version}`, context });
    notebook().noteRead(`dataset:${parent.name}@${parent.version}`);
  }
}
