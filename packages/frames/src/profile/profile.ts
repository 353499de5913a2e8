import type { Column, ColumnProfile } from '@slipway/contract';
import { queryRows, quoteName, type PlainValue } from '../engine/engine.js';

const HISTOGRAM_BINS = 16;
const TOP_VALUES = 8;
/** Beyond this, different values are estimated (HyperLogLog, about 2 %) and quartiles are those of a sample. */
export const LARGE = 200_000;
/** Rows of the sample, taken evenly. */
const SAMPLE = 100_000;

/**
 * Profile of every column of a table: counts, range, quartiles, histogram (16 equal bins) or most frequent values.
 * Counts, ranges, histograms and frequent values are of all rows, however many there are.
 */
export async function profileTable(table: string, columns: readonly Column[]): Promise<ColumnProfile[]> {
  const from = quoteName(table);
  const total = Number((await queryRows(`select count(*) as n from ${from}`))[0]!['n']);
  const differentOf = (name: string): string =>
    total > LARGE ? `approx_count_distinct(${name})` : `count(distinct ${name})`;
  const summary = (deviation: (name: string) => string): Promise<Record<string, PlainValue>[]> => {
    const sums = columns.map((column, i) => {
      const name = quoteName(column.name);
      const moments = isNumeric(column) ? `, avg(${name}) as mean${i}, ${deviation(name)} as std${i}` : '';
      const counts = `count(${name}) as present${i}, ${differentOf(name)} as distincts${i}`;
      if (column.type === 'tensor') return counts;
      return `${counts}, min(${name}) as low${i}, max(${name}) as high${i}${moments}`;
    });
    return queryRows(`select ${sums.join(', ')} from ${from}`);
  };
  const [row] = await summary(name => `stddev_samp(${name})`).catch((error: unknown) => {
    // Infinity, and numbers whose square is beyond all numbers, have no standard deviation.
    if (!String(error).includes('STDDEV_SAMP is out of range')) throw error;
    return summary(() => 'null');
  });
  const quartiles = await quartilesOf(from, columns.filter(isNumeric), total);
  const profiles: ColumnProfile[] = [];
  for (const [i, column] of columns.entries()) {
    const name = quoteName(column.name);
    const [low, high] = [row![`low${i}`] ?? null, row![`high${i}`] ?? null];
    const present = Number(row![`present${i}`]);
    const isNumber = typeof low === 'number' && typeof high === 'number' && isNumeric(column);
    profiles.push({
      name: column.name,
      type: column.type,
      count: present,
      missing: total - present,
      distinct: Math.min(present, Number(row![`distincts${i}`])),
      min: endpoint(low),
      max: endpoint(high),
      mean: numberOrNull(row![`mean${i}`]),
      std: numberOrNull(row![`std${i}`]),
      quartiles: quartiles.get(column.name) ?? null,
      histogram: isNumber ? await histogram(from, name, low, high) : null,
      top: isNumeric(column) || column.type === 'tensor' ? [] : await topValues(from, name)
    });
  }
  return profiles;
}

const profiles = new WeakMap<object, Promise<readonly ColumnProfile[]>>();

/** The profile of a frame, made at the first call only: the rows of a frame never change. */
export function profileOf(frame: {
  readonly table: string;
  readonly columns: readonly Column[];
}): Promise<readonly ColumnProfile[]> {
  const made = profiles.get(frame) ?? profileTable(frame.table, frame.columns);
  profiles.set(frame, made);
  return made;
}

function isNumeric({ type }: Column): boolean {
  return type === 'number' || type === 'integer';
}

async function quartilesOf(
  from: string,
  columns: readonly Column[],
  total: number
): Promise<Map<string, [number, number, number]>> {
  if (columns.length === 0) return new Map();
  // The three together, so that each column is put in order once.
  const lists = columns.map(({ name }, i) => `quantile_cont(${quoteName(name)}, [0.25, 0.5, 0.75]) as q${i}`);
  const rows = total > LARGE ? `(select * from ${from} where rowid % ${Math.floor(total / SAMPLE)} = 0)` : from;
  const shares = columns.flatMap((_, i) => [1, 2, 3].map(q => `q${i}[${q}] as q${i}_${q}`));
  const [row] = await queryRows(`select ${shares.join(', ')} from (select ${lists.join(', ')} from ${rows})`);
  return new Map(
    columns.flatMap(({ name }, i) => {
      const [a, b, c] = [row![`q${i}_1`], row![`q${i}_2`], row![`q${i}_3`]];
      return a === null || a === undefined ? [] : [[name, [Number(a), Number(b), Number(c)]] as const];
    })
  );
}

async function histogram(from: string, name: string, low: number, high: number): Promise<ColumnProfile['histogram']> {
  // Where both ends are finite, so is all between them: DuckDB puts NaN above every number.
  if (!Number.isFinite(low) || !Number.isFinite(high - low)) return null;
  const width = (high - low) / HISTOGRAM_BINS || 1;
  const bin = `least(cast(floor((cast(${name} as double) - ${low}) / ${width}) as integer), ${HISTOGRAM_BINS - 1})`;
  const rows = await queryRows(`select ${bin} as bin, count(*) as n from ${from} where ${name} is not null group by 1`);
  const counts = Array.from({ length: HISTOGRAM_BINS }, () => 0);
  for (const row of rows) counts[Number(row['bin'])] = Number(row['n']);
  return { edges: counts.map((_, i) => low + i * width).concat(high), counts };
}

async function topValues(from: string, name: string): Promise<ColumnProfile['top']> {
  // Counted as what they are, and only the winners turned into text.
  const rows = await queryRows(
    `select cast(value as varchar) as value, n from (select ${name} as value, count(*) as n from ${from} ` +
      `where ${name} is not null group by 1 order by n desc, value limit ${TOP_VALUES}) order by n desc, value`
  );
  return rows.map(row => ({ value: String(row['value']), count: Number(row['n']) }));
}

function endpoint(value: PlainValue): number | string | null {
  return typeof value === 'boolean' ? String(value) : value;
}

function numberOrNull(value: PlainValue | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
