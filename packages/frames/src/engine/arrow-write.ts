import { DuckDBArrayValue, DuckDBDecimalValue, DuckDBListValue, type DuckDBValue } from '@duckdb/node-api';
import {
  Bool,
  DataType,
  DateDay,
  Decimal,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int32,
  Int64,
  List,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  TimestampMicrosecond,
  Uint64,
  Utf8,
  vectorFromArray,
  type Data
} from 'apache-arrow';
import { SlipwayError } from '@slipway/notebook';
import { queryRows, quoteName, streamChunks } from './engine.js';
import type { Frame } from '../frame/frame.js';

/** Rows of one record batch. */
const BATCH_ROWS = 1 << 16;
/** Digits of a decimal number that a Float64 gives back unchanged. */
const EXACT_DIGITS = 15;

/** How a column leaves DuckDB, and as what. */
interface Outlet {
  readonly expression: string;
  readonly type: DataType;
}

/**
 * The rows of a frame as an Arrow table, taken from DuckDB's chunks as they come: numbers as Float64 (decimals of more than 15
 * digits as Decimal), whole numbers as Int32, or as Int64, Uint64 or Decimal where they are larger, text as Utf8, days as Date32,
 * times as Timestamp in microseconds (with the zone UTC where they are instants), lists of numbers as List or FixedSizeList.
 *
 * @throws SlipwayError DATA_REFUSED for whole numbers of more than 38 digits.
 */
export async function frameToArrow(frame: Frame): Promise<Table> {
  const from = quoteName(frame.table);
  const described = await queryRows(`describe ${from}`);
  const names = described.map(row => String(row['column_name']));
  const outlets: Outlet[] = [];
  for (const [i, row] of described.entries()) {
    outlets.push(await outletOf(frame, names[i]!, String(row['column_type'])));
  }
  const schema = new Schema(outlets.map(({ type }, i) => new Field(names[i]!, type, true)));
  const batches: RecordBatch[] = [];
  let columns: DuckDBValue[][] = names.map(() => []);
  const close = (): void => {
    const length = columns[0]!.length;
    if (length === 0) {
      return;
    }
    const children = columns.map((values, i) => dataOf(outlets[i]!.type, values));
    batches.push(
      new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length, nullCount: 0, children }))
    );
    columns = names.map(() => []);
  };
  for await (const chunk of streamChunks(`select ${outlets.map(o => o.expression).join(', ')} from ${from}`)) {
    chunk.appendToColumns(columns);
    if (columns[0]!.length >= BATCH_ROWS) {
      close();
    }
  }
  close();
  return new Table(schema, batches);
}

async function outletOf(frame: Frame, column: string, duckType: string): Promise<Outlet> {
  const name = quoteName(column);
  const [, element, length] = /^(.+)\[(\d*)\]$/.exec(duckType) ?? [];
  if (element !== undefined) {
    const of = elementType(element);
    if (of === null) {
      return { expression: `cast(${name} as varchar)`, type: new Utf8() };
    }
    const field = new Field('item', of.type, true);
    const type = length ? new FixedSizeList(Number(length), field) : new List(field);
    return { expression: `cast(${name} as ${of.as}[${length}])`, type };
  }
  const [, digits] = /^DECIMAL\((\d+),/.exec(duckType) ?? [];
  const base = duckType.replace(/\(.*$/, '');
  switch (base) {
    case 'BOOLEAN':
      return { expression: name, type: new Bool() };
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
    case 'UTINYINT':
    case 'USMALLINT':
    case 'UINTEGER':
    case 'BIGINT':
    case 'UBIGINT':
    case 'HUGEINT':
    case 'UHUGEINT':
      return wholeNumbers(frame, column);
    case 'FLOAT':
      return { expression: name, type: new Float32() };
    case 'DOUBLE':
      return { expression: name, type: new Float64() };
    case 'DECIMAL': {
      if (Number(digits) <= EXACT_DIGITS) {
        return { expression: `cast(${name} as double)`, type: new Float64() };
      }
      const [, precision, scale] = /\((\d+),\s*(\d+)\)/.exec(duckType)!;
      return { expression: name, type: new Decimal(Number(scale), Number(precision), 128) };
    }
    case 'DATE':
      return { expression: `datediff('day', date '1970-01-01', ${name})::integer`, type: new DateDay() };
    case 'TIMESTAMP':
    case 'TIMESTAMP_S':
    case 'TIMESTAMP_MS':
    case 'TIMESTAMP_NS':
      return { expression: `epoch_us(${name})`, type: new TimestampMicrosecond() };
    case 'TIMESTAMP WITH TIME ZONE':
      return { expression: `epoch_us(${name})`, type: new TimestampMicrosecond('UTC') };
    case 'VARCHAR':
      return { expression: name, type: new Utf8() };
    default:
      return { expression: `cast(${name} as varchar)`, type: new Utf8() };
  }
}

/** The narrowest type that holds all whole numbers of a column; 32 bits are numbers in JavaScript, more are bigint. */
async function wholeNumbers(frame: Frame, column: string): Promise<Outlet> {
  const name = quoteName(column);
  const [row] = await queryRows(
    `select cast(min(${name}) as varchar) as low, cast(max(${name}) as varchar) as high from ${quoteName(frame.table)}`
  );
  const [low, high] = [BigInt(row!['low'] ?? 0), BigInt(row!['high'] ?? 0)];
  const within = (least: bigint, most: bigint): boolean => low >= least && high <= most;
  if (within(-(2n ** 31n), 2n ** 31n - 1n)) {
    return { expression: `cast(${name} as integer)`, type: new Int32() };
  }
  if (within(-(2n ** 63n), 2n ** 63n - 1n)) {
    return { expression: `cast(${name} as bigint)`, type: new Int64() };
  }
  if (within(0n, 2n ** 64n - 1n)) {
    return { expression: `cast(${name} as ubigint)`, type: new Uint64() };
  }
  const most = 10n ** 38n - 1n;
  if (within(-most, most)) {
    return { expression: `cast(${name} as decimal(38, 0))`, type: new Decimal(0, 38, 128) };
  }
  throw new SlipwayError('DATA_REFUSED', `"${column}" of ${frame.name} holds whole numbers of more than 38 digits.`, {
    remedy: `Arrow has no type for them; frame.derive("${column}", 'cast("${column}" as varchar)') gives them as text.`
  });
}

function elementType(duckType: string): { as: string; type: DataType } | null {
  switch (duckType.replace(/\(.*$/, '')) {
    case 'FLOAT':
      return { as: 'float', type: new Float32() };
    case 'DOUBLE':
    case 'DECIMAL':
      return { as: 'double', type: new Float64() };
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
    case 'UTINYINT':
    case 'USMALLINT':
      return { as: 'integer', type: new Int32() };
    case 'UINTEGER':
    case 'BIGINT':
      return { as: 'bigint', type: new Int64() };
    case 'UBIGINT':
      return { as: 'ubigint', type: new Uint64() };
    default:
      return null;
  }
}

/** Arrow's buffers for values of DuckDB. */
function dataOf(type: DataType, values: readonly DuckDBValue[]): Data {
  const length = values.length;
  const { nullBitmap, nullCount } = validityOf(values);
  if (DataType.isUtf8(type)) {
    return vectorFromArray(values as (string | null)[], new Utf8()).data[0]!;
  }
  if (DataType.isList(type)) {
    const lists = values.map(value => (value instanceof DuckDBListValue ? value.items : []));
    const valueOffsets = new Int32Array(length + 1);
    lists.forEach((list, i) => (valueOffsets[i + 1] = valueOffsets[i]! + list.length));
    const child = dataOf(type.valueType as DataType, lists.flat());
    return makeData({ type: type as List, length, nullCount, nullBitmap, valueOffsets, child });
  }
  if (DataType.isFixedSizeList(type)) {
    const missing = Array.from({ length: type.listSize }, () => null);
    const lists = values.map(value => (value instanceof DuckDBArrayValue ? value.items : missing));
    const child = dataOf(type.valueType as DataType, lists.flat());
    return makeData({ type: type as FixedSizeList, length, nullCount, nullBitmap, child });
  }
  if (DataType.isBool(type)) {
    const data = new Uint8Array((length + 7) >> 3);
    values.forEach((value, i) => {
      if (value === true) {
        data[i >> 3]! |= 1 << (i & 7);
      }
    });
    return makeData({ type, length, nullCount, nullBitmap, data });
  }
  if (DataType.isDecimal(type)) {
    const halves = new BigUint64Array(length * 2);
    values.forEach((value, i) => {
      if (!(value instanceof DuckDBDecimalValue)) {
        return;
      }
      halves[i * 2] = BigInt.asUintN(64, value.value);
      halves[i * 2 + 1] = BigInt.asUintN(64, value.value >> 64n);
    });
    return makeData({ type, length, nullCount, nullBitmap, data: new Uint32Array(halves.buffer) });
  }
  const data = new type.ArrayType(length) as Record<number, unknown>;
  values.forEach((value, i) => {
    if (value !== null) {
      data[i] = value;
    }
  });
  return makeData({ type: type as Float64, length, nullCount, nullBitmap, data: data as unknown as Float64Array });
}

/** A bit for each row, set where there is a value; none are needed where all are. */
function validityOf(values: readonly DuckDBValue[]): { nullBitmap: Uint8Array | null; nullCount: number } {
  const bits = new Uint8Array((values.length + 7) >> 3);
  let nullCount = 0;
  values.forEach((value, i) => {
    if (value === null) {
      nullCount++;
    } else {
      bits[i >> 3]! |= 1 << (i & 7);
    }
  });
  return { nullBitmap: nullCount === 0 ? null : bits, nullCount };
}
