import { SlipwayError } from '../errors.js';
import type { Frame } from '../data/frame.js';
import type { PlainValue } from '../data/engine.js';
import { applyStep, columnWidth, type FittedColumn, type FittedStep } from './steps.js';

type Request =
  | { kind: 'standardize' | 'minMax' | 'log1p' | 'oneHot' | 'pass'; columns: string[] }
  | { kind: 'impute'; columns: string[]; strategy: ImputeStrategy };

/** What a missing value becomes: the training rows' median or mean, or a number. */
export type ImputeStrategy = 'median' | 'mean' | number;

/** More categories than this are probably an identifier. */
const MAX_CATEGORIES = 200;

/**
 * Preprocessing that is fitted on the training rows only and travels inside the exported model. Steps of one column are
 * applied in the order in which they are written.
 */
export class Prep {
  readonly #requests: readonly Request[];

  constructor(requests: readonly Request[] = []) {
    this.#requests = requests;
  }

  /** (value − mean) / standard deviation of the training rows. */
  standardize(...columns: string[]): Prep {
    return this.#with({ kind: 'standardize', columns });
  }

  /** (value − min) / (max − min) of the training rows. */
  minMax(...columns: string[]): Prep {
    return this.#with({ kind: 'minMax', columns });
  }

  /** log(1 + value); refused when a training value is below 0. */
  log1p(...columns: string[]): Prep {
    return this.#with({ kind: 'log1p', columns });
  }

  /** One number per category seen in the training rows; an unseen or missing category gives all zeros. */
  oneHot(...columns: string[]): Prep {
    return this.#with({ kind: 'oneHot', columns });
  }

  /** Fills missing values with the training rows' median; for another strategy see `imputeWith`. */
  impute(...columns: string[]): Prep {
    return this.#with({ kind: 'impute', columns, strategy: 'median' });
  }

  /** Fills missing values with the training rows' mean or median, or with a number. */
  imputeWith(strategy: ImputeStrategy, ...columns: string[]): Prep {
    return this.#with({ kind: 'impute', columns, strategy });
  }

  /** Uses the columns as they are. */
  pass(...columns: string[]): Prep {
    return this.#with({ kind: 'pass', columns });
  }

  /** The columns that this prep uses, in the order in which they were first named. */
  get columns(): string[] {
    return [...new Set(this.#requests.flatMap(r => r.columns))];
  }

  #with(request: Request): Prep {
    if (request.columns.length === 0) {
      throw new SlipwayError('OPTION_INVALID', `prep.${request.kind}() needs at least one column name.`);
    }
    return new Prep([...this.#requests, request]);
  }

  /**
   * Fits the steps on the training frame.
   *
   * @throws SlipwayError COLUMN_UNKNOWN, COLUMN_TYPE when a step does not suit a column, OPTION_INVALID when no column
   * is named.
   */
  async fit(train: Frame): Promise<FittedPrep> {
    const names = this.columns;
    if (names.length === 0) throw new SlipwayError('OPTION_INVALID', 'The prep names no column.');
    const values = await train.values(names);
    const columns = names.map((name, i) => {
      const requests = this.#requests.filter(r => r.columns.includes(name));
      return fitColumn(train, name, requests, values[i]!);
    });
    return new FittedPrep(columns);
  }
}

function fitColumn(
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
    case 'log1p':
      if (Math.min(...present) < 0) {
        throw new SlipwayError('COLUMN_TYPE', `"${name}" has values below 0, whose logarithm is not defined.`);
      }
      return { kind: 'log1p' };
    case 'oneHot':
    case 'pass':
      return null;
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** A prep with the numbers of its training rows. */
export class FittedPrep {
  readonly columns: readonly FittedColumn[];
  /** Numbers per row that the model receives. */
  readonly width: number;

  constructor(columns: readonly FittedColumn[]) {
    this.columns = columns;
    this.width = columns.reduce((sum, column) => sum + columnWidth(column), 0);
  }

  /** Whether a missing value of this column is filled (or encoded as "none of them") rather than refused. */
  acceptsMissing(column: FittedColumn): boolean {
    return column.type === 'category' || (column.type === 'numeric' && column.steps.some(s => s.kind === 'impute'));
  }

  /**
   * The frame's rows as the model sees them: row-major float32, shape [rows, width].
   *
   * @throws SlipwayError COLUMN_TYPE when a column without `impute` has a missing value.
   */
  async transform(frame: Frame): Promise<Float32Array> {
    const values = await frame.values(this.columns.map(c => c.name));
    return this.transformColumns(values, frame.rowCount, frame.name);
  }

  /** Like `transform`, on columns in the order of `columns`. `where` names them in messages. */
  transformColumns(values: readonly (readonly PlainValue[])[], rows: number, where: string): Float32Array {
    const out = new Float32Array(rows * this.width);
    let offset = 0;
    this.columns.forEach((column, i) => {
      const source = values[i]!;
      for (let row = 0; row < rows; row++) {
        const at = row * this.width + offset;
        const value = source[row] ?? null;
        if (column.type === 'category') {
          const index = value === null ? -1 : column.categories.indexOf(String(value));
          if (index >= 0) out[at + index] = 1;
          continue;
        }
        if (value === null && !this.acceptsMissing(column)) {
          throw new SlipwayError('COLUMN_TYPE', `"${column.name}" is missing in row ${row + 1} of ${where}.`, {
            remedy: `Add .impute("${column.name}") to the prep, or drop such rows with dropMissing("${column.name}").`
          });
        }
        let number = value === null ? NaN : Math.fround(Number(value));
        if (column.type === 'numeric') for (const step of column.steps) number = applyStep(step, number);
        out[at] = number;
      }
      offset += columnWidth(column);
    });
    return out;
  }
}

/** Starts a preprocessing pipeline: `slip.prep().standardize("wind").impute("wind")`. */
export function prep(): Prep {
  return new Prep();
}
