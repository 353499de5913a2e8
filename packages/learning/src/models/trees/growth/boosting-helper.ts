import { workerData } from 'node:worker_threads';
import { claim, finish, waitForJob } from './claims.js';
import { CONTROL, GrowthMemory } from './memory.js';
import type { HelperData } from './team.js';
import { Work, type JobKind } from './work.js';

/* A thread that takes part in the tasks of a training. */

const { memory, shape, rules } = workerData as HelperData;
const work = new Work(new GrowthMemory(shape, memory), rules);
const { control } = work.memory;

for (;;) {
  const seen = Atomics.load(control, CONTROL.claim);
  const task = claim(control);
  if (task === null) {
    if (!waitForJob(control, seen)) {
      break;
    }
    continue;
  }
  try {
    work.do(control[CONTROL.kind] as JobKind, task);
    Atomics.add(control, CONTROL.helped, 1);
  } catch {
    Atomics.store(control, CONTROL.failed, 1);
  }
  finish(control);
}
