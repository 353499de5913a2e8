import { readFile } from 'node:fs/promises';
import type { DataType, Table } from 'apache-arrow';
import { SlipwayError } from '../errors.js';
import type { PlainValue } from './engine.js';
import type { Frame } from './frame.js';
import { writeRowsFile, type RowsFile } from './rows-file.js';

export type ArrowTable = Table;

/** Rows of an Arrow table, with the DuckDB type of each column. */
export interface ArrowRows {
  readonly rows: RowsFile;
  readonly types: Readonly<Record<string, string>>;
}

export function isArrowTable(value: unknown): value is ArrowTable {
  return (
    typeof value === 'object' && value !== null && 'schema' in value && 'batches' in value && 'getChildAt' in value
  );
}

/** Reads Arrow's file or stream format. @throws SlipwayError DATA_UNREADABLE. */
export async function readArrowFile(file: string, named: string): Promise<ArrowRows> {
  const { tableFromIPC } = await import('apache-arrow');
  let table: Table;
  try {
    table = tableFromIPC(await readFile(file));
  } catch (error) {
    throw new SlipwayError('DATA_UNREADABLE', `"${named}" is no Arrow file.`, {
      remedy: 'Write it with Arrow’s IPC file or stream format, without compression.',
      cause: error
    });
  }
  return arrowRows(table, named);
}

/** @throws SlipwayError DATA_UNREADABLE for a column of lists, structures or bytes. */
export async function arrowRows(table: ArrowTable, named: string): Promise<ArrowRows> {
  const { Type } = await import('apache-arrow');
  const duckType = (type: DataType): string | null => {
    switch (type.typeId) {
      case Type.Int:
        return 'BIGINT';
      case Type.Float:
      case Type.Decimal:
        return 'DOUBLE';
      case Type.Bool:
        return 'BOOLEAN';
      case Type.Utf8:
      case Type.LargeUtf8:
        return 'VARCHAR';
      case Type.Date:
        return 'DATE';
      case Type.Timestamp:
        return 'TIMESTAMP';
      case Type.Dictionary:
        return duckType((type as unknown as { dictionary: DataType }).dictionary);
      default:
        return null;
    }
  };
  const { fields } = table.schema;
  const types = Object.fromEntries(
    fields.map(({ name, type }) => {
      const found = duckType(type);
      if (found !== null) return [name, found];
      throw new SlipwayError(
        'DATA_UNREADABLE',
        `The column "${name}" of ${named} holds ${String(type)}, which is not read.`,
        {
          remedy: 'Leave it out, or turn it into numbers or text before.'
        }
      );
    })
  );
  const columns = fields.map((_, i) => table.getChildAt(i)!);
  function* rows(): Generator<Record<string, PlainValue>> {
    for (let row = 0; row < table.numRows; row++) {
      yield Object.fromEntries(fields.map(({ name }, i) => [name, plain(columns[i]!.get(row), types[name]!)]));
    }
  }
  return { rows: await writeRowsFile(rows()), types };
}

function plain(value: unknown, type: string): PlainValue {
  if (value === null || value === undefined) return null;
  if (type === 'DATE' || type === 'TIMESTAMP') {
    const iso = new Date(Number(value)).toISOString();
    return type === 'DATE' ? iso.slice(0, 10) : iso.slice(0, 23).replace('T', ' ');
  }
  if (type === 'DOUBLE' || type === 'BIGINT') {
    const number = Number(value);
    return Number.isFinite(number) ? number : null;
  }
  return typeof value === 'boolean' ? value : String(value);
}

/**
 * The rows of a frame as an Arrow table: numbers as Float64, whole numbers as Int32 (Int64 where they are larger), text as
 * Utf8, days as Date, times as Timestamp in milliseconds.
 */
export async function frameToArrow(frame: Frame): Promise<ArrowTable> {
  const arrow = await import('apache-arrow');
  const values = await frame.values(frame.columnNames);
  const vectors = frame.columns.map(({ name, type }, i) => {
    const column = values[i]!;
    const time = (value: PlainValue): number | null => (value === null ? null : Date.parse(String(value)));
    const large = (value: PlainValue): boolean => typeof value === 'number' && Math.abs(value) > 0x7fff_ffff;
    switch (type) {
      case 'number':
        return [name, arrow.vectorFromArray(column, new arrow.Float64())] as const;
      case 'integer':
        return column.some(large)
          ? ([
              name,
              arrow.vectorFromArray(
                column.map(v => (v === null ? null : BigInt(v))),
                new arrow.Int64()
              )
            ] as const)
          : ([name, arrow.vectorFromArray(column, new arrow.Int32())] as const);
      case 'boolean':
        return [name, arrow.vectorFromArray(column, new arrow.Bool())] as const;
      case 'date':
        return [name, arrow.vectorFromArray(column.map(time), new arrow.DateMillisecond())] as const;
      case 'timestamp':
        return [name, arrow.vectorFromArray(column.map(time), new arrow.TimestampMillisecond())] as const;
      case 'string':
        return [name, arrow.vectorFromArray(column, new arrow.Utf8())] as const;
      case 'tensor':
        throw new SlipwayError('COLUMN_TYPE', `"${name}" holds lists of numbers, which are not given as Arrow.`, {
          remedy: `Leave it out: frame.select(…) with the other columns.`
        });
    }
  });
  return new arrow.Table(Object.fromEntries(vectors) as never);
}
