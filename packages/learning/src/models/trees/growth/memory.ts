import { groupsOf } from '../binned-rows.js';
import { BINS, SLOTS } from '../histogram.js';
import { takeMemory } from './spare-memory.js';

/** What the size of the memory follows from. */
export interface MemoryShape {
  readonly rows: number;
  readonly columns: number;
  /** Scores of a row. */
  readonly series: number;
  /** Histograms that are kept at the same time. */
  readonly histograms: number;
}

/** Places of the control numbers (int32). */
export const CONTROL = {
  claim: 0,
  tasks: 1,
  kind: 2,
  done: 3,
  sleeping: 4,
  waits: 5,
  over: 6,
  failed: 7,
  helped: 8
} as const;

/** Where a thread puts the best cut of a group. */
export interface CutRecord {
  readonly numbers: Float64Array;
  /** For each bin of the column 1 when its rows go left. */
  readonly goesLeft: Uint8Array;
}

/** Size of a record. */
const RECORD = { numbers: 8, bytes: 8 * 8 + BINS } as const;
/** Numbers of a job. */
const JOB_NUMBERS = 32;
/** Rows whose derivatives are one task, unless that makes too many tasks. */
const BLOCK_ROWS = 4096;
const MOST_BLOCKS = 4000;
/** Numbers of one column's sums. */
export const COLUMN_SUMS = BINS * SLOTS;

/** Everything that the threads of one training share, in one memory: WebAssembly and TypeScript both work on it. */
export class GrowthMemory {
  readonly memory: WebAssembly.Memory;
  readonly control: Int32Array;
  readonly job: Float64Array;
  /** Row numbers, rearranged so that every leaf's rows are neighbors. */
  readonly order: Int32Array;
  readonly scratch: Int32Array;
  readonly bins: Uint8Array;
  /** The bins column by column, for what looks at one column only. */
  readonly byColumn: Uint8Array;
  /** For each bin of a column 1 when its rows go left. */
  readonly goesLeft: Uint8Array;
  readonly target: Float64Array;
  /** For each series, two float64 for each row. */
  readonly pairs: readonly Float64Array[];
  readonly scores: readonly Float64Array[];
  /** The sum of the losses of each block of rows. */
  readonly losses: Float64Array;
  readonly histograms: Float64Array;
  /** Rows of a block. */
  readonly blockRows: number;
  /** Where the best cuts of two nodes in each group begin. */
  readonly #records: number;
  readonly #groups: number;

  /** @param memory of another thread; one that no other uses by default. @throws RangeError or TypeError when there is no such memory. */
  constructor(
    readonly shape: MemoryShape,
    memory?: WebAssembly.Memory
  ) {
    const { rows, columns, series, histograms } = shape;
    this.#groups = groupsOf(columns, rows).length;
    this.blockRows = Math.max(BLOCK_ROWS, Math.ceil(rows / MOST_BLOCKS));
    const blocks = Math.ceil(rows / this.blockRows);
    const regions = new Regions();
    const control = regions.take(16 * 4);
    const job = regions.take(JOB_NUMBERS * 8);
    this.#records = regions.take(2 * this.#groups * RECORD.bytes);
    const losses = regions.take(blocks * 8);
    const order = regions.take(rows * 4);
    const scratch = regions.take(rows * 4);
    const goesLeft = regions.take(BINS);
    const target = regions.take(rows * 8);
    const byColumn = regions.take(rows * columns);
    const bins = regions.take(rows * columns);
    const pairs = Array.from({ length: series }, () => regions.take(rows * 16));
    const scores = Array.from({ length: series }, () => regions.take(rows * 8));
    const sums = regions.take(histograms * columns * COLUMN_SUMS * 8);
    const taken = memory ? { memory, isNew: true } : takeMemory(regions.bytes);
    this.memory = taken.memory;
    const { buffer } = this.memory;
    this.control = new Int32Array(buffer, control, 16);
    this.job = new Float64Array(buffer, job, JOB_NUMBERS);
    this.losses = new Float64Array(buffer, losses, blocks);
    this.order = new Int32Array(buffer, order, rows);
    this.scratch = new Int32Array(buffer, scratch, rows);
    this.goesLeft = new Uint8Array(buffer, goesLeft, BINS);
    this.byColumn = new Uint8Array(buffer, byColumn, rows * columns);
    this.target = new Float64Array(buffer, target, rows);
    this.bins = new Uint8Array(buffer, bins, rows * columns);
    this.pairs = pairs.map(at => new Float64Array(buffer, at, 2 * rows));
    this.scores = scores.map(at => new Float64Array(buffer, at, rows));
    this.histograms = new Float64Array(buffer, sums, histograms * columns * COLUMN_SUMS);
    if (!taken.isNew) {
      this.control.fill(0);
      this.histograms.fill(0);
    }
  }

  /** Where the best cut of a group is put. @param node 0 or 1. */
  record(node: number, group: number): CutRecord {
    const at = this.#records + (node * this.#groups + group) * RECORD.bytes;
    const { buffer } = this.memory;
    return {
      numbers: new Float64Array(buffer, at, RECORD.numbers),
      goesLeft: new Uint8Array(buffer, at + RECORD.numbers * 8, BINS)
    };
  }
}

/** Gives out parts of a memory, one after the other. */
class Regions {
  bytes = 0;

  /** Where the next part begins; on a boundary of a cache line. */
  take(bytes: number): number {
    const at = this.bytes;
    this.bytes = Math.ceil((at + bytes) / 64) * 64;
    return at;
  }
}
