import type { LayersModel } from '@tensorflow/tfjs';
import type { BackendName } from '../backend/choose.js';
import type { Frame } from '../data/frame.js';
import { SlipwayError } from '../errors.js';
import type { ModelSpec } from '../models/specs.js';
import { isStructureSpec, type KMeansSpec, type PcaSpec, type StructureSpec } from '../models/structure-specs.js';
import { testTraining } from '../model-tests/index.js';
import { notebook } from '../notebook/standalone.js';
import { prep as emptyPrep, type Prep } from '../prep/prep.js';
import { attachReport } from '../report/attach-report.js';
import { currentRun, run as startRun, type Run } from '../runs/run.js';
import { evaluate } from './evaluate.js';
import { fitStructure, type Clustering, type Projection, type StructureOptions } from './structure.js';
import { readTarget, type Task } from './target.js';
import { testVectors } from './test-vectors.js';
import { trainEstimator } from './train-estimator.js';
import { TrainedModel } from './trained-model.js';

export interface FitOptions {
  train: Frame;
  test: Frame;
  /** The column to predict. */
  target: string;
  /** Which columns the model reads, and how; default: every other column, numbers standardized, text one-hot encoded. */
  prep?: Prep;
  task?: Task;
  epochs?: number;
  batchSize?: number;
  learningRate?: number;
  seed?: number;
  /** Share of the training rows (the last ones, when they are ordered in time) that watches for overfitting. */
  validation?: number;
  /** Epochs without a better validation loss before training stops; the best weights are kept. */
  patience?: number;
  /** Rows after which the same comes again (7 for days in a week): a seasonal baseline is put beside the result. */
  season?: number;
  /** Where a network is trained, e.g. `wasm`, instead of the best backend that works; an error when it does not. */
  backend?: BackendName;
  /** A file that the state of a network's training is written to after each epoch. */
  checkpoint?: string;
  /** Goes on from the checkpoint, when there is one. */
  resume?: boolean;
}

const DEFAULTS = { epochs: 60, batchSize: 32, learningRate: 0.01, seed: 7, validation: 0.15, patience: 12 };

/**
 * Fits a model on the training rows, with a live loss chart where it learns in rounds, and evaluates it on the test rows
 * beside the baselines.
 * Inside `slip.run` it logs to that run; otherwise it makes a run of its own. An interrupt ends the training after the
 * current batch and keeps what was learned.
 *
 * @throws SlipwayError for columns, targets and models that do not fit together.
 */
export async function fit(model: ModelSpec | LayersModel, options: FitOptions): Promise<TrainedModel>;
export async function fit(model: KMeansSpec, options: StructureOptions): Promise<Clustering>;
export async function fit(model: PcaSpec, options: StructureOptions): Promise<Projection>;
export async function fit(
  model: ModelSpec | LayersModel | StructureSpec,
  options: FitOptions | StructureOptions
): Promise<TrainedModel | Clustering | Projection> {
  if (isStructureSpec(model)) return fitWithoutTarget(model, options);
  return fitToTarget(model, options as FitOptions);
}

async function fitWithoutTarget(model: StructureSpec, options: StructureOptions): Promise<Clustering | Projection> {
  const prep = await (options.prep ?? defaultPrep(options.train, null)).fit(options.train);
  const work = (run: Run): Promise<Clustering | Projection> => {
    logInputs(run, options.train, options.test ?? null);
    return fitStructure(run, model, options, prep);
  };
  const inRun = currentRun();
  return inRun ? work(inRun) : (await startRun(model.kind, work)).result;
}

async function fitToTarget(model: ModelSpec | LayersModel, options: FitOptions): Promise<TrainedModel> {
  const inRun = currentRun();
  if (inRun) return fitIn(inRun, model, options);
  const finished = await startRun(options.target, run => fitIn(run, model, options));
  return finished.result;
}

async function fitIn(run: Run, model: ModelSpec | LayersModel, options: FitOptions): Promise<TrainedModel> {
  const { train, test, target: targetName } = options;
  const { backend, checkpoint, resume } = options;
  const settings = { ...DEFAULTS, ...definedOf(options), backend, checkpoint, resume };
  const target = await readTarget(targetName, train, test, options.task);
  const prep = await (options.prep ?? defaultPrep(train, targetName)).fit(train);
  if (prep.columns.some(column => column.name === targetName)) {
    throw new SlipwayError('OPTION_INVALID', `The prep reads "${targetName}", which is the target.`, {
      remedy: 'A model that is given the answer learns nothing; leave it out of the prep.'
    });
  }
  logInputs(run, train, test);
  run.logParams({
    target: targetName,
    features: prep.columns.map(c => c.name).join(','),
    train_rows: train.rowCount,
    test_rows: test.rowCount
  });
  const rows = await prep.transform(train);
  const inTimeOrder = train.time !== null;
  const { estimator, backend: usedBackend } = await trainEstimator(model, {
    run,
    prep,
    rows,
    target,
    settings,
    inTimeOrder
  });
  const split = test.lineage.steps.find(step => step.startsWith('by ')) ?? 'as given';
  const names = prep.columns.map(c => c.name);
  const outputs = estimator.predict(await prep.transform(test), prep.width);
  const evaluation = await evaluate(test, names, target, outputs, split, seasonOf(options));
  run.logMetrics(evaluation.metrics, 0);
  for (const baseline of evaluation.baselines) {
    run.logMetric(`baseline.${baseline.name}.${evaluation.metric}`, baseline.value, 0);
  }
  const parent = train.version ?? train.lineage.parents[0] ?? null;
  const trained = new TrainedModel({
    estimator,
    prep,
    labels: target.labels,
    target: targetName,
    frame: {
      columns: [...train.columns],
      dataset: parent ? { ...parent } : null,
      split,
      train_rows: train.rowCount,
      test_rows: test.rowCount
    },
    evaluation,
    testVectors: await testVectors(estimator, prep, test, target.labels),
    backend: usedBackend,
    runId: run.id,
    tests: await testTraining({ train, test, target, inputs: names, prep, estimator, evaluation })
  });
  run.model = trained;
  attachReport(trained.parts);
  return trained;
}

/** @throws SlipwayError OPTION_INVALID when the target of one season ago is not known yet, or rows have no order. */
function seasonOf({ season, train, test, target }: FitOptions): number | null {
  if (season === undefined) return null;
  const ahead = test.shifts.get(target)?.steps ?? 1;
  if (!Number.isInteger(season) || season < ahead) {
    throw new SlipwayError('OPTION_INVALID', `season must be a whole number of at least ${ahead}, not ${season}.`, {
      remedy: `"${target}" lies ${ahead} rows ahead: what it was fewer rows ago is not known yet.`
    });
  }
  if (train.time === null) {
    throw new SlipwayError('OPTION_INVALID', 'A season needs rows in time order.', {
      remedy: 'Name the time column: slip.data(name, file, { time: "…" }), and split by time.'
    });
  }
  return season;
}

function definedOf(options: FitOptions): Partial<typeof DEFAULTS> {
  const given = Object.entries(options).filter(([key, value]) => key in DEFAULTS && value !== undefined);
  return Object.fromEntries(given) as Partial<typeof DEFAULTS>;
}

function defaultPrep(train: Frame, target: string | null): Prep {
  let result = emptyPrep();
  for (const column of train.columns) {
    if (column.name === target || column.name === train.time) continue;
    if (column.type === 'number' || column.type === 'integer')
      result = result.impute(column.name).standardize(column.name);
    else if (column.type === 'string') result = result.oneHot(column.name);
    else if (column.type === 'boolean') result = result.pass(column.name);
  }
  return result;
}

function logInputs(run: Run, train: Frame, test: Frame | null): void {
  for (const [context, frame] of [
    ['train', train],
    ['test', test]
  ] as const) {
    const parent = frame?.version ?? frame?.lineage.parents[0];
    if (!parent) continue;
    run.logInput({ name: parent.name, version: parent.version, digest: `${parent.name}@${parent.version}`, context });
    notebook().noteRead(`dataset:${parent.name}@${parent.version}`);
  }
}
