import type { LayersModel } from '@tensorflow/tfjs';
import type { ModelTestResult } from '@slipway/contract';
import { shapeText } from '@slipway/tensor-inputs';
import { Frame } from '@slipway/frames';
import type { TensorRows } from '../tensors/tensor-rows.js';
import { type MimeBundle, warnOfCell } from '@slipway/notebook';
import type { ModelSpec } from '../models/specs.js';
import type { Prep } from '../prep/prep.js';
import { frameExamples } from '../examples/frame-examples.js';
import { tensorExamples } from '../examples/tensor-examples.js';
import type { Task } from '../examples/target.js';
import { overfitFewRows } from './small-batch.js';
import { warnOfResult } from './index.js';
import { linesBundle, testLines } from './model-tests-display.js';

/** Rows that are columns of a frame. */
export interface CheckOptions {
  readonly train: Frame;
  readonly test: Frame;
  readonly target: string;
  readonly prep: Prep;
  readonly task?: Task;
}

/** Rows that are tensors. */
export interface TensorCheckOptions {
  readonly train: TensorRows;
  readonly test: TensorRows;
  readonly task?: Task;
}

/** What `slip.checkData` found, before anything was trained. */
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
 * the shape that the model receives, and whether the model can overfit a small batch, as every model that is wired rightly
 * can. Makes no run.
 *
 * @throws SlipwayError for columns and targets that do not fit together, as `slip.fit` does.
 * @example
 * const weather = await slip.data('weather', 'npm:vega-datasets/data/seattle-weather.csv', { time: 'date' });
 * const { train, test } = await weather.split({ by: 'time', test: 0.2 });
 * await slip.checkData(slip.logisticRegression(), {
 *   prep: slip.prep().standardize('temp_max', 'wind'),
 *   train,
 *   test,
 *   target: 'weather'
 * });
 */
export async function checkData(
  model: ModelSpec | LayersModel,
  options: CheckOptions | TensorCheckOptions
): Promise<CheckReport> {
  const examples =
    options.train instanceof Frame
      ? await frameExamples(options as CheckOptions)
      : await tensorExamples(options as TensorCheckOptions);
  const { inputs, target, train: rows, frame } = examples;
  const results = await examples.checkRows();
  results.filter(({ verdict }) => verdict !== 'pass').forEach(warnOfResult);
  const finite = rows.every(Number.isFinite);
  const each = inputs.kind === 'tensor' ? shapeText(inputs.shape) : inputs.width;
  const shape = `${finite ? '✓' : '✗'} Shape: ${frame.train_rows} training rows of ${each} numbers, ${finite ? 'all finite' : 'some of them not finite'}.`;
  const overfits = finite ? await overfitFewRows(model, inputs.shape, rows, target) : null;
  const lines = [
    shape,
    ...(overfits === null ? [] : [`${overfits.learned === false ? '✗' : '✓'} Learns a few rows: ${overfits.evidence}.`])
  ];
  if (overfits?.learned === false) {
    warnOfCell(
      `The model does not overfit a small batch: ${overfits.evidence}.\n` +
        'Look at its last layer and its activations, and standardize the inputs: more rows will not fix it.'
    );
  }
  return new CheckReport(target.name, results, lines);
}
