import type { ColumnProfile } from '@slipway/contract';
import { formatValue } from '@slipway/wording';
import { execute, freshTable, quoteName, quoteText } from '../engine/engine.js';
import { openFrame, type Frame } from '../frame/frame.js';
import { profileOf } from './profile.js';

/** Columns that are shown; more are kept. */
const MOST_SHOWN = 100;
/** Most frequent values that a description names. */
const TOP_VALUES = 3;

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
