import { SlipwayError, warnOfCell } from '@slipway/notebook';
import { execute, freshTable, queryRows, quoteName } from '../engine/engine.js';
import { deriveFrame, type Frame } from './frame.js';
import type { Split } from './split.js';

export interface FoldOptions {
  /** How many parts. Default 5. */
  folds?: number;
  /**
   * `random`: seeded. `stratified`: each value of `column` has the same share in all parts. `group`: rows with the same
   * value of `column` stay together. `time`: each part is tested by a model of what was before it.
   */
  by: 'random' | 'stratified' | 'group' | 'time';
  /** For `stratified` and `group`. */
  column?: string;
  seed?: number;
}

const MOST_FOLDS = 50;

/**
 * Cuts a frame into parts, each of which is tested once by what is learned from others.
 *
 * @throws SlipwayError OPTION_INVALID for folds that cannot be, a missing time column or `column`; COLUMN_UNKNOWN.
 */
export async function foldsOf(frame: Frame, options: FoldOptions): Promise<Split[]> {
  const { by, folds = 5 } = options;
  if (!Number.isInteger(folds) || folds < 2 || folds > Math.min(MOST_FOLDS, frame.rowCount)) {
    throw new SlipwayError(
      'OPTION_INVALID',
      `folds must be a whole number from 2 to ${Math.min(MOST_FOLDS, frame.rowCount)}, not ${folds}.`
    );
  }
  if (by !== 'time' && frame.time !== null) {
    warnOfCell(
      `Folds of ${frame.name} by ${by}, whose rows are ordered by ${frame.time}: models are tested on days between those ` +
        'they learned. Use { by: "time" } to test them on the future.'
    );
  }
  const marked = freshTable();
  await execute(`create table ${quoteName(marked)} as ${markedRows(frame, options, folds)}`);
  const sizes = await queryRows(`select slipway_fold as fold, count(*) as n from ${quoteName(marked)} group by all`);
  const parts = by === 'time' ? folds + 1 : folds;
  if (sizes.length < parts) {
    throw new SlipwayError(
      'OPTION_INVALID',
      `The rows of ${frame.name} make only ${sizes.length} of ${parts} parts by ${by}.`,
      {
        remedy: by === 'group' ? `"${options.column}" has too few values; use fewer folds.` : 'Use fewer folds.'
      }
    );
  }
  const cut = async (where: string, step: string): Promise<Frame> => {
    const table = freshTable();
    await execute(
      `create table ${quoteName(table)} as select * exclude (slipway_row, slipway_fold) from ${quoteName(marked)} ` +
        `where ${where} order by slipway_row`
    );
    return deriveFrame(frame, table, step);
  };
  const splits: Split[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const step = `by ${by}, fold ${fold + 1} of ${folds}`;
    const [train, test] =
      by === 'time'
        ? [`slipway_fold <= ${fold}`, `slipway_fold = ${fold + 1}`]
        : [`slipway_fold <> ${fold}`, `slipway_fold = ${fold}`];
    splits.push({ train: await cut(train, step), test: await cut(test, step) });
  }
  await execute(`drop table ${quoteName(marked)}`);
  return splits;
}

/** SQL for all rows with `slipway_row`, their order, and `slipway_fold`, from 0. */
function markedRows(frame: Frame, options: FoldOptions, folds: number): string {
  const seed = Math.trunc(options.seed ?? 1);
  const rows = `(select *, row_number() over () as slipway_row from ${quoteName(frame.table)})`;
  const shuffled = `hash(slipway_row, ${seed})`;
  switch (options.by) {
    case 'random':
      return `select *, (row_number() over (order by ${shuffled}) - 1) % ${folds} as slipway_fold from ${rows}`;
    case 'time': {
      if (frame.time === null) {
        throw new SlipwayError('OPTION_INVALID', `${frame.name} has no time column for folds by time.`, {
          remedy: 'Name it when the data is read: slip.data(name, file, { time: "date" }).'
        });
      }
      const order = quoteName(frame.time);
      // One part more than folds: the first one is only learned from.
      return (
        `select * replace (row_number() over (order by ${order}) as slipway_row), ` +
        `ntile(${folds + 1}) over (order by ${order}) - 1 as slipway_fold from ${rows}`
      );
    }
    case 'stratified': {
      const column = quoteName(columnOf(frame, options));
      // Dealt out like cards that are sorted by class: each part gets its share of each.
      return `select *, (row_number() over (order by ${column}, ${shuffled}) - 1) % ${folds} as slipway_fold from ${rows}`;
    }
    case 'group': {
      const column = quoteName(columnOf(frame, options));
      const groups =
        `(select ${column} as slipway_group, count(*) as n, ` +
        `row_number() over (order by hash(cast(${column} as varchar), ${seed}), cast(${column} as varchar)) as r, ` +
        `count(*) over () as groups from ${quoteName(frame.table)} group by ${column})`;
      // As many groups as folds or more: each fold gets one at least, further ones by their rows.
      const dealt =
        `(select slipway_group, case when groups < 2 * ${folds} then (r - 1) % ${folds} else ` +
        `least(${folds - 1}, floor((sum(n) over (order by r) - n) * ${folds} / ${frame.rowCount})) end as slipway_fold from ${groups})`;
      return (
        `select t.*, cast(d.slipway_fold as integer) as slipway_fold from ${rows} t ` +
        `join ${dealt} d on t.${column} is not distinct from d.slipway_group`
      );
    }
  }
}

function columnOf(frame: Frame, { by, column }: FoldOptions): string {
  if (column === undefined) {
    throw new SlipwayError('OPTION_INVALID', `Folds by ${by} need a column.`, {
      remedy: `Name it: { by: "${by}", column: "…" }.`
    });
  }
  return frame.column(column).name;
}
