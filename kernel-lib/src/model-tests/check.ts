import type { LayersModel } from '@tensorflow/tfjs';
import type { ModelTestResult } from '@slipway/contract';
import type { Frame } from '../data/frame.js';
import { warnOfCell } from '../notebook/cell-warning.js';
import type { MimeBundle } from '../notebook/context.js';
import type { ModelSpec } from '../models/specs.js';
import type { Prep } from '../prep/prep.js';
import { readTarget, type Task } from '../train/target.js';
import { overfitFewRows } from './few-rows.js';
import { testData, warnOfResult } from './index.js';
import { linesBundle, testLines } from './model-tests-display.js';

export interface CheckOptions {
  readonly train: Frame;
  readonly test: Frame;
  readonly target: string;
  readonly prep: Prep;
  readonly task?: Task;
}

/** What `slip.check` found, before anything was trained. */
export class CheckReport {
  constructor(
    readonly target: string,
    readonly results: readonly ModelTestResult[],
    readonly lines: readonly string[]
  ) {}

  get passed(): boolean {
    return this.results.every(({ verdict }) => verdict === 'pass') && this.lines.every(line => !line.startsWith('✗'));
  }

  [Symbol.for('Jupyter.display')](): MimeBundle {
    const good = this.results.filter(({ verdict }) => verdict === 'pass').length;
    const subtitle = `${good} of ${this.results.length} tests of the data pass`;
    return linesBundle(`Before training on ${this.target}`, subtitle, [...testLines(this.results), ...this.lines]);
  }
}

/**
 * Tests rows and model before a training: leakage, direction of the target, rows that are in both parts, impossible values,
 * the shape that the model receives, and whether the model can learn a few rows by heart, as every model that is wired rightly
 * can. Makes no run.
 *
 * @throws SlipwayError for columns and targets that do not fit together, as `slip.fit` does.
 */
export async function check(model: ModelSpec | LayersModel, options: CheckOptions): Promise<CheckReport> {
  const { train, test } = options;
  const target = await readTarget(options.target, train, test, options.task);
  const prep = await options.prep.fit(train);
  const inputs = prep.columns.map(({ name }) => name);
  const results = await testData({ train, test, target, inputs });
  results.filter(({ verdict }) => verdict !== 'pass').forEach(warnOfResult);
  const rows = await prep.transform(train);
  const finite = rows.every(Number.isFinite);
  const shape = `${finite ? '✓' : '✗'} Shape: ${train.rowCount} training rows of ${prep.width} numbers, ${finite ? 'all finite' : 'some of them not finite'}.`;
  const byHeart = finite ? await overfitFewRows(model, prep, rows, target) : null;
  const lines = [
    shape,
    ...(byHeart === null ? [] : [`${byHeart.learned ? '✓' : '✗'} Learns a few rows: ${byHeart.evidence}.`])
  ];
  if (byHeart?.learned === false) {
    warnOfCell(
      `The model does not learn a few rows by heart: ${byHeart.evidence}.\n` +
        'Look at its last layer and its activations, and standardize the inputs: more rows will not mend it.'
    );
  }
  return new CheckReport(options.target, results, lines);
}
