import { SlipwayError } from '../errors.js';
import { notebook } from '../notebook/standalone.js';
import { execute, freshTable, quoteName } from './engine.js';
import type { Frame } from './frame.js';

export interface SplitOptions {
  /** `time`: the last rows are the test part. `random`: seeded; warns when the rows are ordered in time. */
  by: 'time' | 'random';
  /** Share of the rows that becomes the test part, between 0 and 1. */
  test: number;
  /** Seed of a random split. */
  seed?: number;
}

export interface Split {
  readonly train: Frame;
  readonly test: Frame;
}

/**
 * Cuts a frame in two. By time, every training row is earlier than every test row.
 *
 * @throws SlipwayError OPTION_INVALID for a share outside (0, 1), a missing time column, or a part without rows.
 */
export async function splitFrame(frame: Frame, options: SplitOptions): Promise<Split> {
  const { by, test } = options;
  if (!(test > 0 && test < 1)) {
    throw new SlipwayError('OPTION_INVALID', `test must be a share between 0 and 1, not ${test}.`, {
      remedy: 'For the last fifth write { by: "time", test: 0.2 }.'
    });
  }
  if (by === 'time' && !frame.time) {
    throw new SlipwayError('OPTION_INVALID', `${frame.name} has no time column to split by.`, {
      remedy: 'Name it when the data is read: slip.data(name, file, { time: "date" }).'
    });
  }
  const testRows = Math.round(frame.rowCount * test);
  const trainRows = frame.rowCount - testRows;
  if (testRows === 0 || trainRows === 0) {
    throw new SlipwayError('OPTION_INVALID', `${frame.rowCount} rows cannot be split into ${test} and the rest.`);
  }
  if (by === 'random' && frame.time) {
    notebook().warn(
      `Random split of ${frame.name}, whose rows are ordered by ${frame.time}: the model is tested on days between ` +
        `those it learned. Use { by: "time", test: ${test} } to test it on the future.`
    );
  }
  const share = `${Math.round(test * 1000) / 10} %`;
  const order = by === 'time' ? quoteName(frame.time!) : `hash(slipway_row, ${Math.trunc(options.seed ?? 1)})`;
  const ranked =
    `select *, row_number() over (order by ${order}) as slipway_rank from ` +
    `(select *, row_number() over () as slipway_row from ${quoteName(frame.table)})`;
  const part = async (which: 'train' | 'test'): Promise<Frame> => {
    const table = freshTable();
    const condition = which === 'train' ? `slipway_rank <= ${trainRows}` : `slipway_rank > ${trainRows}`;
    await execute(
      `create table ${quoteName(table)} as select * exclude (slipway_row, slipway_rank) from (${ranked}) ` +
        `where ${condition} order by slipway_rank`
    );
    const words =
      by === 'time'
        ? `by time, ${which === 'train' ? 'first' : 'last'} part, test ${share}`
        : `by random, ${which} part, test ${share}`;
    return frame.derived(table, words);
  };
  return { train: await part('train'), test: await part('test') };
}
