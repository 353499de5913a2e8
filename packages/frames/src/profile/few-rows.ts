import type { Column, ColumnProfile, ColumnType } from '@slipway/contract';
import { queryRows, quoteName, quoteText, type PlainValue } from '../engine/engine.js';
import { longForm } from '../engine/long-form.js';
import {
  binOf,
  BINS,
  isNumeric,
  TOP_VALUES,
  withDeviation,
  type Binned,
  type Figures,
  type Summary
} from './figures.js';

/** What values of a type are looked at as, side by side in one column. */
const SHARED_TYPES: Record<ColumnType, string | null> = {
  integer: 'hugeint',
  number: 'double',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'timestamptz',
  string: 'varchar',
  tensor: null
};

/**
 * Figures of a table of few rows. Its values are put under one another with the names of their columns, so that a query
 * does not take longer to plan for thousands of columns than for one.
 */
export async function figuresOfFewRows(table: string, columns: readonly Column[]): Promise<Figures> {
  const summaries = new Map<string, Summary>();
  for (const [type, some] of byType(columns)) {
    for (const row of await summaryRows(table, type, some)) {
      summaries.set(String(row['column']), summaryOf(row));
    }
  }
  return {
    summaries,
    bins: some => countBins(table, some),
    top: some => countTop(table, some)
  };
}

function byType(columns: readonly Column[]): Map<ColumnType, Column[]> {
  const groups = new Map<ColumnType, Column[]>();
  for (const column of columns) {
    groups.set(column.type, [...(groups.get(column.type) ?? []), column]);
  }
  return groups;
}

function summaryRows(
  table: string,
  type: ColumnType,
  columns: readonly Column[]
): Promise<Record<string, PlainValue>[]> {
  const names = columns.map(({ name }) => name);
  const shared = SHARED_TYPES[type];
  if (shared === null) {
    const counts = names.map(
      name =>
        `select ${quoteText(name)} as "column", count(${quoteName(name)}) as present, count(distinct ${quoteName(name)}) as distincts from ${quoteName(table)}`
    );
    return queryRows(counts.join(' union all '));
  }
  const isNumber = isNumeric({ name: '', type, nullable: true });
  const among = type === 'number' ? ' filter (where isfinite("value"))' : '';
  return withDeviation(deviation => {
    const quartiles = [1, 2, 3].map(q => `quartiles[${q}] as q${q}`).join(', ');
    const moments = isNumber
      ? `, avg("value")${among} as mean, ${deviation === null ? 'null' : `${deviation}("value")${among}`} as std` +
        `, quantile_cont("value", [0.25, 0.5, 0.75]) as quartiles`
      : '';
    return queryRows(
      `select *${isNumber ? ` exclude (quartiles), ${quartiles}` : ''} from (select "column", count(*) as present, ` +
        `count(distinct "value") as distincts, min("value")${among} as low, max("value")${among} as high${moments} ` +
        `from ${longForm(quoteName(table), names, shared)} group by "column")`
    );
  });
}

function summaryOf(row: Record<string, PlainValue>): Summary {
  return {
    present: Number(row['present']),
    distinct: Number(row['distincts']),
    low: row['low'] ?? null,
    high: row['high'] ?? null,
    mean: row['mean'] ?? null,
    std: row['std'] ?? null,
    quartiles: [row['q1'] ?? null, row['q2'] ?? null, row['q3'] ?? null]
  };
}

async function countBins(table: string, columns: readonly Binned[]): Promise<Map<string, number[]>> {
  const counts = new Map(columns.map(({ name }) => [name, Array.from({ length: BINS }, () => 0)]));
  if (columns.length === 0) {
    return counts;
  }
  const values = longForm(quoteName(table), [...counts.keys()], 'double');
  const ranges = columns.map(({ name, low, width }) => `(${quoteText(name)}, ${low}::double, ${width}::double)`);
  const rows = await queryRows(
    `select v."column", ${binOf('v."value"', 'r.low', 'r.width')} as bin, count(*) as n from ${values} v ` +
      `join (values ${ranges.join(', ')}) r(name, low, width) on r.name = v."column" where isfinite(v."value") group by all`
  );
  for (const row of rows) {
    counts.get(String(row['column']))![Number(row['bin'])] = Number(row['n']);
  }
  return counts;
}

async function countTop(table: string, columns: readonly Column[]): Promise<Map<string, ColumnProfile['top']>> {
  const top = new Map<string, { value: string; count: number }[]>(columns.map(({ name }) => [name, []]));
  if (columns.length === 0) {
    return top;
  }
  const rows = await queryRows(
    `select "column", "value", count(*) as n from ${longForm(quoteName(table), [...top.keys()], 'varchar')} group by 1, 2 ` +
      `qualify row_number() over (partition by "column" order by n desc, "value") <= ${TOP_VALUES} order by n desc, "value"`
  );
  for (const row of rows) {
    top.get(String(row['column']))!.push({ value: String(row['value']), count: Number(row['n']) });
  }
  return top;
}
