import type { BinnedColumn, ColumnGroup } from '../binned-rows.js';
import { CutFinder, type Bounds, type Cut, type CutRules, type Sums } from '../cut.js';
import { Derivatives, SLOTS } from '../histogram.js';
import { lossOf, type Loss } from '../loss.js';
import { kernelsOn, type Kernels } from '../wasm/kernels.js';
import { COLUMN_SUMS, type CutRecord, type GrowthMemory } from './memory.js';

/** What a job is made of: a task for each group of columns, or for each block of rows. */
export const KIND = { histograms: 0, cuts: 1, derivatives: 2 } as const;
export type JobKind = (typeof KIND)[keyof typeof KIND];

/** What a thread has to know beside the memory. */
export interface WorkRules {
  readonly columns: readonly BinnedColumn[];
  readonly groups: readonly ColumnGroup[];
  readonly classes: number | null;
  readonly cuts: CutRules;
}

/** A histogram that is made of the rows in a range of the order, and one that it is taken away from. */
export interface HistogramJob {
  readonly series: number;
  readonly start: number;
  readonly end: number;
  /** Number of the histogram. */
  readonly made: number;
  /** -1: none. */
  readonly reduced: number;
}

/** A node whose best cut is looked for. */
export interface CutJob {
  readonly histogram: number;
  readonly sums: Sums;
  readonly bounds: Bounds;
}

/** Numbers of a histogram job in the memory; those of two nodes follow. */
const NODES = 5;
const NODE_NUMBERS = 6;
const NO_CUT = -1;

/** Does the tasks of a job: the same in every thread, and with the same result. */
export class Work {
  readonly derivatives: readonly Derivatives[];
  readonly loss: Loss;
  readonly #finder: CutFinder;
  readonly #kernels: Kernels;
  /** For each of two nodes, the record of each group. */
  readonly #records: readonly (readonly CutRecord[])[];

  constructor(
    readonly memory: GrowthMemory,
    readonly rules: WorkRules
  ) {
    this.loss = lossOf(memory.target, rules.classes);
    const { rows } = memory.shape;
    this.derivatives = memory.pairs.map(pairs => new Derivatives(rows, this.loss.largestHessian, pairs));
    this.#finder = new CutFinder(rules.columns, this.derivatives[0]!, rules.cuts);
    const sizes = [...new Set(rules.groups.map(group => group.size))];
    this.#kernels = kernelsOn(memory.memory, sizes);
    this.#records = [0, 1].map(node => rules.groups.map((_, group) => memory.record(node, group)));
  }

  do(kind: JobKind, task: number): void {
    switch (kind) {
      case KIND.histograms:
        this.#makeHistogram(this.rules.groups[task]!);
        return;
      case KIND.cuts:
        this.#findCuts(task);
        return;
      case KIND.derivatives:
        this.#derive(task);
        return;
    }
  }

  /** Where a column's sums begin, in float64 numbers. */
  placeOf(histogram: number, column: number): number {
    return (histogram * this.rules.columns.length + column) * COLUMN_SUMS;
  }

  #makeHistogram({ first, size, offset }: ColumnGroup): void {
    const { job, histograms, order, pairs, bins } = this.memory;
    const [series, start, end, made, reduced] = [job[0]!, job[1]!, job[2]!, job[3]!, job[4]!];
    const to = this.placeOf(made, first);
    const used = (column: number): number => (this.rules.columns[column]!.bins + 1) * SLOTS;
    for (let c = 0; c < size; c++) {
      const at = to + c * COLUMN_SUMS;
      histograms.fill(0, at, at + used(first + c));
    }
    const base = histograms.byteOffset;
    this.#kernels.accumulate(size)(
      bins.byteOffset + offset,
      order.byteOffset + start * 4,
      order.byteOffset + end * 4,
      pairs[series]!.byteOffset,
      base + to * 8
    );
    if (reduced < 0) {
      return;
    }
    const from = this.placeOf(reduced, first);
    for (let c = 0; c < size; c++) {
      const at = base + (from + c * COLUMN_SUMS) * 8;
      this.#kernels.subtract(at, at + used(first + c) * 8, base + (to + c * COLUMN_SUMS) * 8);
    }
  }

  #findCuts(task: number): void {
    const { first, size } = this.rules.groups[task]!;
    for (let node = 0; node < 2; node++) {
      const job = this.#nodeJob(node);
      if (job === null) {
        continue;
      }
      const at = this.placeOf(job.histogram, 0);
      const cut = this.#finder.best(this.memory.histograms, at, first, first + size, job.sums, job.bounds);
      this.#writeCut(node, task, cut);
    }
  }

  /** Brings the rows of a node that a cut sends left to the front, keeping their order. @returns where the others begin. */
  partition({ column, goesLeft }: Cut, start: number, end: number): number {
    const { memory } = this;
    memory.goesLeft.set(goesLeft);
    const order = memory.order.byteOffset;
    const middle = this.#kernels.partition(
      memory.byColumn.byteOffset + column * memory.shape.rows,
      memory.goesLeft.byteOffset,
      order + start * 4,
      order + end * 4,
      memory.scratch.byteOffset
    );
    return ((middle >>> 0) - order) / 4;
  }

  /** Puts a histogram to be made into the memory. */
  writeHistogram({ series, start, end, made, reduced }: HistogramJob): void {
    this.memory.job.set([series, start, end, made, reduced]);
  }

  /** Puts the two nodes of a job into the memory. */
  writeNodes(nodes: readonly (CutJob | null)[]): void {
    nodes.forEach((node, i) => {
      const at = NODES + i * NODE_NUMBERS;
      this.memory.job[at] = node?.histogram ?? -1;
      if (node) {
        const { sums, bounds } = node;
        this.memory.job.set([sums.gradient, sums.hessian, sums.rows, bounds.low, bounds.high], at + 1);
      }
    });
  }

  #nodeJob(node: number): CutJob | null {
    const { job } = this.memory;
    const at = NODES + node * NODE_NUMBERS;
    if (job[at]! < 0) {
      return null;
    }
    return {
      histogram: job[at]!,
      sums: { gradient: job[at + 1]!, hessian: job[at + 2]!, rows: job[at + 3]! },
      bounds: { low: job[at + 4]!, high: job[at + 5]! }
    };
  }

  #writeCut(node: number, group: number, cut: Cut | null): void {
    const { numbers, goesLeft } = this.#records[node]![group]!;
    if (cut === null) {
      numbers[0] = NO_CUT;
      return;
    }
    const { column, gain, bin, missingLeft, left } = cut;
    numbers.set([column, gain, bin, Number(missingLeft), left.gradient, left.hessian, left.rows]);
    goesLeft.set(cut.goesLeft);
  }

  /** The best cut of a node over all groups, once they are searched; of equal ones that of the first column. */
  bestCut(node: number): Cut | null {
    let best: Cut | null = null;
    for (let group = 0; group < this.rules.groups.length; group++) {
      const { numbers, goesLeft } = this.#records[node]![group]!;
      const [column, gain, bin, missingLeft, gradient, hessian, rows] = numbers;
      if (column === NO_CUT || (best !== null && gain! <= best.gain)) {
        continue;
      }
      best = {
        column: column!,
        gain: gain!,
        bin: bin!,
        missingLeft: missingLeft === 1,
        goesLeft: goesLeft.slice(),
        left: { gradient: gradient!, hessian: hessian!, rows: rows! }
      };
    }
    return best;
  }

  #derive(block: number): void {
    const { scores, losses, blockRows, shape } = this.memory;
    const first = block * blockRows;
    const last = Math.min(shape.rows, first + blockRows);
    losses[block] = this.loss.derive(scores, this.derivatives, first, last);
  }
}
