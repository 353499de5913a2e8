import { SlipwayError, warnOfCell } from '@slipway/notebook';
import { execute, freshTable, queryRows, quoteName } from '../engine/engine.js';
import { deriveFrame, type Frame } from './frame.js';

export interface SplitOptions {
  /**
   * `time`: the last rows are the test part. `random`: seeded. `group`: rows with the same value of `column` stay
   * together. `stratified`: each value of `column` has the same share in both parts. All but `time` warn when the rows are
   * ordered in time.
   */
  by: 'time' | 'random' | 'group' | 'stratified';
  /** Share of the rows that becomes the test part, between 0 and 1. */
  test: number;
  /** For `group` and `stratified`. */
  column?: string;
  /** Seed of the splits that are not by time. */
  seed?: number;
}

export interface Split {
  readonly train: Frame;
  readonly test: Frame;
}

/** A class of a stratified split is a value that comes again and again. */
const MAX_CLASSES = 100;
/** A test part that misses its share by more than this is worth a word. */
const SHARE_TOLERANCE = 0.1;

/**
 * Cuts a frame in two. By time, every training row is earlier than every test row; by group, no group is in both parts.
 * The same seed gives the same parts.
 *
 * @throws SlipwayError OPTION_INVALID for a share outside (0, 1), a missing time column or `column`, or a part without
 * rows; COLUMN_UNKNOWN for `column`.
 */
export async function splitFrame(frame: Frame, options: SplitOptions): Promise<Split> {
  const { by, test } = options;
  if (!(test > 0 && test < 1)) {
    throw new SlipwayError('OPTION_INVALID', `test must be a share between 0 and 1, not ${test}.`, {
      remedy: 'For the last fifth write { by: "time", test: 0.2 }.'
    });
  }
  const marked = freshTable();
  await execute(`create table ${quoteName(marked)} as ${await markedRows(frame, options)}`);
  const rows = await queryRows(
    `select count(*) filter (slipway_test) as test, count(*) as total from ${quoteName(marked)}`
  );
  const [testRows, total] = [Number(rows[0]?.['test']), Number(rows[0]?.['total'])];
  if (testRows === 0 || testRows === total) {
    throw new SlipwayError('OPTION_INVALID', `${total} rows cannot be split into ${test} and the rest by ${by}.`, {
      ...(by === 'group' ? { remedy: `"${options.column}" needs at least two different values.` } : {})
    });
  }
  if (by !== 'time') {
    const time = frame.time ?? (await undeclaredTime(frame));
    if (time !== null) {
      warnOfTime(frame, time, options);
    }
  }
  if (by === 'group' && Math.abs(testRows / total - test) > SHARE_TOLERANCE) {
    warnOfCell(
      `The test part has ${percent(testRows / total)} of the rows instead of ${percent(test)}: ` +
        `the groups of "${options.column}" are too large to come nearer.`
    );
  }
  const part = async (which: 'train' | 'test'): Promise<Frame> => {
    const table = freshTable();
    await execute(
      `create table ${quoteName(table)} as select * exclude (slipway_row, slipway_rank, slipway_test) ` +
        `from ${quoteName(marked)} where ${which === 'test' ? '' : 'not '}slipway_test order by slipway_rank`
    );
    const side = by === 'time' ? (which === 'train' ? 'first' : 'last') : which;
    const how = options.column === undefined ? by : `${by} of ${options.column}`;
    return deriveFrame(frame, table, `by ${how}, ${side} part, test ${percent(test)}`);
  };
  const split = { train: await part('train'), test: await part('test') };
  await execute(`drop table ${quoteName(marked)}`);
  return split;
}

/** SQL for all rows with `slipway_rank`, their order in a part, and `slipway_test`. */
async function markedRows(frame: Frame, options: SplitOptions): Promise<string> {
  const { by, test, seed = 1 } = options;
  const testRows = Math.round(frame.rowCount * test);
  const rows = `(select *, row_number() over () as slipway_row from ${quoteName(frame.table)})`;
  const shuffled = `hash(slipway_row, ${Math.trunc(seed)})`;
  switch (by) {
    case 'time':
    case 'random': {
      if (by === 'time' && !frame.time) {
        throw new SlipwayError('OPTION_INVALID', `${frame.name} has no time column to split by.`, {
          remedy: 'Name it when the data is read: slip.data(name, file, { time: "date" }).'
        });
      }
      const order = by === 'time' ? quoteName(frame.time ?? '') : shuffled;
      return (
        `select *, slipway_rank > ${frame.rowCount - testRows} as slipway_test from ` +
        `(select *, row_number() over (order by ${order}) as slipway_rank from ${rows})`
      );
    }
    case 'group': {
      const group = quoteName(columnOf(frame, options));
      const groups =
        `(select ${group} as slipway_group, count(*) as n, row_number() over ` +
        `(order by hash(cast(${group} as varchar), ${Math.trunc(seed)}), cast(${group} as varchar)) as r ` +
        `from ${quoteName(frame.table)} group by ${group})`;
      // Groups are taken in a seeded order while that brings the test part nearer to its share; the last one never is.
      const chosen =
        `select slipway_group, (r = 1 or before + n / 2.0 <= ${testRows}) and r < count(*) over () as slipway_test ` +
        `from (select *, sum(n) over (order by r) - n as before from ${groups})`;
      return (
        `select t.*, t.slipway_row as slipway_rank, c.slipway_test from ${rows} t ` +
        `join (${chosen}) c on t.${group} is not distinct from c.slipway_group`
      );
    }
    case 'stratified': {
      const column = columnOf(frame, options);
      await warnOfRareClasses(frame, column);
      const within = `partition by ${quoteName(column)}`;
      return (
        `select * exclude (slipway_size, slipway_place), slipway_row as slipway_rank, ` +
        `slipway_place <= round(slipway_size * ${test}) as slipway_test from (select *, ` +
        `count(*) over (${within}) as slipway_size, ` +
        `row_number() over (${within} order by ${shuffled}) as slipway_place from ${rows})`
      );
    }
  }
}

function columnOf(frame: Frame, { by, column }: SplitOptions): string {
  if (column === undefined) {
    throw new SlipwayError('OPTION_INVALID', `A split by ${by} needs a column.`, {
      remedy: `Name it: split({ by: "${by}", column: "…", test: 0.2 }).`
    });
  }
  return frame.column(column).name;
}

async function warnOfRareClasses(frame: Frame, column: string): Promise<void> {
  const classes = await queryRows(
    `select cast(${quoteName(column)} as varchar) as value, count(*) as n from ${quoteName(frame.table)} group by all`
  );
  if (classes.length > MAX_CLASSES) {
    throw new SlipwayError(
      'OPTION_INVALID',
      `"${column}" has ${classes.length} different values, which are too many for classes.`,
      {
        remedy: 'Derive a column with few values from it, and stratify by that; or split by random.'
      }
    );
  }
  const rare = classes.filter(({ n }) => Number(n) === 1).map(({ value }) => String(value));
  if (rare.length === 0) {
    return;
  }
  warnOfCell(
    `Only one row of ${frame.name} has ${column} = ${rare.join(', ')}: a class of one row cannot be in both parts.`
  );
}

function warnOfTime(frame: Frame, time: string, { by, test }: SplitOptions): void {
  const how = by === 'random' ? 'Random split' : `Split by ${by}`;
  const declared = frame.time === null ? ` Say so when the data is read, { time: "${time}" };` : '';
  warnOfCell(
    `${how} of ${frame.name}, whose rows are ordered by ${time}: the model is tested on days between ` +
      `those it learned.${declared} Use { by: "time", test: ${test} } to test it on the future.`
  );
}

/** A column of dates in whose order the rows are, though nobody said so. */
async function undeclaredTime(frame: Frame): Promise<string | null> {
  for (const { name, type } of frame.columns) {
    if (type !== 'date' && type !== 'timestamp') {
      continue;
    }
    const column = quoteName(name);
    const [row] = await queryRows(
      `select count(*) filter (t < p) as back, count(distinct t) as distincts, count(t) as n from ` +
        `(select ${column} as t, lag(${column}) over () as p from ${quoteName(frame.table)})`
    );
    const { back, distincts, n } = row!;
    if (Number(back) === 0 && Number(distincts) > 1 && Number(n) === frame.rowCount) {
      return name;
    }
  }
  return null;
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}
