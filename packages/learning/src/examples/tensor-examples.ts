import type { ModelTestResult } from '@slipway/contract';
import { sizeOf } from '@slipway/tensor-inputs';
import type { TensorRows } from '../tensors/tensor-rows.js';
import { SlipwayError } from '@slipway/notebook';
import { testTensors } from '../model-tests/tensor-rows.js';
import { TensorInput } from '../prep/tensor-input.js';
import { trainingFrame, type Examples } from './examples.js';
import { readTarget, type Target, type Task } from './target.js';

/** Numbers of the test rows that a bundle keeps, taken evenly, and at most so many rows. */
const MOST_KEPT_NUMBERS = 4_000_000;
const MOST_KEPT = 5000;
/** The same of the rows with the notebook's own answers, which preflight sends to the service. */
const MOST_RECORDED_NUMBERS = 250_000;
const MOST_RECORDED = 64;
const FEWEST_RECORDED = 2;
/** What is trained on at once is in memory, four bytes for each number. */
const MOST_NUMBERS = 750_000_000;

export interface TensorExamplesOptions {
  readonly train: TensorRows;
  readonly test: TensorRows;
  readonly task?: Task;
}

/**
 * Rows whose input is a tensor each. Pixels are divided by 255; numbers are standardized by the training rows, for each place
 * of the last axis, unless they are to stay as they are.
 *
 * @throws SlipwayError MODEL_MISMATCH for parts of different shapes; OPTION_INVALID for more than memory holds; as
 * `readTarget` for the truth.
 */
export async function tensorExamples({ train, test, task }: TensorExamplesOptions): Promise<Examples> {
  refuseDifferentParts(train, test);
  const target = withClasses(await readTarget(train.target, train.frame, test.frame, task), train);
  const { content } = train;
  const width = sizeOf(content.shape);
  if ((train.frame.rowCount + test.frame.rowCount) * width > MOST_NUMBERS) {
    throw new SlipwayError(
      'OPTION_INVALID',
      `${train.frame.rowCount} training and ${test.frame.rowCount} test ${train.noun} of ${width} numbers are too many to hold in memory.`,
      { remedy: 'Read them smaller, or train with model.fitDataset(await images.dataset()) batch by batch.' }
    );
  }
  const [learned, asked] = [await train.read(), await test.read()];
  const inputs = new TensorInput({
    name: content.name,
    shape: content.shape,
    ...scalingOf(content, learned),
    format: content.kind === 'pixels' ? 'image' : null,
    range: rangeOf(learned)
  });
  const count = test.frame.rowCount;
  const checkRows = (): Promise<ModelTestResult[]> => testTensors({ train, test, target, learned, asked, width });
  const frame = trainingFrame(train.frame, test.frame);
  const listed = frame.columns.some(column => column.name === content.name);
  return {
    parts: { train: train.frame, test: test.frame },
    target,
    inputs,
    train: inputs.scaled(learned),
    test: inputs.scaled(asked),
    inTimeOrder: train.frame.time !== null,
    frame: listed
      ? frame
      : { ...frame, columns: [{ name: content.name, type: 'tensor', nullable: false }, ...frame.columns] },
    baselines: [],
    kept: keptRows(count, width),
    recorded: evenly(
      count,
      Math.min(MOST_RECORDED, Math.max(FEWEST_RECORDED, Math.floor(MOST_RECORDED_NUMBERS / width)))
    ),
    params: { features: content.name, input_shape: content.shape.join('×') },
    named: places => ({
      [content.name]: places.map(place => Array.from(asked.subarray(place * width, (place + 1) * width)))
    }),
    checkRows,
    // Of images a perfect score is nothing strange.
    check: checkRows
  };
}

function refuseDifferentParts(train: TensorRows, test: TensorRows): void {
  const [a, b] = [train.content, test.content];
  if (a.name === b.name && a.kind === b.kind && a.shape.join() === b.shape.join() && train.target === test.target) {
    return;
  }
  throw new SlipwayError(
    'MODEL_MISMATCH',
    `The training ${train.noun} are "${a.name}", [${a.shape.join(', ')}] ${a.kind}, the test ${test.noun} "${b.name}", [${b.shape.join(', ')}] ${b.kind}.`,
    { remedy: 'Make both parts by one split: const { train, test } = await images.split({ test: 0.2 }).' }
  );
}

/** The truth as places among the classes that the folder has, also those of which no image is among the training rows. */
function withClasses(target: Target, { classes }: TensorRows): Target {
  const { labels } = target;
  if (classes === null || labels === null) {
    return target;
  }
  const places = labels.map(label => classes.indexOf(label));
  const moved = (part: readonly number[]): number[] => part.map(at => places[at]!);
  return { ...target, labels: classes, train: moved(target.train), test: moved(target.test) };
}

function scalingOf(
  { kind, scaling, shape }: TensorRows['content'],
  values: ArrayLike<number>
): { offset: readonly number[]; scale: readonly number[] } {
  if (kind === 'pixels') {
    return { offset: [0], scale: [255] };
  }
  if (scaling === 'none') {
    return { offset: [0], scale: [1] };
  }
  const places = shape.at(-1)!;
  const count = values.length / places;
  const sums = new Float64Array(places);
  for (let i = 0; i < values.length; i++) {
    sums[i % places]! += values[i]!;
  }
  const offset = Array.from(sums, sum => sum / count);
  const squares = new Float64Array(places);
  for (let i = 0; i < values.length; i++) {
    squares[i % places]! += (values[i]! - offset[i % places]!) ** 2;
  }
  return { offset, scale: Array.from(squares, sum => Math.sqrt(sum / count) || 1) };
}

function rangeOf(values: ArrayLike<number>): { min: number; max: number } {
  let [min, max] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    min = Math.min(min, values[i]!);
    max = Math.max(max, values[i]!);
  }
  return { min, max };
}

/** Places of the test rows that a bundle keeps, for rows of `width` numbers. */
export function keptRows(count: number, width: number): number[] {
  return evenly(count, Math.min(MOST_KEPT, Math.max(1, Math.floor(MOST_KEPT_NUMBERS / width))));
}

/** At most `most` of `count` places, at even distances. */
function evenly(count: number, most: number): number[] {
  const kept = Math.min(count, most);
  return Array.from({ length: kept }, (_, i) => Math.floor((i * count) / kept));
}
