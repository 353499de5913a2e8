import type { Column, DatasetVersionRef } from '@slipway/contract';
import {
  chartBundle,
  currentCellNumber,
  notebook,
  SlipwayError,
  type MimeBundle,
  type VegaLiteSpec
} from '@slipway/notebook';
import { withColumnNames } from './chart-fields.js';
import {
  executeUserSql,
  freshTable,
  queryColumns,
  queryRows,
  quoteName,
  unknownColumn,
  type PlainValue
} from '../engine/engine.js';
import type { ArrowTable } from '../engine/arrow.js';
import type { Batch, BatchOptions, TensorDataset } from './batches.js';
import type { JoinOptions } from './combine.js';
import type { SampleOptions } from './look.js';
import { frameOperations } from './frame-operations.js';
import { readSchema } from './frame-schema.js';
import { previewBundle } from './frame-display.js';
import type { Split, SplitOptions } from './split.js';

/** How a frame came to be: the dataset versions it was made from and what was done to them since. */
export interface Lineage {
  readonly source: string;
  readonly parents: readonly DatasetVersionRef[];
  readonly steps: readonly string[];
}

/** A column that holds another column's value from `steps` rows later (positive) or earlier (negative). */
export interface Shift {
  readonly from: string;
  readonly steps: number;
  /** Number of the cell that made it; null outside of cells. */
  readonly cell: number | null;
}

/** What a frame is made of; the frame itself never changes. */
export interface FrameParts {
  readonly name: string;
  readonly table: string;
  readonly time: string | null;
  readonly version: DatasetVersionRef | null;
  readonly lineage: Lineage;
  readonly shifts: ReadonlyMap<string, Shift>;
}

const PREVIEW_ROWS = 8;
const CHART_ROWS = 5000;

/** Frames are made by this library only; a notebook gets them from `slip.data`. */
let construct: (
  parts: FrameParts,
  columns: readonly Column[],
  rowCount: number,
  preview: readonly Record<string, PlainValue>[]
) => Frame;
let copy: (frame: Frame, changed: Partial<FrameParts>) => Frame;

/** A typed table in the notebook's DuckDB. Every operation gives a new frame. */
export class Frame {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly rowCount: number;
  /** The column that orders the rows in time, or null. */
  readonly time: string | null;
  /** The registered version that holds exactly these rows, or null for a derived frame that was not saved. */
  readonly version: DatasetVersionRef | null;
  readonly lineage: Lineage;
  readonly shifts: ReadonlyMap<string, Shift>;
  /** Name of the table in the notebook's DuckDB. */
  readonly table: string;
  readonly #preview: readonly Record<string, PlainValue>[];

  private constructor(
    parts: FrameParts,
    columns: readonly Column[],
    rowCount: number,
    preview: readonly Record<string, PlainValue>[]
  ) {
    this.name = parts.name;
    this.table = parts.table;
    this.time = parts.time;
    this.version = parts.version;
    this.lineage = parts.lineage;
    this.shifts = parts.shifts;
    this.columns = columns;
    this.rowCount = rowCount;
    this.#preview = preview;
  }

  static {
    construct = (parts, columns, rowCount, preview) => new Frame(parts, columns, rowCount, preview);
    copy = (frame, changed) => {
      const { name, table, time, version, lineage, shifts } = { ...frame, ...changed };
      return new Frame({ name, table, time, version, lineage, shifts }, frame.columns, frame.rowCount, frame.#preview);
    };
  }

  /** The column of that name. @throws SlipwayError COLUMN_UNKNOWN with near names. */
  column(name: string): Column {
    const column = this.columns.find(c => c.name === name);
    if (!column) {
      throw unknownColumn(name, this.columnNames, `in ${this.name}`);
    }
    return column;
  }

  get columnNames(): string[] {
    return this.columns.map(c => c.name);
  }

  /** All values of the named columns, in row order: numbers, strings, booleans or null. */
  async values(names: readonly string[]): Promise<PlainValue[][]> {
    names.forEach(name => this.column(name));
    if (names.length === 0) {
      return [];
    }
    return queryColumns(`select ${names.map(quoteName).join(', ')} from ${quoteName(this.table)}`);
  }

  /**
   * Rows as objects: all, or the first `limit`.
   *
   * @throws SlipwayError OPTION_INVALID unless `limit` is a whole number of at least 0.
   */
  async rows({ limit }: { limit?: number } = {}): Promise<Record<string, PlainValue>[]> {
    if (limit !== undefined && (!Number.isInteger(limit) || limit < 0)) {
      throw new SlipwayError('OPTION_INVALID', `limit must be a whole number of at least 0, not ${limit}.`);
    }
    return queryRows(`select * from ${quoteName(this.table)}${limit === undefined ? '' : ` limit ${limit}`}`);
  }

  /** The first rows, 5 unless `count` says otherwise. @throws SlipwayError OPTION_INVALID for less than one. */
  async head(count = 5): Promise<Frame> {
    return frameOperations().head(this, count);
  }

  /**
   * Rows by chance, without repetition and in their order; the same `seed` gives the same rows.
   *
   * @throws SlipwayError OPTION_INVALID for less than one row, or a seed that is not a whole number.
   */
  async sample(count = 5, options: SampleOptions = {}): Promise<Frame> {
    return frameOperations().sample(this, count, options);
  }

  /**
   * One row for each column: how many values there are, are missing and differ; of numbers mean, standard deviation, extremes
   * and quartiles; of times the first and the last; of everything else the most frequent values. Beyond 200 000 rows the
   * number of different values is estimated, and quartiles are those of a sample.
   */
  async describe(): Promise<Frame> {
    return frameOperations().describe(this);
  }

  /**
   * Adds (or replaces) a column computed by a SQL expression over the row's columns, e.g. `derive("rained",
   * "precipitation > 0")`.
   */
  async derive(name: string, expression: string): Promise<Frame> {
    const exists = this.columnNames.includes(name);
    const list = exists
      ? `* replace ((${expression}) as ${quoteName(name)})`
      : `*, (${expression}) as ${quoteName(name)}`;
    const derived = await this.#next(
      `select ${list} from ${quoteName(this.table)}`,
      expression,
      `${name} = ${expression}`
    );
    await frameOperations().warnOfUnmatched(this, derived, name, expression);
    return derived;
  }

  /** Keeps the rows for which the SQL condition is true. */
  async filter(condition: string): Promise<Frame> {
    return this.#next(`select * from ${quoteName(this.table)} where ${condition}`, condition, `where ${condition}`);
  }

  /** Keeps the named columns, in that order. */
  async select(...names: string[]): Promise<Frame> {
    names.forEach(name => this.column(name));
    const list = names.map(quoteName).join(', ');
    return this.#next(`select ${list} from ${quoteName(this.table)}`, list, `columns ${names.join(', ')}`);
  }

  /** Drops rows in which one of the named columns (all, when none is named) is missing. */
  async dropMissing(...names: string[]): Promise<Frame> {
    const wanted = names.length > 0 ? names : this.columnNames;
    wanted.forEach(name => this.column(name));
    const condition = wanted.map(name => `${quoteName(name)} is not null`).join(' and ');
    return this.#next(
      `select * from ${quoteName(this.table)} where ${condition}`,
      condition,
      `rows complete in ${wanted.join(', ')}`
    );
  }

  /**
   * Adds `as` with the value that `column` will have `steps` rows LATER in time: what is to be predicted. The last
   * `steps` rows, whose future is unknown, are dropped.
   *
   * @throws SlipwayError OPTION_INVALID when the frame has no time column.
   */
  async lead(column: string, options: { as: string; steps?: number }): Promise<Frame> {
    return this.#shift(column, options.as, options.steps ?? 1);
  }

  /** Adds `as` with the value that `column` had `steps` rows EARLIER in time; the first `steps` rows are dropped. */
  async lag(column: string, options: { as: string; steps?: number }): Promise<Frame> {
    return this.#shift(column, options.as, -(options.steps ?? 1));
  }

  async #shift(column: string, as: string, steps: number): Promise<Frame> {
    this.column(column);
    if (!this.time) {
      throw new SlipwayError('OPTION_INVALID', `${this.name} has no time column, so "later" has no meaning.`, {
        remedy: 'Name it when the data is read: slip.data(name, file, { time: "date" }).'
      });
    }
    if (!Number.isInteger(steps) || steps === 0) {
      throw new SlipwayError('OPTION_INVALID', `steps must be a whole number of at least 1.`);
    }
    const time = quoteName(this.time);
    const shifted = `${steps > 0 ? 'lead' : 'lag'}(${quoteName(column)}, ${Math.abs(steps)}) over (order by ${time})`;
    const far = `${steps > 0 ? 'lead' : 'lag'}(${time}, ${Math.abs(steps)}) over (order by ${time})`;
    const words = `${as} = ${column} ${Math.abs(steps)} row${Math.abs(steps) > 1 ? 's' : ''} ${steps > 0 ? 'later' : 'earlier'}`;
    return this.#next(
      `select * exclude (slipway_far) from (select *, ${shifted} as ${quoteName(as)}, ${far} as slipway_far ` +
        `from ${quoteName(this.table)}) where slipway_far is not null order by ${time}`,
      words,
      words,
      new Map(this.shifts).set(as, { from: column, steps, cell: currentCellNumber() })
    );
  }

  /** Puts the columns of another frame beside these where key columns are equal: `{ on: "date" }`. */
  async join(other: Frame, options: JoinOptions): Promise<Frame> {
    return frameOperations().join(this, other, options);
  }

  /** One row for each combination of `by`, with SQL aggregates: `group(["weather"], { days: "count(*)" })`. */
  async group(by: readonly string[], aggregates: Readonly<Record<string, string>>): Promise<Frame> {
    return frameOperations().group(this, by, aggregates);
  }

  /** Cuts the frame into a training and a test part. */
  async split(options: SplitOptions): Promise<Split> {
    return frameOperations().split(this, options);
  }

  /**
   * The rows in batches for a model, of which only one block at a time is in memory: `for await (const { xs, ys } of
   * train.batches({ prep: await prep.fit(train), target: "sky" }))`.
   */
  batches(options: BatchOptions): AsyncGenerator<Batch> {
    return frameOperations().batches(this, options);
  }

  /** The same batches as a `tf.data` dataset, for `model.fitDataset`. */
  async dataset(options: BatchOptions): Promise<TensorDataset> {
    return frameOperations().dataset(this, options);
  }

  /** All rows as an Arrow table, for other libraries. */
  async toArrow(): Promise<ArrowTable> {
    return frameOperations().toArrow(this);
  }

  /** Registers these rows as the next version of dataset `name`, with profile and checks, and shows it. */
  async save(name: string): Promise<Frame> {
    return frameOperations().save(this, name);
  }

  /**
   * Shows a Vega-Lite chart of the rows under the cell; `spec` needs no `data`. Frames over 5 000 rows are sampled
   * evenly, and the chart says so.
   *
   * @throws SlipwayError COLUMN_UNKNOWN when an encoding names a field that is not a column.
   */
  async chart(spec: VegaLiteSpec): Promise<void> {
    const fields = new Set<string>();
    collectFields(spec['encoding'], fields);
    fields.forEach(field => this.column(field));
    const names = fields.size > 0 ? [...fields] : this.columnNames;
    const stride = Math.max(1, Math.ceil(this.rowCount / CHART_ROWS));
    const values = await queryRows(
      `select ${names.map(quoteName).join(', ')} from (select *, row_number() over () as slipway_row ` +
        `from ${quoteName(this.table)}) where (slipway_row - 1) % ${stride} = 0`
    );
    const sampled = stride > 1 ? ` (every ${stride}th row)` : '';
    const text = `[chart of ${this.name}: ${names.join(', ')}${sampled}]`;
    const title = spec['title'] ?? (stride > 1 ? `${this.name}${sampled}` : undefined);
    notebook().display(
      chartBundle(
        {
          ...{ width: 420, height: 200 },
          ...withColumnNames(spec, names),
          ...(title ? { title } : {}),
          data: { values }
        },
        text
      )
    );
  }

  /** A new frame over `sql`, whose user part is `expression`; `step` is how the lineage tells it. */
  async #next(sql: string, expression: string, step: string, shifts = this.shifts): Promise<Frame> {
    const table = freshTable();
    await executeUserSql(`create table ${quoteName(table)} as ${sql}`, expression, this.columnNames);
    return deriveFrame(this, table, step, shifts);
  }

  /** What a notebook shows when the frame is a cell's last value. */
  [Symbol.for('Jupyter.display')](): MimeBundle {
    return previewBundle(this, this.#preview);
  }
}

/** Opens an existing table as a frame, which shows its first `previewRows` rows. */
export async function openFrame(parts: FrameParts, previewRows = PREVIEW_ROWS): Promise<Frame> {
  const columns = await readSchema(parts.table);
  const from = quoteName(parts.table);
  const count = Number((await queryRows(`select count(*) as n from ${from}`))[0]!['n']);
  const preview = await queryRows(`select * from ${from} limit ${previewRows}`);
  return construct(parts, columns, count, preview);
}

/** A frame over `table`, whose rows were made from those of `frame` by what `step` says. */
export function deriveFrame(
  frame: Frame,
  table: string,
  step: string,
  shifts = frame.shifts,
  previewRows = PREVIEW_ROWS
): Promise<Frame> {
  const parents = frame.version ? [frame.version] : frame.lineage.parents;
  const steps = frame.version ? [step] : [...frame.lineage.steps, step];
  const lineage: Lineage = { source: frame.lineage.source, parents, steps };
  const { name, time } = frame;
  return openFrame({ name, table, time, version: null, lineage, shifts }, previewRows);
}

/** The same frame, which says which registered version holds its rows. */
export function withVersion(frame: Frame, name: string, version: DatasetVersionRef | null): Frame {
  return copy(frame, { name, version });
}

function collectFields(node: unknown, fields: Set<string>): void {
  if (Array.isArray(node)) {
    node.forEach(child => collectFields(child, fields));
  } else if (node && typeof node === 'object') {
    for (const [key, value] of Object.entries(node)) {
      if (key === 'field' && typeof value === 'string') {
        fields.add(value);
      } else {
        collectFields(value, fields);
      }
    }
  }
}
