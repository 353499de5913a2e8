import { flatRow, RowShapeError, shapeText, sizeOf } from '@slipway/tensor-inputs';
import { type MimeBundle, SlipwayError, warnOfCell } from '@slipway/notebook';
import type { NestedNumbers } from '../prep/model-inputs.js';
import { execute, freshTable, readLists, quoteName, quoteText } from '@slipway/frames';
import { Frame } from '@slipway/frames';
import { writeRowsFile } from '@slipway/frames';
import type { SplitOptions } from '@slipway/frames';
import type { TensorContent, TensorRows } from './tensor-rows.js';

export interface TensorOptions {
  /** All rows: one typed array, row-major [rows, …shape]; or a list of rows, each flat or nested. */
  readonly values: Float32Array | Float64Array | Uint8Array | readonly (NestedNumbers | Float32Array | Uint8Array)[];
  /** Shape of one row: [28, 28, 1], or [steps, features] for windows of a series. */
  readonly shape: readonly number[];
  /** The truth of each row: classes, or numbers. */
  readonly labels: readonly (string | number | boolean)[];
  /** `pixels` are from 0 to 255, and services then also take picture files. Default `numbers`. */
  readonly content?: 'pixels' | 'numbers';
  /** Of numbers, what models receive: standardized by the training rows (the default), or as they are. */
  readonly scaling?: 'standardize' | 'none';
  /** When each row was, e.g. the end of its window: rows are then split by time. */
  readonly time?: readonly (string | Date)[];
  /** Name of the model's input; default `image` for pixels, else `values`. */
  readonly input?: string;
  /** What is predicted, in one word; default `label`. */
  readonly target?: string;
}

/** Which column of a frame holds the tensors, and what they are. */
export interface ColumnTensorOptions extends Pick<TensorOptions, 'shape' | 'content' | 'scaling'> {
  /** The column of lists; the model's input is called so. */
  readonly column: string;
  /** The column of the truth. */
  readonly target: string;
}

/** Whole numbers with more different values than this are a quantity, not classes. */
const MOST_CLASSES = 20;
/** Numbers that are read from the engine at a time. */
const BLOCK_NUMBERS = 1 << 21;

/** Rows of tensors with their truth, as a version of a dataset. */
export class TensorSet implements TensorRows {
  readonly noun = 'rows';
  readonly classes = null;

  constructor(
    readonly frame: Frame,
    readonly target: string,
    readonly content: TensorContent
  ) {}

  get count(): number {
    return this.frame.rowCount;
  }

  /** Shape of one row. */
  get shape(): readonly number[] {
    return this.content.shape;
  }

  /** Cuts the rows in two: by time where rows have one; else each class has its share in both parts. */
  async split(options: { test: number; seed?: number; by?: SplitOptions['by']; column?: string }): Promise<{
    train: TensorSet;
    test: TensorSet;
  }> {
    const { train, test } = await this.frame.split({ ...(await this.#usualSplit()), ...options });
    const part = (frame: Frame): TensorSet => new TensorSet(frame, this.target, this.content);
    return { train: part(train), test: part(test) };
  }

  async #usualSplit(): Promise<Pick<SplitOptions, 'by' | 'column'>> {
    if (this.frame.time !== null) return { by: 'time' };
    const { type } = this.frame.column(this.target);
    const [labels = []] = await this.frame.values([this.target]);
    const areClasses = type !== 'number' && (type !== 'integer' || new Set(labels).size <= MOST_CLASSES);
    return areClasses ? { by: 'stratified', column: this.target } : { by: 'random' };
  }

  /** The numbers of all rows, row-major [rows, …shape]. */
  async read(): Promise<Float32Array> {
    const { name, shape } = this.content;
    const width = sizeOf(shape);
    const out = new Float32Array(this.count * width);
    const rows = Math.max(1, Math.floor(BLOCK_NUMBERS / width));
    for (let from = 0; from < this.count; from += rows) {
      // Row numbers of a table that is never changed run from 0.
      await readLists(
        `select cast(${quoteName(name)} as float[]) from ${quoteName(this.frame.table)} ` +
          `where rowid >= ${from} and rowid < ${from + rows} order by rowid`,
        out,
        from * width
      );
    }
    return out;
  }

  [Symbol.for('Jupyter.display')](): MimeBundle {
    const { kind, name } = this.content;
    const version = this.frame.version ? `@${this.frame.version.version}` : ', not registered';
    const text = `${this.frame.name}${version}: ${this.count} rows, each ${shapeText(this.shape)} ${kind} ("${name}"), with ${this.target}.`;
    return { 'text/plain': text };
  }
}

/**
 * Registers tensors that are held as arrays, with their truth, as a version of dataset `name`: pictures as numbers, or windows
 * of a series. `slip.fit(model, await set.split({ test: 0.2 }))` trains on them. Of a frame instead of a name: its column of lists.
 *
 * @throws SlipwayError OPTION_INVALID for a shape that is none, or lists of unequal length; DATA_REFUSED for a row of another
 * shape, a number that is not finite, or pixels outside of 0 to 255.
 */
export async function tensors(name: string, options: TensorOptions): Promise<TensorSet>;
export async function tensors(frame: Frame, options: ColumnTensorOptions): Promise<TensorSet>;
export async function tensors(from: string | Frame, options: TensorOptions | ColumnTensorOptions): Promise<TensorSet> {
  if (typeof from === 'string') return tensorsOfArrays(from, options as TensorOptions);
  const { tensorsOfFrame } = await import('./frame-tensors.js');
  return tensorsOfFrame(from, options as ColumnTensorOptions);
}

async function tensorsOfArrays(name: string, options: TensorOptions): Promise<TensorSet> {
  const { shape, content: kind = 'numbers', target = 'label', scaling = 'standardize' } = options;
  const input = options.input ?? (kind === 'pixels' ? 'image' : 'values');
  refuseOptions(options, kind, input, target);
  const width = sizeOf(shape);
  const count = options.labels.length;
  const rowOf = rowReader(name, options, width, count);
  let largest = -Infinity;
  const records = function* (): Generator<Record<string, unknown>> {
    for (let row = 0; row < count; row++) {
      const numbers = checked(rowOf(row), name, row, kind);
      for (const number of numbers) largest = Math.max(largest, number);
      const time = options.time?.[row];
      yield {
        ...(time === undefined ? {} : { time: time instanceof Date ? time.toISOString() : time }),
        [target]: options.labels[row],
        [input]: numbers
      };
    }
  };
  const table = freshTable();
  const types = {
    ...(options.time ? { time: 'TIMESTAMP' } : {}),
    [target]: labelType(name, options.labels),
    [input]: 'FLOAT[]'
  };
  const columns = Object.entries(types).map(([column, type]) => `${quoteText(column)}: ${quoteText(type)}`);
  const file = await writeRowsFile(records());
  try {
    await execute(
      `create table ${quoteName(table)} as select * from read_json(${quoteText(file.file)}, format='newline_delimited', ` +
        `maximum_object_size=${Math.max(16 << 20, width * 32)}, columns={${columns.join(', ')}})`
    );
  } finally {
    await file.remove();
  }
  if (kind === 'pixels' && largest <= 1) {
    warnOfCell(
      `The largest pixel of ${name} is ${largest}: pixels run from 0 to 255.\nGive them so, or leave out content: "pixels".`
    );
  }
  const lineage = { source: 'arrays of the notebook', parents: [], steps: [] };
  const time = options.time ? 'time' : null;
  const frame = await Frame.open({ name, table, time, version: null, lineage, shifts: new Map() });
  return new TensorSet(await frame.save(name), target, { name: input, shape: [...shape], kind, scaling });
}

function invalid(message: string, remedy: string): never {
  throw new SlipwayError('OPTION_INVALID', message, { remedy });
}

/** @throws SlipwayError OPTION_INVALID */
export function refuseShape(shape: readonly number[], kind: TensorContent['kind']): void {
  if (shape.length === 0 || shape.some(size => !Number.isInteger(size) || size < 1)) {
    invalid(`[${shape.join(', ')}] is no shape of a row.`, 'Say e.g. shape: [28, 28, 1], or [steps, features].');
  }
  if (kind === 'pixels' && (shape.length !== 3 || (shape[2] !== 1 && shape[2] !== 3))) {
    invalid(
      `Pixels have the shape [height, width, 1 or 3], not [${shape.join(', ')}].`,
      'Add the channels as the last axis.'
    );
  }
}

function refuseOptions(options: TensorOptions, kind: TensorContent['kind'], input: string, target: string): void {
  const { shape, labels, time } = options;
  refuseShape(shape, kind);
  if (labels.length === 0) invalid('There are no labels, and so no rows.', 'Give one label for each row.');
  if (time && time.length !== labels.length) {
    invalid(`There are ${time.length} times for ${labels.length} labels.`, 'Give one time for each row.');
  }
  if (input === target || input === 'time' || target === 'time') {
    invalid(
      `The input is named "${input}", the target "${target}".`,
      'Give them names of their own, other than "time".'
    );
  }
}

/** Gives the numbers of a row. */
function rowReader(
  name: string,
  { values, shape, labels }: TensorOptions,
  width: number,
  count: number
): (row: number) => ArrayLike<unknown> {
  const isFlat = ArrayBuffer.isView(values);
  const rows = isFlat ? values.length / width : values.length;
  if (rows !== count) {
    throw new SlipwayError(
      'OPTION_INVALID',
      `${labels.length} labels were given, and ${isFlat ? `${values.length} numbers, which are ${rows} rows of ${shapeText(shape)}` : `${rows} rows`}.`,
      { remedy: 'Give one label for each row.' }
    );
  }
  if (isFlat) return row => values.subarray(row * width, (row + 1) * width);
  return row => {
    try {
      return flatRow(values[row], shape);
    } catch (error) {
      if (!(error instanceof RowShapeError)) throw error;
      throw new SlipwayError('DATA_REFUSED', `Row ${row + 1} of ${name}: ${error.message}.`, { cause: error });
    }
  };
}

function checked(values: ArrayLike<unknown>, name: string, row: number, kind: TensorContent['kind']): number[] {
  return Array.from(values, value => {
    const fits =
      typeof value === 'number' && Number.isFinite(value) && (kind === 'numbers' || (value >= 0 && value <= 255));
    if (fits) return value;
    throw new SlipwayError(
      'DATA_REFUSED',
      `Row ${row + 1} of ${name} holds ${String(value)}, which is no ${kind === 'pixels' ? 'pixel from 0 to 255' : 'finite number'}.`,
      { remedy: 'Mend or leave out such rows; nothing was registered.' }
    );
  });
}

function labelType(name: string, labels: TensorOptions['labels']): string {
  const kinds = new Set(labels.map(label => typeof label));
  if (kinds.size > 1) {
    throw new SlipwayError('OPTION_INVALID', `The labels of ${name} are ${[...kinds].join('s and ')}s.`, {
      remedy: 'Give texts, numbers, or true and false, one kind of them.'
    });
  }
  if (kinds.has('string')) return 'VARCHAR';
  if (kinds.has('boolean')) return 'BOOLEAN';
  return labels.every(Number.isInteger) ? 'BIGINT' : 'DOUBLE';
}
