import type * as TensorFlow from '@tensorflow/tfjs';
import { SlipwayError } from '@slipway/notebook';
import { shuffledIndices } from '@slipway/statistics/random';
import { tfjs } from './tfjs.js';
import { queryColumns, queryRows, quoteName, type PlainValue } from '../engine/engine.js';
import type { Frame } from './frame.js';

/** A fitted preparation: turns columns into the numbers that a model reads. */
export interface RowTransform {
  readonly columns: readonly { readonly name: string }[];
  /** Numbers for each row. */
  readonly width: number;
  /** @returns row-major [rows, width]; `place` names the frame in errors. */
  transformColumns(columns: readonly (readonly PlainValue[])[], rows: number, place: string): Float32Array;
}

export interface BatchOptions {
  /** What the model reads; fitted on the training rows: `await prep.fit(train)`. */
  readonly prep: RowTransform;
  /** The column to predict. */
  readonly target: string;
  /** Classes in the order of the outputs; null: the target is a number. Default: text and booleans are classes. */
  readonly labels?: readonly string[] | null;
  /** Rows of a batch; the last one may have fewer. Default 32. */
  readonly batchSize?: number;
  /** Rows come in an order of chance, within blocks of 8 192 that come in one, too; default: in the frame's order. */
  readonly seed?: number;
}

/** Rows as a model receives them. */
export interface Batch {
  /** Row-major [rows, width]. */
  readonly xs: Float32Array;
  /** Row-major [rows, classes], one-hot; or [rows, 1]. */
  readonly ys: Float32Array;
  readonly rows: number;
  readonly width: number;
  readonly outputs: number;
}

/** Batches as tfjs trains on them. */
export type TensorDataset = TensorFlow.data.Dataset<{ xs: TensorFlow.Tensor2D; ys: TensorFlow.Tensor2D }>;

/** Rows that are in memory at a time. */
const BLOCK = 8192;

/**
 * Rows of a frame in batches, of which only one block at a time is in JavaScript's memory.
 *
 * @throws SlipwayError COLUMN_UNKNOWN; TARGET_MISSING for a row without a target, or with a class that is not among `labels`.
 */
export async function* frameBatches(frame: Frame, options: BatchOptions): AsyncGenerator<Batch> {
  const { prep, target, batchSize = 32, seed } = options;
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new SlipwayError('OPTION_INVALID', `batchSize must be a whole number of at least 1, not ${batchSize}.`);
  }
  const labels = await labelsOf(frame, options);
  const names = [...prep.columns.map(({ name }) => name), target];
  const blocks = ordered(Math.ceil(frame.rowCount / BLOCK), seed);
  /** Rows of the last block that filled no batch. */
  let rest: PlainValue[][] = names.map(() => []);
  for (const block of blocks) {
    const columns = await readBlock(frame, names, block);
    const order = ordered(columns[0]!.length, seed === undefined ? undefined : seed + block);
    const joined = columns.map((column, i) => [...rest[i]!, ...order.map(row => column[row]!)]);
    const count = joined[0]!.length;
    const whole = count - (count % batchSize);
    for (let from = 0; from < whole; from += batchSize) {
      yield batchOf(
        joined.map(column => column.slice(from, from + batchSize)),
        { frame, prep, target, labels }
      );
    }
    rest = joined.map(column => column.slice(whole));
  }
  if (rest[0]!.length > 0) {
    yield batchOf(rest, { frame, prep, target, labels });
  }
}

/** The same batches as a `tf.data` dataset of `{ xs, ys }`, for `model.fitDataset`. */
export async function frameDataset(frame: Frame, options: BatchOptions): Promise<TensorDataset> {
  const tf = await tfjs();
  async function* tensors(): AsyncGenerator<{ xs: TensorFlow.Tensor2D; ys: TensorFlow.Tensor2D }> {
    for await (const { xs, ys, rows, width, outputs } of frameBatches(frame, options)) {
      yield { xs: tf.tensor2d(xs, [rows, width]), ys: tf.tensor2d(ys, [rows, outputs]) };
    }
  }
  return tf.data.generator(tensors);
}

async function labelsOf(frame: Frame, { target, labels }: BatchOptions): Promise<readonly string[] | null> {
  const { type } = frame.column(target);
  if (labels !== undefined) {
    return labels;
  }
  if (type !== 'string' && type !== 'boolean') {
    return null;
  }
  const rows = await queryRows(
    `select distinct cast(${quoteName(target)} as varchar) as label from ${quoteName(frame.table)} order by 1`
  );
  return rows.flatMap(({ label }) => (label === null ? [] : [String(label)])).sort();
}

function readBlock(frame: Frame, names: readonly string[], block: number): Promise<PlainValue[][]> {
  // Row numbers of a table that is never changed run from 0, so that a block is found without reading the others.
  return queryColumns(
    `select ${names.map(quoteName).join(', ')} from ${quoteName(frame.table)} ` +
      `where rowid >= ${block * BLOCK} and rowid < ${(block + 1) * BLOCK} order by rowid`
  );
}

interface Reading {
  readonly frame: Frame;
  readonly prep: RowTransform;
  readonly target: string;
  readonly labels: readonly string[] | null;
}

function batchOf(columns: PlainValue[][], { frame, prep, target, labels }: Reading): Batch {
  const answers = columns.at(-1)!;
  const rows = answers.length;
  const xs = prep.transformColumns(columns.slice(0, -1), rows, frame.name);
  const outputs = labels?.length ?? 1;
  const ys = new Float32Array(rows * outputs);
  answers.forEach((answer, row) => {
    const at = labels === null ? 0 : labels.indexOf(String(answer));
    if (answer === null || at < 0) {
      throw new SlipwayError(
        'TARGET_MISSING',
        answer === null
          ? `The target "${target}" is missing in a row of ${frame.name}.`
          : `${frame.name} holds the class "${String(answer)}", which is not among the labels.`,
        {
          remedy: answer === null ? `frame.dropMissing("${target}") drops such rows.` : 'Name all classes in `labels`.'
        }
      );
    }
    ys[row * outputs + at] = labels === null ? Number(answer) : 1;
  });
  return { xs, ys, rows, width: prep.width, outputs };
}

function ordered(length: number, seed: number | undefined): number[] {
  return seed === undefined ? Array.from({ length }, (_, i) => i) : shuffledIndices(length, seed);
}
