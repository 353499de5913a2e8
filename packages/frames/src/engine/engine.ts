import { tmpdir } from 'node:os';
import path from 'node:path';
import type {
  DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  DuckDBListVector,
  DuckDBType,
  DuckDBValue
} from '@duckdb/node-api';
import { SlipwayError, suggestion, sweepTemporaryFolders } from '@slipway/notebook';
import { messageOf } from '@slipway/wording';

interface Engine {
  readonly instance: DuckDBInstance;
  readonly connection: DuckDBConnection;
}

let opening: Promise<Engine> | undefined;
let tables = 0;

function open(): Promise<Engine> {
  opening ??= import('@duckdb/node-api').then(async duckdb => {
    void sweepTemporaryFolders();
    const instance = await duckdb.DuckDBInstance.create(':memory:', {
      // What does not fit into memory goes there, not beside the notebook.
      temp_directory: path.join(tmpdir(), `slipway-frames-${process.pid}`)
    });
    const connection = await instance.connect();
    // Freed memory goes back to the machine, and tables in memory are packed, only if they are asked to.
    await connection.run('set allocator_background_threads = true');
    await connection.run("set allocator_flush_threshold = '4MB'");
    await connection.run("set allocator_bulk_deallocation_flush_threshold = '4MB'");
    // An instant is the same text, and so has the same digest, wherever the notebook runs.
    await connection.run("set global timezone = 'UTC'");
    await connection.run("attach ':memory:' as frames (compress); use frames");
    return { instance, connection };
  });
  return opening;
}

/** The notebook's DuckDB: in memory, one per kernel, opened at first use. */
export async function engine(): Promise<DuckDBConnection> {
  return (await open()).connection;
}

/** The rows of a query in DuckDB's own chunks, one at a time in memory; other queries may run meanwhile. */
export async function* streamChunks(sql: string): AsyncGenerator<DuckDBDataChunk> {
  const connection = await (await open()).instance.connect();
  try {
    await connection.run('use frames');
    const result = await connection.stream(sql);
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) {
        return;
      }
      yield chunk;
    }
  } finally {
    connection.closeSync();
  }
}

/** Appends chunks to a table; `chunksOf` gets the types of its columns. */
export async function appendChunks(
  table: string,
  chunksOf: (types: readonly DuckDBType[]) => AsyncIterable<DuckDBDataChunk>
): Promise<void> {
  const appender = await (await engine()).createAppender(table, undefined, 'frames');
  try {
    const types = Array.from({ length: appender.columnCount }, (_, i) => appender.columnType(i));
    for await (const chunk of chunksOf(types)) {
      appender.appendDataChunk(chunk);
    }
  } finally {
    appender.closeSync();
  }
}

/** Packs the tables now, before much is asked of them, instead of whenever DuckDB comes to it. */
export async function packTables(): Promise<void> {
  await execute('checkpoint');
}

/** A table name that no other frame has. */
export function freshTable(): string {
  return `frame_${++tables}`;
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export async function execute(sql: string): Promise<void> {
  await (await engine()).run(sql);
}

/** Rows as objects of plain values: numbers (also for BIGINT up to 2^53, beyond it text), strings, booleans, null; dates as ISO text. */
export async function queryRows(sql: string): Promise<Record<string, PlainValue>[]> {
  const result = await (await engine()).runAndReadAll(sql);
  const names = result.columnNames();
  return result.getRowsJS().map(row => Object.fromEntries(names.map((n, i) => [n, plain(row[i])])));
}

/** Columns of a query, in order, as plain values. */
export async function queryColumns(sql: string): Promise<PlainValue[][]> {
  const result = await (await engine()).runAndReadAll(sql);
  return result.getColumnsJS().map(column => column.map(plain));
}

/**
 * Puts the numbers of a query's only column, whose values are lists, one after the other.
 *
 * @returns how many there were.
 */
export async function readLists(sql: string, out: Float32Array, at: number): Promise<number> {
  const result = await (await engine()).run(sql);
  let place = at;
  for (const chunk of await result.fetchAllChunks()) {
    const lists = chunk.getColumnVector(0) as DuckDBListVector;
    for (let row = 0; row < chunk.rowCount; row++) {
      const numbers = lists.getItemVector(row);
      for (let i = 0; i < (numbers?.itemCount ?? 0); i++) {
        out[place++] = Number(numbers!.getItem(i));
      }
    }
  }
  return place - at;
}

export type PlainValue = number | string | boolean | null;

function plain(value: unknown): PlainValue {
  if (value === null || value === undefined) {
    return null;
  }
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') {
    return value;
  }
  // A whole number that float64 would round keeps its digits as text.
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  }
  if (value instanceof Date) {
    const iso = value.toISOString();
    return iso.endsWith('T00:00:00.000Z') ? iso.slice(0, 10) : iso;
  }
  return String(value as DuckDBValue);
}

/**
 * Runs SQL that holds an expression of the user and turns DuckDB's complaint into one about the expression.
 *
 * @throws SlipwayError COLUMN_UNKNOWN with near names, or DATA_EXPRESSION with DuckDB's own sentence.
 */
export async function executeUserSql(sql: string, expression: string, columns: readonly string[]): Promise<void> {
  try {
    await execute(sql);
  } catch (error) {
    const message = messageOf(error);
    const unknown = /Referenced column "([^"]+)" not found/.exec(message)?.[1];
    if (unknown) {
      throw unknownColumn(unknown, columns, `in the expression ${expression}`);
    }
    const sentence = message.split('\n\nLINE')[0]!.trim();
    throw new SlipwayError('DATA_EXPRESSION', `The expression ${expression} cannot be computed. ${sentence}`, {
      cause: error
    });
  }
}

/** The error for a column that a frame does not have. */
export function unknownColumn(name: string, columns: readonly string[], where: string): SlipwayError {
  return new SlipwayError('COLUMN_UNKNOWN', `There is no column "${name}" ${where}.`, {
    remedy: suggestion(name, columns)
  });
}
