import type { Columns, Evaluation, ModelTestResult } from '@slipway/contract';
import type { Frame } from '@slipway/frames';
import { SlipwayError } from '@slipway/notebook';
import { persistenceBaseline, seasonalBaseline } from '../evaluation/baselines.js';
import { testData, type DataSubject } from '../model-tests/index.js';
import { scoreLeakage } from '../model-tests/leakage.js';
import { FittedPrep, prep as emptyPrep, type Prep } from '../prep/prep.js';
import { keptOfFrame } from '../evaluation/evaluate.js';
import { trainingFrame, type Examples } from './examples.js';
import { readTarget, type Task } from './target.js';

/** Rows with the notebook's own answers. */
const MOST_RECORDED = 64;

export interface FrameExamplesOptions {
  readonly train: Frame;
  readonly test: Frame;
  readonly target: string;
  readonly prep?: Prep | FittedPrep;
  readonly task?: Task;
  readonly season?: number;
}

/**
 * Rows of two frames: named columns with their preprocessing.
 *
 * @throws SlipwayError for columns, targets and seasons that do not fit together.
 */
export async function frameExamples(options: FrameExamplesOptions): Promise<Examples> {
  const { train, test, target: name } = options;
  const target = await readTarget(name, train, test, options.task);
  const given = options.prep ?? defaultPrep(train, name);
  const prep = given instanceof FittedPrep ? given : await given.fit(train);
  const { names } = prep;
  if (names.includes(name)) {
    throw new SlipwayError('OPTION_INVALID', `The prep reads "${name}", which is the target.`, {
      remedy: 'A model that is given the answer learns nothing; leave it out of the prep.'
    });
  }
  const season = seasonOf(options);
  const values = await test.values(names);
  const baselines = [await persistenceBaseline(test, name), season === null ? null : seasonalBaseline(target, season)];
  const subject: DataSubject = { train, test, target, inputs: names };
  return {
    parts: { train, test },
    target,
    inputs: prep,
    train: await prep.transform(train),
    test: prep.transformColumns(values, test.rowCount, test.name),
    inTimeOrder: train.time !== null,
    frame: trainingFrame(train, test),
    baselines: baselines.filter(baseline => baseline !== null),
    kept: keptOfFrame(test.rowCount),
    recorded: Array.from({ length: Math.min(MOST_RECORDED, test.rowCount) }, (_, row) => row),
    params: { features: names.join(',') },
    named: places =>
      Object.fromEntries(names.map((column, i) => [column, places.map(place => values[i]![place]!)])) satisfies Columns,
    checkRows: () => testData(subject),
    check: evaluation => checkScore(subject, evaluation)
  };
}

async function checkScore(subject: DataSubject, evaluation: Evaluation): Promise<ModelTestResult[]> {
  const [leakage, ...others] = await testData(subject);
  const suspected = leakage!.verdict === 'pass' ? scoreLeakage(evaluation) : null;
  return [suspected ?? leakage!, ...others];
}

/** @throws SlipwayError OPTION_INVALID when the target of one season ago is not known yet, or rows have no order. */
function seasonOf({ season, train, test, target }: FrameExamplesOptions): number | null {
  if (season === undefined) {
    return null;
  }
  const ahead = test.shifts.get(target)?.steps ?? 1;
  if (!Number.isInteger(season) || season < ahead) {
    throw new SlipwayError('OPTION_INVALID', `season must be a whole number of at least ${ahead}, not ${season}.`, {
      remedy: `"${target}" is ${ahead} rows ahead: what it was fewer rows ago is not known yet.`
    });
  }
  if (train.time === null) {
    throw new SlipwayError('OPTION_INVALID', 'A season needs rows in time order.', {
      remedy: 'Name the time column: slip.data(name, file, { time: "…" }), and split by time.'
    });
  }
  return season;
}

/** Every column but the target and the time: numbers standardized, text one-hot encoded. */
export function defaultPrep(train: Frame, target: string | null): Prep {
  let result = emptyPrep();
  for (const column of train.columns) {
    if (column.name === target || column.name === train.time) {
      continue;
    }
    if (column.type === 'number' || column.type === 'integer') {
      result = result.impute(column.name).standardize(column.name);
    } else if (column.type === 'string') {
      result = result.oneHot(column.name);
    } else if (column.type === 'boolean') {
      result = result.pass(column.name);
    }
  }
  return result;
}
