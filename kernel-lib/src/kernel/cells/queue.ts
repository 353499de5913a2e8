/** Cells that were sent to run after one that failed are not run; those dated within this time may still be on the way. */
const ABORT_WINDOW_MS = 100;

/** A request to execute a cell, waiting for its turn. */
export interface Job {
  readonly arrivedAt: number;
  /** When the front end sent it; NaN when it did not say. */
  readonly sentAt: number;
  run(): Promise<void>;
  abort(): void;
}

/** Executes one cell after the other, in the order of arrival. */
export class ExecutionQueue {
  readonly #jobs: Job[] = [];
  #isRunning = false;
  #failedAt = Number.NEGATIVE_INFINITY;

  add(job: Job): void {
    this.#jobs.push(job);
    if (!this.#isRunning) {
      void this.#runAll();
    }
  }

  /** A failed cell asked to abort the cells after it. */
  abortWaiting(): void {
    this.#failedAt = Date.now();
  }

  async #runAll(): Promise<void> {
    this.#isRunning = true;
    for (let job = this.#jobs.shift(); job; job = this.#jobs.shift()) {
      if (this.#wasSentBeforeFailure(job)) {
        job.abort();
      } else {
        await job.run();
      }
      // Lets the sockets be read: requests that have arrived must be seen before the next cell starts.
      await new Promise(resolve => setImmediate(resolve));
    }
    this.#isRunning = false;
  }

  #wasSentBeforeFailure({ arrivedAt, sentAt }: Job): boolean {
    if (arrivedAt < this.#failedAt) {
      return true;
    }
    return arrivedAt < this.#failedAt + ABORT_WINDOW_MS && !(sentAt >= this.#failedAt);
  }
}
