import type { ColumnProfile } from '@slipway/contract';
import type { PlainValue } from '../engine/engine.js';
import type { Frame } from '../frame/frame.js';
import { figuresOfFewRows } from './few-rows.js';
import { BINS, isNumeric, NOTHING, type Binned } from './figures.js';
import { figuresOfManyRows } from './many-rows.js';

/** Up to this, setting up a query takes longer than looking at the rows. */
export const FEW = 5000;

/**
 * Profile of every column of a table: counts, range, quartiles, histogram (16 equal bins) or most frequent values.
 * Counts, ranges, histograms and frequent values are of all rows, however many there are; beyond 200 000 rows different
 * values are estimated (HyperLogLog, about 2 %) and quartiles are those of a sample. Range and mean of a column that holds
 * infinite numbers are those of the others.
 */
export async function profileTable({
  table,
  columns,
  rowCount
}: Pick<Frame, 'table' | 'columns' | 'rowCount'>): Promise<ColumnProfile[]> {
  const figures =
    rowCount <= FEW ? await figuresOfFewRows(table, columns) : await figuresOfManyRows(table, columns, rowCount);
  const summaryOf = (name: string): typeof NOTHING => figures.summaries.get(name) ?? NOTHING;
  const binned = columns.filter(isNumeric).flatMap(({ name }) => binsOf(name, summaryOf(name)));
  const byName = new Map(binned.map(each => [each.name, each]));
  const bins = await figures.bins(binned);
  const top = await figures.top(columns.filter(column => !isNumeric(column) && column.type !== 'tensor'));
  return columns.map(({ name, type }) => {
    const { present, distinct, low, high, mean, std, quartiles } = summaryOf(name);
    const [lower, middle, upper] = quartiles.map(numberOrNull);
    const edges = byName.get(name);
    return {
      name,
      type,
      count: present,
      missing: rowCount - present,
      distinct: Math.min(present, distinct),
      min: endpoint(low),
      max: endpoint(high),
      mean: numberOrNull(mean),
      std: numberOrNull(std),
      quartiles: isNumber(lower) && isNumber(middle) && isNumber(upper) ? [lower, middle, upper] : null,
      histogram: edges ? { edges: edgesOf(edges), counts: [...(bins.get(name) ?? [])] } : null,
      top: [...(top.get(name) ?? [])]
    };
  });
}

const profiles = new WeakMap<object, Promise<readonly ColumnProfile[]>>();

/** The profile of a frame, made at the first call only: the rows of a frame never change. */
export function profileOf(frame: Frame): Promise<readonly ColumnProfile[]> {
  const made = profiles.get(frame) ?? profileTable(frame);
  profiles.set(frame, made);
  return made;
}

/** The bins of a column; none where its ends, or their distance, are not numbers. */
function binsOf(name: string, { low, high }: { low: PlainValue; high: PlainValue }): Binned[] {
  if (typeof low !== 'number' || typeof high !== 'number' || !Number.isFinite(high - low)) {
    return [];
  }
  return [{ name, low, high, width: (high - low) / BINS || 1 }];
}

function edgesOf({ low, high, width }: Binned): number[] {
  return Array.from({ length: BINS }, (_, bin) => low + bin * width).concat(high);
}

function endpoint(value: PlainValue): number | string | null {
  return typeof value === 'boolean' ? String(value) : value;
}

function numberOrNull(value: PlainValue): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function isNumber(value: number | null | undefined): value is number {
  return typeof value === 'number';
}
