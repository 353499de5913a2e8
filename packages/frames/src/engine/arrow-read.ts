import { open } from 'node:fs/promises';
import {
  DuckDBArrayValue,
  DuckDBDataChunk,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue
} from '@duckdb/node-api';
import {
  DataType,
  DateUnit,
  RecordBatchReader,
  TimeUnit,
  Vector,
  type Data,
  type RecordBatch,
  type Schema,
  type Table
} from 'apache-arrow';
import { SlipwayError } from '@slipway/notebook';
import { allowCompressedBuffers } from './arrow-compression.js';
import { appendChunks, execute, freshTable, quoteName } from './engine.js';
import { firstLineOf } from '@slipway/wording';

/** Rows of one chunk of DuckDB. */
const CHUNK_ROWS = 2048;
const MILLISECONDS_OF_A_DAY = 86_400_000n;

/**
 * Puts the rows of an Arrow table into a table of the notebook's DuckDB, column by column and without a text between them.
 *
 * Whole numbers become BIGINT (UBIGINT from unsigned 64 bits), so that reckoning with a narrow column does not overflow. Times
 * are kept to the microsecond, those with a zone as the instant that they are. NaN is a missing value, as in every frame.
 *
 * @returns the table's name.
 * @throws SlipwayError DATA_UNREADABLE for a column that a frame cannot hold: structures, maps, bytes, lists of anything but
 * numbers.
 */
export async function tableOfArrow(table: Table, named: string): Promise<string> {
  return appendBatches(table.schema, table.batches, named);
}

/**
 * Reads Arrow's file or stream format, as `tableOfArrow` does, with one record batch in memory at a time.
 *
 * @throws SlipwayError DATA_UNREADABLE.
 */
export async function tableOfArrowFile(file: string, named: string): Promise<string> {
  allowCompressedBuffers();
  const handle = await open(file);
  try {
    const reader = await RecordBatchReader.from(handle);
    await reader.open();
    return await appendBatches(reader.schema, reader, named);
  } catch (error) {
    if (error instanceof SlipwayError) {
      throw error;
    }
    throw new SlipwayError('DATA_UNREADABLE', `"${named}" is not an Arrow file. ${sentenceOf(error)}`, {
      remedy: 'Write it with Arrow’s IPC file or stream format (Feather version 2).',
      cause: error
    });
  } finally {
    await handle.close();
  }
}

function sentenceOf(error: unknown): string {
  return firstLineOf(error);
}

async function appendBatches(
  schema: Schema,
  batches: Iterable<RecordBatch> | AsyncIterable<RecordBatch>,
  named: string
): Promise<string> {
  const columns = schema.fields.map(({ name, type }) => {
    const duck = duckTypeOf(type);
    if (duck !== null) {
      return `${quoteName(name)} ${duck}`;
    }
    throw new SlipwayError(
      'DATA_UNREADABLE',
      `The column "${name}" of ${named} holds ${String(type)}, which is not read.`,
      {
        remedy: 'Leave it out, or turn it into numbers, text or lists of numbers before.'
      }
    );
  });
  const table = freshTable();
  await execute(`create table ${quoteName(table)} (${columns.join(', ')})`).catch((cause: unknown) => {
    throw new SlipwayError('DATA_UNREADABLE', `The columns of ${named} cannot be read. ${sentenceOf(cause)}`, {
      cause
    });
  });
  await appendChunks(table, types => chunksOf(batches, types));
  return table;
}

async function* chunksOf(
  batches: Iterable<RecordBatch> | AsyncIterable<RecordBatch>,
  types: Parameters<typeof DuckDBDataChunk.create>[0]
): AsyncGenerator<DuckDBDataChunk> {
  for await (const batch of batches) {
    const columns = batch.data.children.map(cellsOf);
    for (let from = 0; from < batch.numRows; from += CHUNK_ROWS) {
      const rows = Math.min(CHUNK_ROWS, batch.numRows - from);
      const chunk = DuckDBDataChunk.create(types, rows);
      columns.forEach((cell, i) => {
        const values: DuckDBValue[] = [];
        for (let row = from; row < from + rows; row++) {
          values.push(cell(row));
        }
        chunk.setColumnValues(i, values);
      });
      yield chunk;
    }
  }
}

/** DuckDB's type for a column of Arrow; null for what a frame cannot hold. */
function duckTypeOf(type: DataType): string | null {
  if (DataType.isInt(type)) {
    return type.bitWidth === 64 && !type.isSigned ? 'UBIGINT' : 'BIGINT';
  }
  if (DataType.isFloat(type)) {
    return 'DOUBLE';
  }
  if (DataType.isDecimal(type)) {
    const fits = type.precision <= 38 && type.scale >= 0 && type.scale <= type.precision;
    return fits ? `DECIMAL(${type.precision}, ${type.scale})` : null;
  }
  if (DataType.isBool(type)) {
    return 'BOOLEAN';
  }
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isUtf8View(type)) {
    return 'VARCHAR';
  }
  if (DataType.isNull(type)) {
    return 'VARCHAR';
  }
  if (DataType.isDate(type)) {
    return 'DATE';
  }
  if (DataType.isTimestamp(type)) {
    return type.timezone ? 'TIMESTAMPTZ' : 'TIMESTAMP';
  }
  if (DataType.isDictionary(type)) {
    return duckTypeOf(type.dictionary as DataType);
  }
  if (DataType.isFixedSizeList(type)) {
    return listType(type.valueType as DataType, `[${type.listSize}]`);
  }
  if (DataType.isList(type) || DataType.isLargeList(type)) {
    return listType(type.valueType as DataType, '[]');
  }
  return null;
}

function listType(of: DataType, brackets: string): string | null {
  if (DataType.isInt(of)) {
    return `${duckTypeOf(of)}${brackets}`;
  }
  // Half of the memory for what tensors are made of.
  return DataType.isFloat(of) ? `${of.precision < 2 ? 'FLOAT' : 'DOUBLE'}${brackets}` : null;
}

/** Gives the value of a row as DuckDB has it; null where it is missing. */
type Cell = (row: number) => DuckDBValue;

function cellsOf(data: Data): Cell {
  const { type } = data;
  const present =
    (cell: Cell): Cell =>
    row =>
      data.getValid(row) ? cell(row) : null;
  if (DataType.isNull(type)) {
    return () => null;
  }
  if (DataType.isDictionary(type)) {
    const words = wordsOf(data.dictionary!);
    const indices = data.values as ArrayLike<number | bigint>;
    return present(row => words[Number(indices[row])] ?? null);
  }
  if (DataType.isInt(type)) {
    const values = data.values as ArrayLike<number | bigint>;
    return present(row => BigInt(values[row]!));
  }
  if (DataType.isDecimal(type)) {
    const { precision, scale } = type;
    return present(row => new DuckDBDecimalValue(wholeNumber(data, row), precision, scale));
  }
  if (DataType.isDate(type)) {
    const values = data.values as ArrayLike<number | bigint>;
    const isDays = type.unit === DateUnit.DAY;
    return present(row => {
      const value = BigInt(values[row]!);
      return new DuckDBDateValue(Number(isDays ? value : floorDivision(value, MILLISECONDS_OF_A_DAY)));
    });
  }
  if (DataType.isTimestamp(type)) {
    const values = data.values as ArrayLike<bigint>;
    const { unit, timezone } = type;
    return present(row => {
      const micros = microseconds(values[row]!, unit);
      return timezone ? new DuckDBTimestampTZValue(micros) : new DuckDBTimestampValue(micros);
    });
  }
  if (DataType.isFixedSizeList(type)) {
    const cell = elementsOf(data.children[0]!);
    const { listSize } = type;
    return present(row => new DuckDBArrayValue(slice(cell, row * listSize, (row + 1) * listSize)));
  }
  if (DataType.isList(type) || DataType.isLargeList(type)) {
    const cell = elementsOf(data.children[0]!);
    const ends = data.valueOffsets as ArrayLike<number | bigint>;
    return present(row => new DuckDBListValue(slice(cell, Number(ends[row]), Number(ends[row + 1]))));
  }
  const values = new Vector([data]);
  return row => {
    const value = values.get(row) as number | string | boolean | null;
    return typeof value === 'number' && Number.isNaN(value) ? null : value;
  };
}

/** Numbers in a list: NaN stays, as the place of a number has a meaning. */
function elementsOf(data: Data): Cell {
  if (!DataType.isFloat(data.type)) {
    return cellsOf(data);
  }
  const values = new Vector([data]);
  return row => values.get(row) as number | null;
}

function slice(cell: Cell, from: number, to: number): DuckDBValue[] {
  const items: DuckDBValue[] = [];
  for (let i = from; i < to; i++) {
    items.push(cell(i));
  }
  return items;
}

const dictionaries = new WeakMap<Vector, readonly DuckDBValue[]>();

/** All values of a dictionary, read once however many batches use it. */
function wordsOf(dictionary: Vector): readonly DuckDBValue[] {
  let words = dictionaries.get(dictionary);
  if (!words) {
    words = dictionary.data.flatMap(data => slice(cellsOf(data), 0, data.length));
    dictionaries.set(dictionary, words);
  }
  return words;
}

/** A decimal's digits: 32-bit words, the lowest first, in two's complement. */
function wholeNumber(data: Data, row: number): bigint {
  const words = data.values as Uint32Array;
  let number = 0n;
  for (let i = data.stride - 1; i >= 0; i--) {
    number = (number << 32n) | BigInt(words[row * data.stride + i]!);
  }
  return BigInt.asIntN(data.stride * 32, number);
}

function microseconds(value: bigint, unit: TimeUnit): bigint {
  switch (unit) {
    case TimeUnit.SECOND:
      return value * 1_000_000n;
    case TimeUnit.MILLISECOND:
      return value * 1000n;
    case TimeUnit.MICROSECOND:
      return value;
    case TimeUnit.NANOSECOND:
      return floorDivision(value, 1000n);
  }
}

function floorDivision(value: bigint, by: bigint): bigint {
  const rest = value % by;
  return (value - (rest < 0n ? rest + by : rest)) / by;
}
