import type { DatasetVersionRef } from '@slipway/contract';
import { SlipwayError, warnOfCell } from '@slipway/notebook';
import { executeUserSql, freshTable, quoteName } from '../engine/engine.js';
import { openFrame, type Frame, type Lineage } from './frame.js';

export interface JoinOptions {
  /** Columns that both frames have, or pairs: the left frame's column → the right one's. */
  on: string | readonly string[] | Readonly<Record<string, string>>;
  /** `inner` (the default) keeps rows that match; `left` keeps all of the left frame, with missing values. */
  how?: 'inner' | 'left';
}

/**
 * Puts the columns of `right` beside those of `left` where the key columns are equal, in the order of `left`. Warns when
 * rows were multiplied because a key is not unique on the right: the rows of training data would count more than once.
 *
 * @throws SlipwayError COLUMN_UNKNOWN for a key, OPTION_INVALID when both have a column of the same name that is not a key.
 */
export async function joinFrames(left: Frame, right: Frame, { on, how = 'inner' }: JoinOptions): Promise<Frame> {
  const keys = keysOf(on);
  keys.forEach(([ours, theirs]) => {
    left.column(ours);
    right.column(theirs);
  });
  if (keys.length === 0) {
    throw new SlipwayError('OPTION_INVALID', 'A join needs at least one column to join on.', {
      remedy: 'Name it: weather.join(holidays, { on: "date" }).'
    });
  }
  const theirKeys = new Set(keys.map(([, theirs]) => theirs));
  const added = right.columnNames.filter(name => !theirKeys.has(name));
  const both = added.filter(name => left.columnNames.includes(name));
  if (both.length > 0) {
    throw new SlipwayError('OPTION_INVALID', `Both frames have ${both.map(name => `"${name}"`).join(' and ')}.`, {
      remedy: 'Keep one of them: right.select(…) without it, or join on it.'
    });
  }
  const table = freshTable();
  const condition = keys.map(([ours, theirs]) => `l.${quoteName(ours)} = r.${quoteName(theirs)}`).join(' and ');
  const columns = ['l.* exclude (slipway_row)', ...added.map(name => `r.${quoteName(name)}`)].join(', ');
  const words = `${how} join with ${right.name} on ${keys.map(([ours, theirs]) => (ours === theirs ? ours : `${ours} = ${theirs}`)).join(', ')}`;
  await executeUserSql(
    `create table ${quoteName(table)} as select ${columns} from ` +
      `(select *, row_number() over () as slipway_row from ${quoteName(left.table)}) l ${how} join ` +
      `${quoteName(right.table)} r on ${condition} order by l.slipway_row`,
    words,
    left.columnNames
  );
  const { name, time, shifts } = left;
  const joined = await openFrame({ name, table, time, version: null, lineage: lineageOf(words, left, right), shifts });
  if (joined.rowCount > left.rowCount) {
    warnOfCell(
      `The join made ${joined.rowCount} rows of ${left.rowCount}: some keys occur more than once in ${right.name}. ` +
        'Group it by the key first if each row of the left frame is to stay one row.'
    );
  }
  return joined;
}

/**
 * One row for each combination of `by`, ordered by it, with columns computed by SQL aggregates, e.g.
 * `{ days: 'count(*)', warmest: 'max(temp_max)' }`.
 *
 * @throws SlipwayError COLUMN_UNKNOWN, OPTION_INVALID without an aggregate, DATA_EXPRESSION for one that cannot be computed.
 */
export async function groupFrame(
  frame: Frame,
  by: readonly string[],
  aggregates: Readonly<Record<string, string>>
): Promise<Frame> {
  by.forEach(name => frame.column(name));
  const computed = Object.entries(aggregates);
  if (computed.length === 0) {
    throw new SlipwayError('OPTION_INVALID', 'A group needs at least one column to compute.', {
      remedy: 'For instance: weather.group(["weather"], { days: "count(*)" }).'
    });
  }
  const table = freshTable();
  const keys = by.map(quoteName);
  const list = [...keys, ...computed.map(([name, expression]) => `(${expression}) as ${quoteName(name)}`)].join(', ');
  const words = computed.map(([name, expression]) => `${name} = ${expression}`).join(', ');
  const grouping = keys.length === 0 ? '' : ` group by ${keys.join(', ')} order by ${keys.join(', ')}`;
  await executeUserSql(
    `create table ${quoteName(table)} as select ${list} from ${quoteName(frame.table)}${grouping}`,
    words,
    frame.columnNames
  );
  const step = `${words} by ${by.join(', ') || 'all rows'}`;
  // Rows are in time still when each has its own time.
  const time = frame.time !== null && by.length === 1 && by[0] === frame.time ? frame.time : null;
  const lineage = lineageOf(step, frame);
  return openFrame({ name: frame.name, table, time, version: null, lineage, shifts: new Map() });
}

function keysOf(on: JoinOptions['on']): [ours: string, theirs: string][] {
  if (typeof on === 'string') {
    return [[on, on]];
  }
  return Array.isArray(on) ? (on as string[]).map(name => [name, name]) : Object.entries(on as Record<string, string>);
}

/** What the new frame is made from: the versions of all its sources, and the steps since. */
function lineageOf(step: string, ...frames: readonly Frame[]): Lineage {
  const [first] = frames;
  const parents = new Map<string, DatasetVersionRef>();
  const steps: string[] = [];
  for (const frame of frames) {
    for (const parent of frame.version ? [frame.version] : frame.lineage.parents) {
      parents.set(`${parent.name}@${parent.version}`, parent);
    }
    if (!frame.version) {
      steps.push(...frame.lineage.steps);
    }
  }
  return { source: first?.lineage.source ?? '', parents: [...parents.values()], steps: [...steps, step] };
}
