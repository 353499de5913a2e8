import type { ColumnProfile } from '@slipway/contract';
import { SlipwayError } from '@slipway/notebook';
import { counted, formatValue } from '@slipway/wording';
import { execute, freshTable, quoteName, quoteText } from '../engine/engine.js';
import { profileOf } from '../profile/profile.js';
import { deriveFrame, openFrame, type Frame } from './frame.js';

/** Rows that a person looks at; more are kept, and not all shown. */
const MOST_SHOWN = 100;
/** Most frequent values that a description names. */
const TOP_VALUES = 3;

export interface SampleOptions {
  /** The same seed gives the same rows. Default 1. */
  seed?: number;
}

/** The first `count` rows. @throws SlipwayError OPTION_INVALID unless it is a whole number of at least 1. */
export async function headOf(frame: Frame, count: number): Promise<Frame> {
  checkCount('head', count);
  return looked(
    frame,
    `select * from ${quoteName(frame.table)} limit ${count}`,
    `first ${counted(count, 'row')}`,
    count
  );
}

/** `count` rows by chance, in their order. @throws SlipwayError OPTION_INVALID as for `headOf`. */
export async function sampleOf(frame: Frame, count: number, { seed = 1 }: SampleOptions): Promise<Frame> {
  checkCount('sample', count);
  if (!Number.isInteger(seed)) {
    throw new SlipwayError('OPTION_INVALID', `seed must be a whole number, not ${seed}.`);
  }
  const numbered = `select *, row_number() over () as slipway_row from ${quoteName(frame.table)}`;
  const chosen = `select * from (${numbered}) order by hash(slipway_row, ${seed}), slipway_row limit ${count}`;
  const sql = `select * exclude (slipway_row) from (${chosen}) order by slipway_row`;
  return looked(frame, sql, `sample of ${counted(count, 'row')}, seed ${seed}`, count);
}

/** One row for each column, as `Frame.describe` says. */
export async function describeFrame(frame: Frame): Promise<Frame> {
  const table = freshTable();
  await execute(
    `create table ${quoteName(table)} ("column" varchar, "type" varchar, "count" bigint, missing bigint, ` +
      '"distinct" bigint, mean double, std double, min double, q25 double, q50 double, q75 double, max double, ' +
      '"values" varchar)'
  );
  const lines = (await profileOf(frame)).map(described);
  await execute(`insert into ${quoteName(table)} values ${lines.join(', ')}`);
  const lineage = { source: `description of ${frame.name}`, parents: [], steps: [] };
  const parts = { name: `${frame.name} described`, table, time: null, version: null, lineage, shifts: new Map() };
  return openFrame(parts, MOST_SHOWN);
}

function described(profile: ColumnProfile): string {
  const { name, type, count, missing, distinct, mean, std, min, max, quartiles, top } = profile;
  const isNumber = type === 'number' || type === 'integer';
  const numbers = isNumber ? [mean, std, min, ...(quartiles ?? [null, null, null]), max] : Array(7).fill(null);
  const isTime = type === 'date' || type === 'timestamp';
  const frequent = top.slice(0, TOP_VALUES).map(each => `${each.value} (${formatValue(each.count)})`);
  const values = isNumber || count === 0 ? null : isTime ? `${min} … ${max}` : frequent.join(', ');
  const cells = [quoteText(name), quoteText(type), count, missing, distinct, ...numbers.map(literal)];
  return `(${[...cells, values === null ? 'null' : quoteText(values)].join(', ')})`;
}

function literal(value: unknown): string {
  return typeof value === 'number' ? `cast('${value}' as double)` : 'null';
}

async function looked(frame: Frame, sql: string, step: string, count: number): Promise<Frame> {
  const table = freshTable();
  await execute(`create table ${quoteName(table)} as ${sql}`);
  return deriveFrame(frame, table, step, frame.shifts, Math.min(count, MOST_SHOWN));
}

function checkCount(method: string, count: number): void {
  if (!Number.isInteger(count) || count < 1) {
    throw new SlipwayError('OPTION_INVALID', `${method} takes a whole number of rows of at least 1, not ${count}.`);
  }
}
