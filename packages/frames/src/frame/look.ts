import { SlipwayError } from '@slipway/notebook';
import { counted } from '@slipway/wording';
import { execute, freshTable, quoteName } from '../engine/engine.js';
import { deriveFrame, type Frame } from './frame.js';

/** Rows that a person looks at; more are kept, and not all shown. */
const MOST_SHOWN = 100;

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
