import type { Column, ColumnProfile } from '@slipway/contract';
import type { PlainValue } from '../engine/engine.js';

/** Bins of a histogram. */
export const BINS = 16;
/** Most frequent values of a column. */
export const TOP_VALUES = 8;
/** Beyond this, different values are estimated, and quartiles are those of a sample. */
export const LARGE = 200_000;

/** What is counted of one column. Ends and moments are those of its finite numbers. */
export interface Summary {
  readonly present: number;
  readonly distinct: number;
  readonly low: PlainValue;
  readonly high: PlainValue;
  readonly mean: PlainValue;
  readonly std: PlainValue;
  readonly quartiles: readonly PlainValue[];
}

/** A column whose values can be counted in bins. */
export interface Binned {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly width: number;
}

/** The figures of all columns of a table. */
export interface Figures {
  readonly summaries: ReadonlyMap<string, Summary>;
  /** How many values are in each of the bins, by column. */
  bins(columns: readonly Binned[]): Promise<ReadonlyMap<string, readonly number[]>>;
  /** The most frequent values, by column; those of equal frequency in their own order. */
  top(columns: readonly Column[]): Promise<ReadonlyMap<string, ColumnProfile['top']>>;
}

export const NOTHING: Summary = {
  present: 0,
  distinct: 0,
  low: null,
  high: null,
  mean: null,
  std: null,
  quartiles: []
};

export function isNumeric({ type }: Column): boolean {
  return type === 'number' || type === 'integer';
}

/** SQL: the bin of a finite number. */
export function binOf(value: string, low: number | string, width: number | string): string {
  return `least(cast(floor((${value} - ${low}) / ${width}) as integer), ${BINS - 1})`;
}

/** Infinity, and numbers whose square is beyond all numbers, have no standard deviation. */
export function withDeviation<T>(ask: (deviation: 'stddev_samp' | null) => Promise<T>): Promise<T> {
  return ask('stddev_samp').catch((error: unknown) => {
    if (!String(error).includes('STDDEV_SAMP is out of range')) {
      throw error;
    }
    return ask(null);
  });
}
