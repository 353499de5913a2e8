import type { Frame, PlainValue } from '@slipway/frames';
import { SlipwayError } from '@slipway/notebook';
import { momentNumbers, type DatePart } from './calendar.js';
import { applyStep, type CategoryKind, type FittedColumn, type FittedStep } from './steps.js';

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
  if (type === 'tensor') {
    throw new SlipwayError('COLUMN_TYPE', `"${name}" holds a list of numbers in each row; a prep takes one value.`, {
      remedy: `Train on the lists themselves: slip.tensors(frame, { column: "${name}", … }).`
    });
  }
  if (requests.some(r => r.kind === 'oneHot')) {
    if (requests.some(r => r.kind !== 'oneHot')) {
      throw new SlipwayError('COLUMN_TYPE', `"${name}" is one-hot encoded; other steps do not apply to it.`);
    }
    const { categories, of } = categoriesOf(train, name, values);
    if (categories.length > MAX_CATEGORIES) {
      throw new SlipwayError(
        'COLUMN_TYPE',
        `"${name}" has ${categories.length} different values, too many to one-hot encode.`,
        {
          remedy: 'Group rare values first, or leave the column out if it is an identifier.'
        }
      );
    }
    return { name, type: 'category', categories, of };
  }
  const moment = requests.find(r => r.kind === 'dateParts');
  if (moment) {
    return fitMoment(train, name, moment.parts, requests, values);
  }
  const words = requests.find(r => r.kind === 'hashWords');
  if (words) {
    return fitWords(train, name, words.buckets, requests);
  }
  if (requests.some(r => r.kind === 'codes')) {
    const { categories } = categoriesOf(train, name, values);
    return fitOrdinal(train, name, categories, requests, values);
  }
  const ordered = requests.find(r => r.kind === 'ordinal');
  if (ordered) {
    return fitOrdinal(train, name, ordered.order, requests, values);
  }
  if (type === 'boolean' && requests.every(r => r.kind === 'pass')) {
    return { name, type: 'boolean' };
  }
  if (type !== 'number' && type !== 'integer') {
    throw new SlipwayError('COLUMN_TYPE', `"${name}" holds ${type} values; ${requests[0]!.kind} needs numbers.`, {
      remedy: REMEDIES[type](name)
    });
  }
  let current = values.map(v => (v === null ? NaN : Math.fround(Number(v))));
  const present = current.filter(v => !Number.isNaN(v));
  const range = { min: Math.min(...present), max: Math.max(...present) };
  if (present.length === 0) {
    throw new SlipwayError('COLUMN_TYPE', `"${name}" has no value in the training rows.`);
  }
  const steps: FittedStep[] = [];
  for (const request of requests) {
    const step = fitStep(
      name,
      request,
      current.filter(v => !Number.isNaN(v))
    );
    if (!step) {
      continue;
    }
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
      remedy:
        type === 'boolean'
          ? REMEDIES.boolean(name)
          : type === 'string'
            ? `Derive one: frame.derive("${name}", 'cast("${name}" as date)').`
            : `Derive one, e.g. from seconds since 1970: frame.derive("${name}", 'to_timestamp("${name}")').`
    });
  }
  alone(name, requests, 'gives the parts of its date');
  const rows = values.filter(value => value !== null).map(value => momentNumbers(value, parts));
  if (rows.length === 0) {
    throw new SlipwayError('COLUMN_TYPE', `"${name}" has no value in the training rows.`);
  }
  const mean = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length;
  const columns = rows[0]!.map((_, i) => rows.map(row => row[i]!));
  const means = columns.map(mean);
  const stds = columns.map((column, i) => Math.sqrt(mean(column.map(v => (v - means[i]!) ** 2))) || 1);
  return { name, type: 'moment', parts, means, stds };
}

function fitWords(train: Frame, name: string, buckets: number, requests: readonly Request[]): FittedColumn {
  const { type } = train.column(name);
  if (type !== 'string') {
    throw new SlipwayError('COLUMN_TYPE', `"${name}" holds ${type} values; hashWords needs text.`, {
      remedy:
        type === 'number' || type === 'integer'
          ? `Use prep.oneHot("${name}"), prep.codes("${name}"), or a step for numbers such as prep.standardize("${name}").`
          : type === 'tensor'
            ? `Train on the lists themselves: slip.tensors(frame, { column: "${name}", … }).`
            : REMEDIES[type](name)
    });
  }
  alone(name, requests, 'is taken apart into words');
  return { name, type: 'words', buckets };
}

function alone(name: string, requests: readonly Request[], what: string): void {
  if (requests.length > 1) {
    throw new SlipwayError('COLUMN_TYPE', `"${name}" ${what}; other steps do not apply to it.`);
  }
}

/** What suits a column of a type that has no numbers. */
const REMEDIES: Record<'string' | 'boolean' | 'date' | 'timestamp', (name: string) => string> = {
  string: name => `Use prep.oneHot("${name}"), prep.codes("${name}") or prep.hashWords(64, "${name}").`,
  boolean: name => `Use prep.pass("${name}") or prep.oneHot("${name}").`,
  date: name => `Use prep.dateParts(["year", "season", "weekday"], "${name}").`,
  timestamp: name => `Use prep.dateParts(["season", "weekday", "timeOfDay"], "${name}").`
};

/** The categories of a column, in their order, and what its values are. */
function categoriesOf(
  train: Frame,
  name: string,
  values: readonly PlainValue[]
): { categories: readonly string[]; of: CategoryKind } {
  const of = kindOf(train, name, values);
  const categories = [...new Set(values.filter(v => v !== null).map(String))];
  return { categories: of === 'number' ? categories.sort((a, b) => Number(a) - Number(b)) : categories.sort(), of };
}

function kindOf(train: Frame, name: string, values: readonly PlainValue[]): CategoryKind {
  const { type } = train.column(name);
  if (type === 'boolean') {
    const missing = values.filter(value => value === null).length;
    if (missing === 0) {
      return 'boolean';
    }
    throw new SlipwayError('COLUMN_TYPE', `"${name}" is missing in ${missing} training rows, else true or false.`, {
      remedy:
        `A boolean input of a model does not accept missing values. Make it text first: ` +
        `frame.derive("${name}", 'cast("${name}" as varchar)'); or drop such rows: frame.dropMissing("${name}").`
    });
  }
  if (type !== 'number' && type !== 'integer') {
    return 'text';
  }
  const inexact = values.find(value => typeof value === 'string');
  if (inexact === undefined) {
    return 'number';
  }
  throw new SlipwayError('COLUMN_TYPE', `"${name}" holds ${String(inexact)}, a whole number beyond 2^53.`, {
    remedy: `Such numbers are names; make them text first: frame.derive("${name}", 'cast("${name}" as varchar)').`
  });
}

function fitOrdinal(
  train: Frame,
  name: string,
  order: readonly string[],
  requests: readonly Request[],
  values: readonly PlainValue[]
): FittedColumn {
  if (requests.length > 1) {
    throw new SlipwayError('COLUMN_TYPE', `"${name}" is numbered; other steps do not apply to it.`);
  }
  const of = kindOf(train, name, values);
  const categories = of === 'number' ? order.map(category => numberIn(name, category)) : order;
  const unknown = values.find(value => value !== null && !categories.includes(String(value)));
  if (unknown !== undefined) {
    throw new SlipwayError('COLUMN_TYPE', `"${name}" holds "${unknown}", which is not in its order.`, {
      remedy: `Name all of its values in prep.ordinal([…], "${name}").`
    });
  }
  return { name, type: 'ordinal', categories, of };
}

/** A number of an order as it is written everywhere. */
function numberIn(name: string, category: string): string {
  const number = Number(category);
  if (category.trim() !== '' && Number.isFinite(number)) {
    return String(number);
  }
  throw new SlipwayError('COLUMN_TYPE', `"${name}" holds numbers, and its order names "${category}".`, {
    remedy: `Name the numbers of the column in their order: prep.ordinal([1, 2, 3], "${name}").`
  });
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
