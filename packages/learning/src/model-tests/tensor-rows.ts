import { createHash } from 'node:crypto';
import type { ModelTestResult } from '@slipway/contract';
import type { TensorRows } from '../tensors/tensor-rows.js';
import type { Target } from '../examples/target.js';
import { inputLeakage } from './leakage.js';
import { found, passed, percent } from './test-subject.js';

/** What is known of rows of tensors before a training. */
export interface TensorSubject {
  readonly train: TensorRows;
  readonly test: TensorRows;
  readonly target: Target;
  /** The numbers of both parts as they were given. */
  readonly learned: Float32Array | Uint8Array;
  readonly asked: Float32Array | Uint8Array;
  /** Numbers of one row. */
  readonly width: number;
}

/** Copies that are more of the test rows than this make the result worthless. */
const MANY_COPIES = 0.05;
/** More rows of one number only than this are worth a word. */
const MANY_BLANK = 0.02;
/** More test rows outside of what was learned than this are worth a word. */
const OUTSIDE = 0.2;

/** Tests of rows of tensors: leakage, copies on both sides of the split, rows without content or far from the others. */
export async function testTensors(subject: TensorSubject): Promise<ModelTestResult[]> {
  return [await sizeLeakage(subject), copiesOverSplit(subject), numbersInRange(subject)];
}

/** Images of one class that all come in another size than the others' tell their class by their file. */
async function sizeLeakage({ train, test, target }: TensorSubject): Promise<ModelTestResult> {
  const sizes = ['width', 'height'].filter(name => train.noun === 'images' && train.frame.columnNames.includes(name));
  if (sizes.length === 0) {
    return passed('no-leakage', `"${train.content.name}" is the only input.`);
  }
  const result = await inputLeakage({ train: train.frame, test: test.frame, target, inputs: sizes });
  if (result.verdict === 'pass') {
    return passed('no-leakage', `Neither width nor height of an image file tells its ${target.name}.`);
  }
  return found(
    'no-leakage',
    'warn',
    `The size of the image files tells "${target.name}" nearly perfectly: the classes come from different sources.`,
    'Mix the sources within each class, or crop all images alike: else a model may learn the camera, not the thing.'
  );
}

/** Copies are found by the SHA-256 of what the model reads, so that the same image in two formats counts as well. */
function copiesOverSplit({ train, test, learned, asked, width }: TensorSubject): ModelTestResult {
  if (train.frame.table === test.frame.table) {
    return found(
      'no-train-test-overlap',
      'fail',
      `The ${test.frame.rowCount} test ${test.noun} are the training ${train.noun}: the result says how well they were memorized.`,
      'Make both parts by one split: const { train, test } = await images.split({ test: 0.2 }).'
    );
  }
  const known = new Set(hashes(learned, width));
  const copies = hashes(asked, width).filter(hash => known.has(hash)).length;
  const share = copies / test.frame.rowCount;
  if (copies === 0) {
    return passed(
      'no-train-test-overlap',
      `None of ${test.frame.rowCount} test ${test.noun} is a copy of one of ${train.frame.rowCount} training ${train.noun}.`
    );
  }
  return found(
    'no-train-test-overlap',
    share > MANY_COPIES ? 'fail' : 'warn',
    `${copies} of ${test.frame.rowCount} test ${test.noun} (${percent(share)}) are copies of training ${train.noun}, number for number.`,
    'Leave the copies out before the split.'
  );
}

function hashes(values: Float32Array | Uint8Array, width: number): string[] {
  return Array.from({ length: values.length / width }, (_, row) =>
    createHash('sha256')
      .update(values.subarray(row * width, (row + 1) * width))
      .digest('base64')
  );
}

function numbersInRange({ train, test, learned, asked, width }: TensorSubject): ModelTestResult {
  const ends = endsOf(learned, width);
  const blank = ends.filter(([low, high]) => low === high).length;
  if (width > 1 && blank / ends.length > MANY_BLANK) {
    return found(
      'inputs-in-range',
      'warn',
      `${blank} of ${ends.length} training ${train.noun} hold one number only, as blank images do.`,
      'Look at them, and leave out those that were not read rightly.'
    );
  }
  const low = ends.reduce((least, [end]) => Math.min(least, end), Infinity);
  const high = ends.reduce((most, [, end]) => Math.max(most, end), -Infinity);
  const tests = endsOf(asked, width);
  const outside = tests.filter(([least, most]) => least < low || most > high).length;
  return outside / tests.length > OUTSIDE
    ? found(
        'inputs-in-range',
        'warn',
        `${outside} of ${tests.length} test ${test.noun} hold numbers outside of ${low} to ${high}, which was trained on.`,
        'Train on rows like those that are to be predicted.'
      )
    : passed(
        'inputs-in-range',
        `Training ${train.noun} hold numbers from ${low} to ${high}; test ${test.noun} are within.`
      );
}

/** Smallest and largest number of each row. */
function endsOf(values: ArrayLike<number>, width: number): [number, number][] {
  return Array.from({ length: values.length / width }, (_, row) => {
    let [low, high] = [Infinity, -Infinity];
    for (let i = row * width; i < (row + 1) * width; i++) {
      low = Math.min(low, values[i]!);
      high = Math.max(high, values[i]!);
    }
    return [low, high];
  });
}
