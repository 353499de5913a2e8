import { counted } from '@slipway/wording';
import { flatRow, RowShapeError, shapeText, sizeOf } from '@slipway/tensor-inputs';
import { SlipwayError, warnOfCell } from '@slipway/notebook';
import {
  execute,
  type Frame,
  freshTable,
  openFrame,
  quoteName,
  quoteText,
  type RowValue,
  writeRowsFile
} from '@slipway/frames';
import { tensorsOfFrame } from './frame-tensors.js';
import type { TensorContent } from './tensor-rows.js';
import type { ColumnTensorOptions, TensorOptions } from './tensor-options.js';
import { invalid, refuseShape, TensorSet } from './tensor-set.js';

/**
 * Registers tensors that are held as arrays, with their truth, as a version of dataset `name`: images as numbers, or windows
 * of a series. `slip.fit(model, await set.split({ test: 0.2 }))` trains on them. Of a frame instead of a name: its column of lists.
 *
 * @throws SlipwayError OPTION_INVALID for an invalid shape, or lists of unequal length; DATA_REFUSED for a row of another
 * shape, a number that is not finite, or pixels outside of 0 to 255.
 * @example
 * const waves = await slip.tensors('waves', {
 *   values: [[0, 1, 0], [1, 0, 1], [0, 2, 0], [2, 0, 2]],
 *   shape: [3, 1],
 *   labels: ['up', 'down', 'up', 'down']
 * });
 */
export async function tensors(name: string, options: TensorOptions): Promise<TensorSet>;
export async function tensors(frame: Frame, options: ColumnTensorOptions): Promise<TensorSet>;
export async function tensors(from: string | Frame, options: TensorOptions | ColumnTensorOptions): Promise<TensorSet> {
  if (typeof from === 'string') {
    return tensorsOfArrays(from, options as TensorOptions);
  }
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
  const records = function* (): Generator<readonly RowValue[]> {
    for (let row = 0; row < count; row++) {
      const numbers = checked(rowOf(row), name, row, kind);
      for (const number of numbers) {
        largest = Math.max(largest, number);
      }
      const time = options.time?.[row];
      const moment = time instanceof Date ? time.toISOString() : time;
      yield [...(options.time ? [moment] : []), options.labels[row], numbers];
    }
  };
  const table = freshTable();
  const types: [column: string, type: string][] = [
    ...(options.time ? [['time', 'TIMESTAMP'] as [string, string]] : []),
    [target, labelType(name, options.labels)],
    [input, 'FLOAT[]']
  ];
  const columns = types.map(([column, type]) => `${quoteText(column)}: ${quoteText(type)}`);
  const file = await writeRowsFile(
    types.map(([column]) => column),
    records()
  );
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
  const frame = await openFrame({ name, table, time, version: null, lineage, shifts: new Map() });
  return new TensorSet(await frame.save(name), target, { name: input, shape: [...shape], kind, scaling });
}

function refuseOptions(options: TensorOptions, kind: TensorContent['kind'], input: string, target: string): void {
  const { shape, labels, time } = options;
  refuseShape(shape, kind);
  if (labels.length === 0) {
    invalid('There are no labels, and so no rows.', 'Give one label for each row.');
  }
  if (time && time.length !== labels.length) {
    invalid(`There are ${time.length} times for ${counted(labels.length, 'label')}.`, 'Give one time for each row.');
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
      `${counted(labels.length, 'label was', 'labels were')} given, and ${isFlat ? `${values.length} numbers, which are ${counted(rows, 'row')} of ${shapeText(shape)}` : counted(rows, 'row')}.`,
      { remedy: 'Give one label for each row.' }
    );
  }
  if (isFlat) {
    return row => values.subarray(row * width, (row + 1) * width);
  }
  return row => {
    try {
      return flatRow(values[row], shape);
    } catch (error) {
      if (!(error instanceof RowShapeError)) {
        throw error;
      }
      throw new SlipwayError('DATA_REFUSED', `Row ${row + 1} of ${name}: ${error.message}.`, { cause: error });
    }
  };
}

function checked(values: ArrayLike<unknown>, name: string, row: number, kind: TensorContent['kind']): number[] {
  return Array.from(values, value => {
    const fits =
      typeof value === 'number' && Number.isFinite(value) && (kind === 'numbers' || (value >= 0 && value <= 255));
    if (fits) {
      return value;
    }
    throw new SlipwayError(
      'DATA_REFUSED',
      `Row ${row + 1} of ${name} holds ${String(value)}, which is not a ${kind === 'pixels' ? 'pixel from 0 to 255' : 'finite number'}.`,
      { remedy: 'Correct or remove these rows; nothing was registered.' }
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
  if (kinds.has('string')) {
    return 'VARCHAR';
  }
  if (kinds.has('boolean')) {
    return 'BOOLEAN';
  }
  return labels.every(Number.isInteger) ? 'BIGINT' : 'DOUBLE';
}
