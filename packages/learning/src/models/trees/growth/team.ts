import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { SlipwayError } from '@slipway/notebook';
import { claim, finish, publish, waitForAll } from './claims.js';
import { CONTROL, type GrowthMemory, type MemoryShape } from './memory.js';
import type { JobKind, Work, WorkRules } from './work.js';

/** With fewer values in the table a thread takes longer to start than it saves. */
const LEAST_VALUES = 500_000;
/** Most threads: the parts of a training that only one of them does are then as long as the others. */
const MOST_THREADS = 4;
/** Smaller jobs are done before a sleeping thread is awake; those that wait awake take part in all. */
const LEAST_STEPS = 100_000;

/** What a helper is started with. */
export interface HelperData {
  readonly memory: WebAssembly.Memory;
  readonly shape: MemoryShape;
  readonly rules: WorkRules;
}

/** The threads of one training. This one takes part, and does alone whatever the others do not begin with. */
export class Team {
  readonly #memory: GrowthMemory;
  readonly #work: Work;
  readonly #workers: readonly Worker[];

  constructor(work: Work) {
    this.#memory = work.memory;
    this.#work = work;
    const { shape, memory } = work.memory;
    const wanted = shape.rows * shape.columns < LEAST_VALUES ? 1 : Math.min(availableParallelism(), MOST_THREADS);
    const workerData: HelperData = { memory, shape, rules: work.rules };
    this.#workers = Array.from({ length: Math.min(wanted, work.rules.groups.length) - 1 }, () => {
      const worker = new Worker(new URL('./boosting-helper.js', import.meta.url), { workerData, stderr: true });
      worker.unref();
      // One that cannot start takes no task.
      worker.on('error', () => undefined);
      return worker;
    });
  }

  /** Tasks that helpers did so far. */
  get helped(): number {
    return this.#memory.control[CONTROL.helped]!;
  }

  /**
   * Does all tasks of a job.
   *
   * @param steps about how many values are looked at.
   * @throws SlipwayError TRAINING_FAILED when a thread could not do its task.
   */
  run(kind: JobKind, tasks: number, steps: number): void {
    const { control } = this.#memory;
    publish(control, kind, tasks, steps >= LEAST_STEPS);
    for (let task = claim(control); task !== null; task = claim(control)) {
      this.#work.do(kind, task);
      finish(control);
    }
    if (!waitForAll(control)) {
      throw new SlipwayError('TRAINING_FAILED', 'A thread of the training ended before its work was done.');
    }
  }

  /** Ends the other threads. */
  async close(): Promise<void> {
    const { control } = this.#memory;
    Atomics.store(control, CONTROL.over, 1);
    Atomics.notify(control, CONTROL.claim);
    await Promise.all(this.#workers.map(worker => worker.terminate()));
  }
}
