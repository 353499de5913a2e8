import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { BinnedRows } from './binned-rows.js';
import { addToHistogram, BINS, SLOTS, type Derivatives } from './histogram.js';
import { CONTROL, CONTROL_LENGTH, STATE, type HelperData } from './histogram-job.js';

/** With fewer values a helper takes longer to start than it saves. */
const LEAST_VALUES = 500_000;
/** Rows for which it is worth to hand over half. */
const LEAST_ROWS = 1000;
/** A helper that has taken a job and does not end it by then has died. */
const LONGEST_MS = 5000;

/** Makes the histograms of one training; on large data with a thread that helps. */
export class Histograms {
  /** Row numbers, to be rearranged; shared with the helper. */
  readonly order: Int32Array;
  /** Histograms of which the helper did its half. */
  helped = 0;
  readonly #data: BinnedRows;
  readonly #derivatives: readonly Derivatives[];
  readonly #helper: Helper | null;

  constructor(data: BinnedRows, derivatives: readonly Derivatives[]) {
    this.#data = data;
    this.#derivatives = derivatives;
    this.order = new Int32Array(new SharedArrayBuffer(data.rows * 4));
    const large = data.rows * data.columns.length >= LEAST_VALUES && data.stride >= 8;
    this.#helper = large && availableParallelism() > 1 ? new Helper(data, derivatives, this.order) : null;
  }

  /** Sums by bin for every column, of the rows in a range of `order`. @param series whose derivatives. */
  of(series: number, start: number, end: number): Float64Array {
    const { bins, stride } = this.#data;
    const { gradients, packed } = this.#derivatives[series]!;
    const source = { bins, stride, gradients, packed };
    const sums = new Float64Array(stride * BINS * SLOTS);
    const first = end - start < LEAST_ROWS ? null : (this.#helper?.offer(series, start, end) ?? null);
    addToHistogram(source, this.order, start, end, 0, first ?? stride, sums);
    if (first !== null) {
      const theirs = this.#helper!.takeBack();
      const rest = sums.subarray(first * BINS * SLOTS);
      if (theirs) {
        rest.set(theirs);
        this.helped++;
      } else {
        addToHistogram(source, this.order, start, end, first, stride, rest);
      }
    }
    return sums;
  }

  /** Ends the helper. */
  close(): void {
    this.#helper?.end();
  }
}

class Helper {
  readonly #control = new Int32Array(new SharedArrayBuffer(CONTROL_LENGTH * 4));
  readonly #first: number;
  readonly #sums: Float64Array;
  readonly #worker: Worker;
  #lost = false;

  constructor(data: BinnedRows, derivatives: readonly Derivatives[], order: Int32Array) {
    this.#first = Math.ceil(data.stride / 8) * 4;
    this.#sums = new Float64Array(new SharedArrayBuffer((data.stride - this.#first) * BINS * SLOTS * 8));
    const workerData: HelperData = {
      control: this.#control,
      bins: data.bins,
      stride: data.stride,
      gradients: derivatives.map(each => each.gradients),
      packed: derivatives.map(each => each.packed),
      order,
      first: this.#first,
      sums: this.#sums
    };
    this.#worker = new Worker(new URL('./histogram-helper.js', import.meta.url), { workerData, stderr: true });
    this.#worker.unref();
    // Without it all is done here.
    this.#worker.on('error', () => (this.#lost = true));
  }

  /** @returns the first of its columns; null when it is lost. */
  offer(series: number, start: number, end: number): number | null {
    if (this.#lost) {
      return null;
    }
    this.#control[CONTROL.series] = series;
    this.#control[CONTROL.start] = start;
    this.#control[CONTROL.end] = end;
    Atomics.store(this.#control, CONTROL.state, STATE.offered);
    Atomics.notify(this.#control, CONTROL.state);
    return this.#first;
  }

  /** The sums of its columns; null when it has not begun with them, and will not. */
  takeBack(): Float64Array | null {
    if (Atomics.compareExchange(this.#control, CONTROL.state, STATE.offered, STATE.idle) === STATE.offered) {
      return null;
    }
    const deadline = Date.now() + LONGEST_MS;
    while (Atomics.load(this.#control, CONTROL.state) !== STATE.done) {
      if (Date.now() > deadline) {
        this.#lost = true;
        return null;
      }
      Atomics.wait(this.#control, CONTROL.state, STATE.taken, LONGEST_MS);
    }
    return this.#sums;
  }

  end(): void {
    Atomics.store(this.#control, CONTROL.state, STATE.over);
    Atomics.notify(this.#control, CONTROL.state);
    void this.#worker.terminate();
  }
}
