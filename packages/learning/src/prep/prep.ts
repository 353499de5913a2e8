import { SlipwayError } from '@slipway/notebook';
import type { Frame } from '@slipway/frames';
import { DATE_PARTS, momentNumbers, type DatePart } from './calendar.js';
import { fitColumn, type ImputeStrategy, type Request } from './fit-column.js';
import type { CellValue } from './model-inputs.js';
import { hashOf, wordsOf } from './hashed-words.js';
import { applyStep, columnWidth, UNKNOWN_ORDINAL, type FittedColumn } from './steps.js';

export type { DatePart, ImputeStrategy };

/** Wider rows are better learned by an embedding. */
const MAX_BUCKETS = 65_536;

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

  /** (value − median) / (upper quartile − lower quartile) of the training rows: outliers do not squeeze the others. */
  robust(...columns: string[]): Prep {
    return this.#with({ kind: 'robust', columns });
  }

  /**
   * The number of the bin that a value is in, from 0. A value on an edge belongs to the bin above it; below the first and
   * above the last edge there are bins, too, so that no row is lost.
   *
   * @param bins edges, rising; or how many bins, each with as many training rows as can be.
   */
  bin(bins: number | readonly number[], ...columns: string[]): Prep {
    const valid =
      typeof bins === 'number'
        ? Number.isInteger(bins) && bins >= 2
        : bins.length > 0 && bins.every((edge, i) => Number.isFinite(edge) && (i === 0 || edge > bins[i - 1]!));
    if (!valid) {
      throw new SlipwayError(
        'OPTION_INVALID',
        `prep.bin() takes rising edges or a number of bins of at least 2, not ${String(bins)}.`
      );
    }
    return this.#with({ kind: 'bin', bins, columns });
  }

  /**
   * The place of a category in an order, from 0; −1 for one that is not in it, or missing.
   *
   * @param order from the lowest to the highest, e.g. `["low", "medium", "high"]`, or numbers for a column of numbers.
   */
  ordinal(order: readonly (string | number | boolean)[], ...columns: string[]): Prep {
    const names = order.map(String);
    if (order.length < 2 || new Set(names).size < order.length) {
      throw new SlipwayError(
        'OPTION_INVALID',
        'prep.ordinal() takes at least two categories, each once, in their order.'
      );
    }
    return this.#with({ kind: 'ordinal', order: names, columns });
  }

  /**
   * Parts of a date or a time, each standardized by the training rows: `dateParts(["month", "weekday"], "date")`. `season`
   * and `timeOfDay` are two numbers each, sine and cosine, so that December is next to January and 23:59 beside 0:00. The
   * model's input stays the date itself, as text.
   */
  dateParts(parts: readonly DatePart[], ...columns: string[]): Prep {
    const unknown = parts.find(part => !DATE_PARTS.includes(part));
    if (parts.length === 0 || unknown !== undefined) {
      throw new SlipwayError('OPTION_INVALID', `prep.dateParts() knows no part ${JSON.stringify(unknown ?? '')}.`, {
        remedy: `There is: ${DATE_PARTS.join(', ')}.`
      });
    }
    return this.#with({ kind: 'dateParts', parts, columns });
  }

  /**
   * How often words occur in a text, with all words in a fixed number of buckets by their hash (MurmurHash3): nothing is
   * learned from the training rows, and unknown words have a place. A word is a run of letters and digits; A–Z count as a–z,
   * capital letters of other scripts as letters of their own. A missing text has no words.
   *
   * @param buckets numbers per row; more of them keep more words apart.
   */
  hashWords(buckets: number, ...columns: string[]): Prep {
    if (!Number.isInteger(buckets) || buckets < 2 || buckets > MAX_BUCKETS) {
      throw new SlipwayError('OPTION_INVALID', `prep.hashWords() takes 2 to ${MAX_BUCKETS} buckets, not ${buckets}.`);
    }
    return this.#with({ kind: 'hashWords', buckets, columns });
  }

  /** Numbers the categories of the training rows, for `slip.gradientBoosting({ categorical: […] })`; −1 is an unseen or missing one. */
  codes(...columns: string[]): Prep {
    return this.#with({ kind: 'codes', columns });
  }

  /** Leaves missing values as they are, for a model that takes them: `slip.gradientBoosting()`. */
  keepMissing(...columns: string[]): Prep {
    return this.#with({ kind: 'keepMissing', columns });
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
    if (names.length === 0) {
      throw new SlipwayError('OPTION_INVALID', 'The prep names no column.');
    }
    const values = await train.values(names);
    const columns = names.map((name, i) => {
      const requests = this.#requests.filter(r => r.columns.includes(name));
      return fitColumn(train, name, requests, values[i]!);
    });
    return new FittedPrep(columns);
  }
}

/** A prep with the numbers of its training rows. */
export class FittedPrep {
  readonly kind = 'columns';
  readonly columns: readonly FittedColumn[];
  /** Numbers per row that the model receives. */
  readonly width: number;

  constructor(columns: readonly FittedColumn[]) {
    this.columns = columns;
    this.width = columns.reduce((sum, column) => sum + columnWidth(column), 0);
  }

  /** Shape of one row as the model receives it. */
  get shape(): readonly number[] {
    return [this.width];
  }

  /** Names of the inputs, in their order. */
  get names(): readonly string[] {
    return this.columns.map(column => column.name);
  }

  /** Whether a missing value of this column is filled (or encoded as "none of them") rather than refused. */
  acceptsMissing(column: FittedColumn): boolean {
    return (
      // A boolean input has no place for a missing value.
      ((column.type === 'category' || column.type === 'ordinal') && column.of !== 'boolean') ||
      column.type === 'words' ||
      (column.type === 'numeric' && column.steps.some(s => s.kind === 'impute' || s.kind === 'keepMissing'))
    );
  }

  /**
   * The frame's rows as the model sees them: row-major float32, shape [rows, width].
   *
   * @throws SlipwayError COLUMN_TYPE when a column without `impute` has a missing value.
   */
  async transform(frame: Frame): Promise<Float32Array> {
    const values = await frame.values(this.names);
    return this.transformColumns(values, frame.rowCount, frame.name);
  }

  /**
   * Like `transform`, on columns in the order of `columns`. `where` names them in messages.
   *
   * @throws SlipwayError COLUMN_TYPE also for a list where one value is read.
   */
  transformColumns(values: readonly (readonly CellValue[])[], rows: number, where: string): Float32Array {
    const out = new Float32Array(rows * this.width);
    let offset = 0;
    this.columns.forEach((column, i) => {
      const source = values[i]!;
      for (let row = 0; row < rows; row++) {
        const at = row * this.width + offset;
        const value = source[row] ?? null;
        if (typeof value === 'object' && value !== null) {
          throw new SlipwayError('COLUMN_TYPE', `"${column.name}" is a list in row ${row + 1} of ${where}.`, {
            remedy: 'The model reads one value there.'
          });
        }
        if (value === null && !this.acceptsMissing(column)) {
          throw new SlipwayError('COLUMN_TYPE', `"${column.name}" is missing in row ${row + 1} of ${where}.`, {
            remedy:
              column.type === 'numeric'
                ? `Add .impute("${column.name}") to the prep, or drop such rows with dropMissing("${column.name}").`
                : `Drop such rows with dropMissing("${column.name}"), or derive a column that has a value everywhere.`
          });
        }
        if (column.type === 'category') {
          const index = value === null ? -1 : column.categories.indexOf(String(value));
          if (index >= 0) {
            out[at + index] = 1;
          }
          continue;
        }
        if (column.type === 'ordinal') {
          out[at] = value === null ? UNKNOWN_ORDINAL : column.categories.indexOf(String(value));
          continue;
        }
        if (column.type === 'words') {
          for (const word of value === null ? [] : wordsOf(String(value))) {
            out[at + (hashOf(word) % column.buckets)]!++;
          }
          continue;
        }
        if (column.type === 'moment') {
          momentNumbers(value, column.parts).forEach((number, i) => {
            const centred = Math.fround(Math.fround(number) - Math.fround(column.means[i]!));
            out[at + i] = centred / Math.fround(column.stds[i]!);
          });
          continue;
        }
        let number = value === null ? NaN : Math.fround(Number(value));
        if (column.type === 'numeric') {
          for (const step of column.steps) {
            number = applyStep(step, number);
          }
        }
        out[at] = number;
      }
      offset += columnWidth(column);
    });
    return out;
  }
}

/**
 * Starts a preprocessing pipeline: `slip.prep().standardize("wind").impute("wind")`.
 *
 * @example
 * const prep = slip.prep().standardize('temp_max', 'wind').impute('wind').oneHot('weather');
 */
export function prep(): Prep {
  return new Prep();
}
