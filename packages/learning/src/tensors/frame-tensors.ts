import { shapeText, sizeOf } from '@slipway/tensor-inputs';
import { SlipwayError } from '@slipway/notebook';
import { type Frame, queryRows, quoteName } from '@slipway/frames';
import type { ColumnTensorOptions } from './tensor-options.js';
import { refuseShape, TensorSet } from './tensor-set.js';

/**
 * The rows of a frame whose input is one column of lists, such as a Parquet file has.
 *
 * @throws SlipwayError COLUMN_UNKNOWN, COLUMN_TYPE for a column of other values, OPTION_INVALID for an invalid shape,
 * DATA_REFUSED for rows of another length, with numbers that are missing or not finite, or pixels outside of 0 to 255.
 */
export async function tensorsOfFrame(frame: Frame, options: ColumnTensorOptions): Promise<TensorSet> {
  const { column, target, shape, content: kind = 'numbers', scaling = 'standardize' } = options;
  refuseShape(shape, kind);
  frame.column(target);
  if (frame.column(column).type !== 'tensor') {
    throw new SlipwayError('COLUMN_TYPE', `"${column}" of ${frame.name} holds no lists of numbers.`, {
      remedy: `Its columns are ${frame.columns.map(({ name, type }) => `${name} (${type})`).join(', ')}.`
    });
  }
  const width = sizeOf(shape);
  const list = `cast(${quoteName(column)} as double[])`;
  const pixels = kind === 'pixels' ? ` or list_min(${list}) < 0 or list_max(${list}) > 255` : '';
  const bad =
    `${quoteName(column)} is null or len(${list}) <> ${width} or list_count(${list}) <> ${width} ` +
    `or not isfinite(list_sum(${list}))${pixels}`;
  const [found] = await queryRows(
    `select count(*) as n, min(slipway_row) as first from ` +
      `(select *, row_number() over () as slipway_row from ${quoteName(frame.table)}) where ${bad}`
  );
  const count = Number(found!['n']);
  if (count > 0) {
    throw new SlipwayError(
      'DATA_REFUSED',
      `${count} of ${frame.rowCount} rows of "${column}" are not ${shapeText(shape)} ${kind === 'pixels' ? 'pixels from 0 to 255' : 'finite numbers'}, first row ${String(found!['first'])}.`,
      { remedy: 'Leave such rows out with frame.filter, or give the shape that they have.' }
    );
  }
  return new TensorSet(frame, target, { name: column, shape: [...shape], kind, scaling });
}
