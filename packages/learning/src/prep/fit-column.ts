import type { PlainValue } from '@slipway/frames';
import type { Frame } from '@slipway/frames';
import { SlipwayError } from '@slipway/notebook';
import { momentNumbers, type DatePart } from './calendar.js';
import { applyStep, type FittedColumn, type FittedStep } from './steps.js';

/** A step as it was written, before it is fitted. */
export type Request =
  | {
      kind: 'standardize' | 'minMax' | 'robust' | 'log1p' | 'oneHot' | 'pass' | 'codes' | 'keepMissing';
      columns: string[];
    }
  | { kind: 'bin'; columns: string[]; bins: number | readonly number[] }
  | { kind: 'dateParts'; columns: string[]; parts: readonly DatePart[] }
  | { kind: 'hashWords'; columns: string[]; buckets: number }
  | { kind: 'ordinal'; columns: string[]; order: readonly string[] }
  | { kind: 'impute'; columns: string[]; strategy: ImputeStrategy };

/** What a missing value becomes: the training rows' median or mean, or a number. */
export type ImputeStrategy = 'median' | 'mean' | number;

/** More categories than this are probably an identifier. */
const MAX_CATEGORIES = 200;

/**
 * Fits the steps of one column.
 *
 * @throws SlipwayError COLUMN_TYPE when a step does not suit it.
 */
export function fitColumn(
  train: Frame,
  name: string,
  requests: readonly Request[],
  values: readonly PlainValue[]
): FittedColumn {
  const type = train.column(name).type;
  if (requests.some(r => r.kind === 'oneHot')) {
    if (requests.some(r => r.kind !== 'oneHot')) {
      throw new SlipwayError('COLUMN_TYPE', `"${name}" is one-hot encoded; other steps do not apply to it.`);
    }
    const categories = [...new Set(values.filter(v => v !== null).map(String))].sort();
    if (categories.length > MAX_CATEGORIES) {
      throw new SlipwayError(
        'COLUMN_TYPE',
        `"${name}" has ${categories.length} different values, too many to one-hot encode.`,
        {
          remedy: 'Group rare values first, or leave the column out if it is an identifier.'
        }
      );
    }
    return { name, type: 'category', categories };
  }
  const moment = requests.find(r => r.kind === 'dateParts');
  if (moment) return fitMoment(train, name, moment.parts, requests, values);
  const words = requests.find(r => r.kind === 'hashWords');
  if (words) return fitWords(train, name, words.buckets, requests);
  if (requests.some(r => r.kind === 'codes')) {
    const categories = [...new Set(values.filter(v => v !== null).map(String))].sort();
    return fitOrdinal(name, categories, requests, values);
  }
  const ordered = requests.find(r => r.kind === 'ordinal');
  if (ordered) return fitOrdinal(name, ordered.order, requests, values);
  if (type === 'boolean' && requests.every(r => r.kind === 'pass')) return { name, type: 'boolean' };
  if (type !== 'number' && type !== 'integer') {
    throw new SlipwayError('COLUMN_TYPE', `"${name}" holds ${type} values; ${requests[0]!.kind} needs numbers.`, {
      remedy: type === 'string' ? `Use prep.oneHot("${name}").` : 'Derive a number from it first (frame.derive).'
    });
  }
  let current = values.map(v => (v === null ? NaN : Math.fround(Number(v))));
  const present = current.filter(v => !Number.isNaN(v));
  const range = { min: Math.min(...present), max: Math.max(...present) };
  if (present.length === 0) throw new SlipwayError('COLUMN_TYPE', `"${name}" has no value in the training rows.`);
  const steps: FittedStep[] = [];
  for (const request of requests) {
    const step = fitStep(
      name,
      request,
      current.filter(v => !Number.isNaN(v))
    );
    if (!step) continue;
    steps.push(step);
    current = current.map(v => applyStep(step, v));
  }
  return { name, type: 'numeric', steps, range };
}

function fitStep(name: string, request: Request, present: readonly number[]): FittedStep | null {
  const mean = present.reduce((a, b) => a + b, 0) / present.length;
  switch (request.kind) {
    case 'impute': {
      const { strategy } = request;
      return { kind: 'impute', value: strategy === 'mean' ? mean : strategy === 'median' ? median(present) : strategy };
    }
    case 'standardize': {
      const variance = present.reduce((a, b) => a + (b - mean) ** 2, 0) / present.length;
      return { kind: 'standardize', mean, std: Math.sqrt(variance) || 1 };
    }
    case 'minMax': {
      const min = Math.min(...present);
      const max = Math.max(...present);
      return { kind: 'minMax', min, max: max === min ? min + 1 : max };
    }
    case 'robust': {
      const range = quantile(present, 0.75) - quantile(present, 0.25);
      return { kind: 'robust', median: median(present), range: range || 1 };
    }
    case 'bin':
      return {
        kind: 'bin',
        edges: typeof request.bins === 'number' ? quantileEdges(present, request.bins) : request.bins
      };
    case 'log1p':
      if (Math.min(...present) < 0) {
        throw new SlipwayError('COLUMN_TYPE', `"${name}" has values below 0, whose logarithm is not defined.`);
      }
      return { kind: 'log1p' };
    case 'keepMissing':
      return { kind: 'keepMissing' };
    case 'codes':
    case 'oneHot':
    case 'ordinal':
    case 'dateParts':
    case 'hashWords':
    case 'pass':
      return null;
  }
}

function fitMoment(
  train: Frame,
  name: string,
  parts: readonly DatePart[],
  requests: readonly Request[],
  values: readonly PlainValue[]
): FittedColumn {
  const { type } = train.column(name);
  if (type !== 'date' && type !== 'timestamp') {
    throw new SlipwayError('COLUMN_TYPE', `"${name}" holds ${type} values; dateParts needs dates or times.`, {
      remedy: `Derive one: frame.derive("${name}", 'cast("${name}" as date)').`
    });
  }
  alone(name, requests, 'gives the parts of its date');
  const rows = values.filter(value => value !== null).map(value => momentNumbers(value, parts));
  if (rows.length === 0) throw new SlipwayError('COLUMN_TYPE', `"${name}" has no value in the training rows.`);
  const mean = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length;
  const columns = rows[0]!.map((_, i) => rows.map(row => row[i]!));
  const means = columns.map(mean);
  const stds = columns.map((column, i) => Math.sqrt(mean(column.map(v => (v - means[i]!) ** 2))) || 1);
  return { name, type: 'moment', parts, means, stds };
}

function fitWords(train: Frame, name: string, buckets: number, requests: readonly Request[]): FittedColumn {
  const { type } = train.column(name);
  if (type !== 'string') {
    throw new SlipwayError('COLUMN_TYPE', `"${name}" holds ${type} values; hashWords needs text.`);
  }
  alone(name, requests, 'is taken apart into words');
  return { name, type: 'words', buckets };
}

function alone(name: string, requests: readonly Request[], what: string): void {
  if (requests.length > 1) throw new SlipwayError('COLUMN_TYPE', `"${name}" ${what}; other steps do not apply to it.`);
}

function fitOrdinal(
  name: string,
  order: readonly string[],
  requests: readonly Request[],
  values: readonly PlainValue[]
): FittedColumn {
  if (requests.length > 1) {
    throw new SlipwayError('COLUMN_TYPE', `"${name}" is numbered; other steps do not apply to it.`);
  }
  const unknown = values.find(value => value !== null && !order.includes(String(value)));
  if (unknown !== undefined) {
    throw new SlipwayError('COLUMN_TYPE', `"${name}" holds "${unknown}", which is not in its order.`, {
      remedy: `Name all of its values in prep.ordinal([…], "${name}").`
    });
  }
  return { name, type: 'ordinal', categories: order };
}

/** Edges between bins of as many rows as can be; fewer where a value fills more than one bin. */
function quantileEdges(values: readonly number[], bins: number): number[] {
  const edges = Array.from({ length: bins - 1 }, (_, i) => Math.fround(quantile(values, (i + 1) / bins)));
  const least = Math.min(...values);
  return [...new Set(edges)].filter(edge => edge > least);
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Linear between the two nearest values, as NumPy's default. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below]!;
  return low + (sorted[Math.min(below + 1, sorted.length - 1)]! - low) * (place - below);
}
