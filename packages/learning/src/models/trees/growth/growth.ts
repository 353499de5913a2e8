import { SlipwayError } from '@slipway/notebook';
import { binRows, type BinnedRows, type ColumnRule } from '../binned-rows.js';
import type { Cut, CutRules, Sums } from '../cut.js';
import type { Derivatives } from '../histogram.js';
import { COLUMN_SUMS, GrowthMemory } from './memory.js';
import { giveBackMemory } from './spare-memory.js';
import { Team } from './team.js';
import { KIND, Work, type CutJob, type HistogramJob } from './work.js';

export interface GrowthSettings extends CutRules {
  /** Most leaves of a tree. */
  readonly leaves: number;
  /** null: a regression. */
  readonly classes: number | null;
  /** Scores of a row. */
  readonly series: number;
}

/** The data and sums that boosting grows trees on, and the threads that add them up. */
export class Growth {
  readonly data: BinnedRows;
  /** Row numbers, to be rearranged. */
  readonly order: Int32Array;
  /** For each series the score of each row. */
  readonly scores: readonly Float64Array[];
  readonly #memory: GrowthMemory;
  readonly #work: Work;
  readonly #team: Team;
  readonly #free: number[];

  /**
   * @param rows row-major float32 [count, rules.length]. @param target values, or class indices.
   * @throws SlipwayError TRAINING_FAILED for more data than one WebAssembly memory holds (4 GiB).
   */
  constructor(
    rows: Float32Array,
    rules: readonly ColumnRule[],
    target: readonly number[],
    { leaves, classes, series, minRows, l2 }: GrowthSettings
  ) {
    const count = target.length;
    const histograms = Math.max(1, Math.min(leaves, Math.floor(count / minRows)));
    this.#memory = memoryFor(count, rules.length, series, histograms);
    this.#memory.target.set(target);
    this.#free = Array.from({ length: histograms }, (_, number) => number);
    this.data = binRows(rows, rules, this.#memory.bins, this.#memory.byColumn);
    const { columns, groups } = this.data;
    this.#work = new Work(this.#memory, { columns, groups, classes, cuts: { minRows, l2 } });
    this.#team = new Team(this.#work);
    this.order = this.#memory.order;
    this.scores = this.#memory.scores;
  }

  /** Tasks that other threads did so far. */
  get helped(): number {
    return this.#team.helped;
  }

  derivativesOf(series: number): Derivatives {
    return this.#work.derivatives[series]!;
  }

  /** Fills in the derivatives at the scores. @returns the mean loss at these scores. */
  derive(): number {
    const { losses, shape } = this.#memory;
    this.#team.run(KIND.derivatives, losses.length, shape.rows * shape.series);
    let sum = 0;
    for (const loss of losses) {
      sum += loss;
    }
    return sum / shape.rows;
  }

  /** A histogram of the rows in a range of the order; with `reduced`, its sums are taken away from those of that one. @returns its number. */
  makeHistogram(series: number, start: number, end: number, reduced: number | null): number {
    const made = this.#free.pop()!;
    const job: HistogramJob = { series, start, end, made, reduced: reduced ?? -1 };
    this.#work.writeHistogram(job);
    this.#team.run(KIND.histograms, this.data.groups.length, (end - start) * this.data.columns.length);
    return made;
  }

  /** The histogram is not needed any more. */
  release(histogram: number): void {
    this.#free.push(histogram);
  }

  /** Sums over all rows of a histogram. @param series whose derivatives it is of. */
  sumsOf(series: number, histogram: number): Sums {
    const sums = this.histogram(histogram);
    const derivatives = this.derivativesOf(series);
    let gradient = 0;
    let packed = 0;
    // Every row is in the first column once.
    for (let at = 0; at < COLUMN_SUMS; at += 2) {
      gradient += sums[at]!;
      packed += sums[at + 1]!;
    }
    return { gradient, hessian: derivatives.hessianOf(packed), rows: derivatives.rowsOf(packed) };
  }

  /** The sums by column and bin. */
  histogram(number: number): Float64Array {
    const size = this.data.columns.length * COLUMN_SUMS;
    return this.#memory.histograms.subarray(number * size, (number + 1) * size);
  }

  /** The best cut of each of at most two nodes; null for one that cannot be cut. */
  bestCuts(nodes: readonly (CutJob | null)[]): (Cut | null)[] {
    if (nodes.every(node => node === null)) {
      return nodes.map(() => null);
    }
    this.#work.writeNodes(nodes);
    const { groups, columns } = this.data;
    this.#team.run(KIND.cuts, groups.length, columns.length * COLUMN_SUMS);
    return nodes.map((node, i) => (node === null ? null : this.#work.bestCut(i)));
  }

  /** Brings the rows of a node that a cut sends left to the front, keeping their order. @returns where the others begin. */
  partition(cut: Cut, start: number, end: number): number {
    return this.#work.partition(cut, start, end);
  }

  /** Ends the other threads; nothing of this growth is read or called any more. */
  async close(): Promise<void> {
    await this.#team.close();
    giveBackMemory(this.#memory.memory);
  }
}

function memoryFor(rows: number, columns: number, series: number, histograms: number): GrowthMemory {
  try {
    return new GrowthMemory({ rows, columns, series, histograms });
  } catch (cause) {
    throw new SlipwayError(
      'TRAINING_FAILED',
      `There is no memory for gradient boosting on ${rows} rows of ${columns} columns with ${histograms} leaves.`,
      { remedy: 'Train on fewer rows or columns, or with a smaller maxLeaves.', cause }
    );
  }
}
