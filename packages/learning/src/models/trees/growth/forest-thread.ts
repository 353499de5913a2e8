import { parentPort, workerData } from 'node:worker_threads';
import { growForestTree, type ForestThreadData, type GrownTree } from './forest-job.js';

/* A thread that grows trees of a forest, one after the other. */

const { job, next } = workerData as ForestThreadData;

for (let number = Atomics.add(next, 0, 1); number < job.seeds.length; number = Atomics.add(next, 0, 1)) {
  const grown: GrownTree = { number, tree: growForestTree(job, number) };
  parentPort!.postMessage(grown);
}
