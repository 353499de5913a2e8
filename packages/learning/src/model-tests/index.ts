import type { ModelTestResult } from '@slipway/contract';
import type { Frame } from '@slipway/frames';
import { warnOfCell } from '@slipway/notebook';
import { targetAhead } from './direction.js';
import { inputsInRange } from './input-ranges.js';
import { inputLeakage } from './leakage.js';
import { labelsBelong } from './labels-belong.js';
import { learned } from './loss-below-constant.js';
import { testRowsApart } from './overlap.js';
import type { DataSubject, TrainedSubject } from './test-subject.js';
import { messageOf } from '@slipway/wording';

export type { DataSubject, TrainedSubject } from './test-subject.js';

/** What can be said of the rows before a training. */
export async function testData(subject: DataSubject): Promise<ModelTestResult[]> {
  return [
    await inputLeakage(subject),
    await targetAhead(subject),
    await testRowsApart(subject),
    await inputsInRange(subject)
  ];
}

/** What can be said of rows in which structure was looked for; warns under the cell of what is wrong. */
export async function testRows({
  train,
  test,
  inputs
}: Pick<DataSubject, 'train' | 'inputs'> & { readonly test: Frame | null }): Promise<ModelTestResult[]> {
  try {
    const results = [
      ...(test ? [await testRowsApart({ train, test })] : []),
      await inputsInRange({ train, test: test ?? train, inputs })
    ];
    results.filter(({ verdict }) => verdict !== 'pass').forEach(warnOfResult);
    return results;
  } catch (error) {
    return warnOfFault(error);
  }
}

/**
 * Tests rows and model after a training, and warns under the cell of what is wrong. A test that cannot be made is left out:
 * no training fails by its tests.
 */
export async function testTraining(subject: TrainedSubject): Promise<ModelTestResult[]> {
  try {
    const overfits = await subject.smallBatch();
    const results = [
      ...(await subject.check(subject.evaluation)),
      learned(subject),
      ...(overfits ? [overfits] : []),
      labelsBelong(subject)
    ];
    results.filter(({ verdict }) => verdict === 'warn' || verdict === 'fail').forEach(warnOfResult);
    warnOfBaseline(subject);
    return results;
  } catch (error) {
    return warnOfFault(error);
  }
}

function warnOfFault(error: unknown): [] {
  warnOfCell(`The model tests could not be made: ${messageOf(error)}`);
  return [];
}

export function warnOfResult({ evidence, remedy }: ModelTestResult): void {
  warnOfCell(remedy === null ? evidence : `${evidence}\n${remedy}`);
}

/** Preflight compares again, and tells chance from difference; here a word in time is enough. */
function warnOfBaseline({ evaluation }: TrainedSubject): void {
  const { value, higher_is_better: higher, metric, baselines, rows, test_rows: all = rows } = evaluation;
  const better = baselines.filter(baseline => (higher ? baseline.value >= value : baseline.value <= value));
  const [best] = better.sort((a, b) => (higher ? b.value - a.value : a.value - b.value));
  if (!best) {
    return;
  }
  const number = (n: number): string => String(Number(n.toPrecision(3)));
  warnOfCell(
    `The model is not better than a one-line rule: ${metric} ${number(value)} on ${all} test rows, ` +
      `${number(best.value)} of ${best.name} (${best.description}).\n` +
      `Find inputs that tell more, or use the rule; preflight will refuse the model.`
  );
}
