import type { Column, ColumnProfile } from '@slipway/contract';
import { queryRows, quoteName, type PlainValue } from '../engine/engine.js';
import {
  binOf,
  BINS,
  isNumeric,
  LARGE,
  TOP_VALUES,
  withDeviation,
  type Binned,
  type Figures,
  type Summary
} from './figures.js';

/** Rows of the sample of a large table, taken evenly. */
const SAMPLE = 100_000;
/** Columns that one query looks at: the time to plan it grows faster than its columns. */
const COLUMNS_AT_A_TIME = 50;

/** Figures of a table of many rows, column by column. */
export async function figuresOfManyRows(table: string, columns: readonly Column[], rows: number): Promise<Figures> {
  const from = quoteName(table);
  const summaries = new Map<string, Summary>();
  const look = async (all: readonly Column[], finite: boolean): Promise<void> => {
    for (let at = 0; at < all.length; at += COLUMNS_AT_A_TIME) {
      const some = all.slice(at, at + COLUMNS_AT_A_TIME);
      const [row] = await summaryRow(from, some, rows, finite);
      const quartiles = await quartilesOf(from, some.filter(isNumeric), rows);
      some.forEach(({ name }, i) => summaries.set(name, summaryOf(row!, i, quartiles.get(name) ?? [])));
    }
  };
  await look(columns, false);
  const infinite = columns.filter(({ name }) => {
    const { low, high } = summaries.get(name)!;
    return low === -Infinity || high === Infinity;
  });
  await look(infinite, true);
  return {
    summaries,
    bins: some => countBins(from, some, new Set(infinite.map(({ name }) => name))),
    top: some => countTop(from, some)
  };
}

/** @param finite whether ends and moments are those of finite numbers only. */
function summaryRow(
  from: string,
  columns: readonly Column[],
  rows: number,
  finite: boolean
): Promise<Record<string, PlainValue>[]> {
  const different = (name: string): string =>
    rows > LARGE ? `approx_count_distinct(${name})` : `count(distinct ${name})`;
  return withDeviation(deviation => {
    const sums = columns.map((column, i) => {
      const name = quoteName(column.name);
      const counts = `count(${name}) as present${i}, ${different(name)} as distincts${i}`;
      if (column.type === 'tensor') {
        return counts;
      }
      const among = finite ? ` filter (where isfinite(${name}))` : '';
      const range = `min(${name})${among} as low${i}, max(${name})${among} as high${i}`;
      if (!isNumeric(column)) {
        return `${counts}, ${range}`;
      }
      const std = deviation === null ? 'null' : `${deviation}(${name})${among}`;
      return `${counts}, ${range}, avg(${name})${among} as mean${i}, ${std} as std${i}`;
    });
    return queryRows(`select ${sums.join(', ')} from ${from}`);
  });
}

function summaryOf(row: Record<string, PlainValue>, i: number, quartiles: readonly PlainValue[]): Summary {
  const value = (what: string): PlainValue => row[`${what}${i}`] ?? null;
  return {
    present: Number(row[`present${i}`]),
    distinct: Number(row[`distincts${i}`]),
    low: value('low'),
    high: value('high'),
    mean: value('mean'),
    std: value('std'),
    quartiles
  };
}

async function quartilesOf(
  from: string,
  columns: readonly Column[],
  total: number
): Promise<Map<string, PlainValue[]>> {
  if (columns.length === 0) {
    return new Map();
  }
  // The three together, so that each column is put in order once.
  const lists = columns.map(({ name }, i) => `quantile_cont(${quoteName(name)}, [0.25, 0.5, 0.75]) as q${i}`);
  const rows = total > LARGE ? `(select * from ${from} where rowid % ${Math.floor(total / SAMPLE)} = 0)` : from;
  const shares = columns.flatMap((_, i) => [1, 2, 3].map(q => `q${i}[${q}] as q${i}_${q}`));
  const [row] = await queryRows(`select ${shares.join(', ')} from (select ${lists.join(', ')} from ${rows})`);
  return new Map(columns.map(({ name }, i) => [name, [1, 2, 3].map(q => row![`q${i}_${q}`] ?? null)]));
}

async function countBins(
  from: string,
  columns: readonly Binned[],
  infinite: ReadonlySet<string>
): Promise<Map<string, number[]>> {
  const counts = new Map<string, number[]>();
  for (const { name: column, low, width } of columns) {
    const value = `cast(${quoteName(column)} as double)`;
    const isCounted = infinite.has(column) ? `isfinite(${value})` : `${value} is not null`;
    const rows = await queryRows(
      `select ${binOf(value, low, width)} as bin, count(*) as n from ${from} where ${isCounted} group by 1`
    );
    const found = Array.from({ length: BINS }, () => 0);
    for (const { bin, n } of rows) {
      found[Number(bin)] = Number(n);
    }
    counts.set(column, found);
  }
  return counts;
}

async function countTop(from: string, columns: readonly Column[]): Promise<Map<string, ColumnProfile['top']>> {
  const top = new Map<string, ColumnProfile['top']>();
  for (const { name: column } of columns) {
    const name = quoteName(column);
    // Counted as what they are, and only the winners turned into text.
    const rows = await queryRows(
      `select cast(value as varchar) as value, n from (select ${name} as value, count(*) as n from ${from} ` +
        `where ${name} is not null group by 1 order by n desc, value limit ${TOP_VALUES}) order by n desc, value`
    );
    top.set(
      column,
      rows.map(({ value, n }) => ({ value: String(value), count: Number(n) }))
    );
  }
  return top;
}
