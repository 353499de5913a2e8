import type { Column, ColumnProfile } from '@slipway/contract';
import { queryRows, quoteName, type PlainValue } from './engine.js';

const HISTOGRAM_BINS = 16;
const TOP_VALUES = 8;

/** Profile of every column of a table: counts, range, quartiles, histogram (16 equal bins) or most frequent values. */
export async function profileTable(table: string, columns: readonly Column[]): Promise<ColumnProfile[]> {
  const profiles: ColumnProfile[] = [];
  for (const column of columns) profiles.push(await profileColumn(table, column));
  return profiles;
}

async function profileColumn(table: string, column: Column): Promise<ColumnProfile> {
  const name = quoteName(column.name);
  const from = quoteName(table);
  const numeric = column.type === 'number' || column.type === 'integer';
  const numbers = numeric
    ? `, avg(${name}) as mean, stddev_samp(${name}) as std, quantile_cont(${name}, 0.25) as q1, ` +
      `quantile_cont(${name}, 0.5) as q2, quantile_cont(${name}, 0.75) as q3`
    : '';
  const row = (
    await queryRows(
      `select count(${name}) as present, count(*) as total, count(distinct ${name}) as distincts, ` +
        `min(${name}) as low, max(${name}) as high${numbers} from ${from}`
    )
  )[0]!;
  const low = row['low'] ?? null;
  const high = row['high'] ?? null;
  return {
    name: column.name,
    type: column.type,
    count: Number(row['present']),
    missing: Number(row['total']) - Number(row['present']),
    distinct: Number(row['distincts']),
    min: endpoint(low),
    max: endpoint(high),
    mean: numberOrNull(row['mean']),
    std: numberOrNull(row['std']),
    quartiles: numeric && row['q1'] !== null ? [Number(row['q1']), Number(row['q2']), Number(row['q3'])] : null,
    histogram:
      numeric && typeof low === 'number' && typeof high === 'number' ? await histogram(from, name, low, high) : null,
    top: numeric ? [] : await topValues(from, name)
  };
}

async function histogram(from: string, name: string, low: number, high: number): Promise<ColumnProfile['histogram']> {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return null;
  const width = (high - low) / HISTOGRAM_BINS || 1;
  const bin = `least(cast(floor((${name} - ${low}) / ${width}) as integer), ${HISTOGRAM_BINS - 1})`;
  const rows = await queryRows(
    `select ${bin} as bin, count(*) as n from ${from} where ${name} is not null and isfinite(${name}) group by 1`
  );
  const counts = Array.from({ length: HISTOGRAM_BINS }, () => 0);
  for (const row of rows) counts[Number(row['bin'])] = Number(row['n']);
  return { edges: counts.map((_, i) => low + i * width).concat(high), counts };
}

async function topValues(from: string, name: string): Promise<ColumnProfile['top']> {
  const rows = await queryRows(
    `select cast(${name} as varchar) as value, count(*) as n from ${from} where ${name} is not null ` +
      `group by 1 order by n desc, value limit ${TOP_VALUES}`
  );
  return rows.map(row => ({ value: String(row['value']), count: Number(row['n']) }));
}

function endpoint(value: PlainValue): number | string | null {
  return typeof value === 'boolean' ? String(value) : value;
}

function numberOrNull(value: PlainValue | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
