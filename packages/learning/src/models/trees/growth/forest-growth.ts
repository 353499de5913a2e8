import { availableParallelism } from 'node:os';
import { Worker, type ResourceLimits } from 'node:worker_threads';
import type { CartTree } from '../cart.js';
import { growForestTree, type ForestJob, type ForestThreadData, type GrownTree } from './forest-job.js';

/** Told how many trees there are after each; returning true ends the training with those. */
export type OnTree = (tree: number) => Promise<boolean> | boolean;

/** Rows of all trees together that take longer to grow than a thread takes to start. */
const LEAST_ROWS = 200_000;

/** Growing leaves much garbage and keeps little of it: more room for it would not make a thread faster. */
const LIMITS: ResourceLimits = { maxYoungGenerationSizeMb: 16 };

/** Grows the trees of a forest, large ones in a thread for each core. The trees are the same however many threads there are. */
export async function growForest(job: ForestJob, onTree: OnTree): Promise<CartTree[]> {
  const trees: (CartTree | undefined)[] = Array.from({ length: job.seeds.length });
  const threads = Math.min(availableParallelism(), trees.length);
  let grown = 0;
  const add = async ({ number, tree }: GrownTree): Promise<boolean> => {
    trees[number] = tree;
    return onTree(grown++);
  };
  let isOver = false;
  if (threads > 1 && job.data.rows * trees.length >= LEAST_ROWS) {
    isOver = await inThreads(job, threads, add);
  }
  // All of a small forest, and what a thread that ended too early has left.
  for (let number = 0; number < trees.length && !isOver; number++) {
    if (trees[number] === undefined) {
      isOver = await add({ number, tree: growForestTree(job, number) });
    }
  }
  return trees.filter(tree => tree !== undefined);
}

/** @returns whether `add` ended it. */
async function inThreads(job: ForestJob, count: number, add: (grown: GrownTree) => Promise<boolean>): Promise<boolean> {
  const next = new Int32Array(new SharedArrayBuffer(4));
  const workerData: ForestThreadData = { job, next };
  let isOver = false;
  let added: Promise<void> = Promise.resolve();
  const threads = Array.from({ length: count }, () => {
    const worker = new Worker(new URL('./forest-thread.js', import.meta.url), {
      workerData,
      resourceLimits: LIMITS,
      stderr: true
    });
    worker.on('message', (grown: GrownTree) => {
      added = added.then(async () => {
        isOver ||= await add(grown);
        if (isOver) {
          Atomics.store(next, 0, job.seeds.length);
          await Promise.all(threads.map(({ worker: each }) => each.terminate()));
        }
      });
    });
    // The trees of a thread that fails are grown here.
    worker.on('error', () => undefined);
    return { worker, ended: new Promise<void>(resolve => worker.once('exit', () => resolve())) };
  });
  await Promise.all(threads.map(({ ended }) => ended));
  await added;
  return isOver;
}
