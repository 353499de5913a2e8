import { CONTROL } from './memory.js';

/*
 * A job is some tasks that threads claim one by one. The word that they claim with is the number of the job and, in its low
 * bits, the next task: who is late by a job claims nothing.
 */

const TASK_BITS = 12;
const LAST_JOB = 2 ** 19 - 1;
/** A thread watches so long for the next job before it sleeps: waking it takes longer than most jobs. */
const WATCH_MS = 2;
/** Looks between two looks at the clock. */
const LOOKS = 500;
const WAIT_MS = 1000;
/** Longer than any task takes. */
const MOST_WAITS = 300;

/** Offers the tasks of a job. @param isWorthWaking whether sleeping threads are to be woken. */
export function publish(control: Int32Array, kind: number, tasks: number, isWorthWaking: boolean): void {
  const job = Atomics.load(control, CONTROL.claim) >>> TASK_BITS;
  control[CONTROL.kind] = kind;
  control[CONTROL.tasks] = tasks;
  control[CONTROL.done] = 0;
  Atomics.store(control, CONTROL.claim, (job === LAST_JOB ? 0 : job + 1) << TASK_BITS);
  if (isWorthWaking && Atomics.load(control, CONTROL.sleeping) > 0) {
    Atomics.notify(control, CONTROL.claim);
  }
}

/** The next task of the job; null when all are claimed. */
export function claim(control: Int32Array): number | null {
  for (;;) {
    const word = Atomics.load(control, CONTROL.claim);
    const task = word & (2 ** TASK_BITS - 1);
    if (task >= Atomics.load(control, CONTROL.tasks)) {
      return null;
    }
    if (Atomics.compareExchange(control, CONTROL.claim, word, word + 1) === word) {
      return task;
    }
  }
}

/** Tells that a claimed task is done. */
export function finish(control: Int32Array): void {
  Atomics.add(control, CONTROL.done, 1);
  if (Atomics.load(control, CONTROL.waits) === 1) {
    Atomics.notify(control, CONTROL.done);
  }
}

/** Waits for the tasks that others have claimed. @returns whether all were done. */
export function waitForAll(control: Int32Array): boolean {
  const tasks = control[CONTROL.tasks]!;
  const isDone = (): boolean => Atomics.load(control, CONTROL.done) === tasks;
  if (!watch(isDone)) {
    Atomics.store(control, CONTROL.waits, 1);
    for (let waited = 0; waited < MOST_WAITS; waited++) {
      const done = Atomics.load(control, CONTROL.done);
      if (done === tasks) {
        break;
      }
      Atomics.wait(control, CONTROL.done, done, WAIT_MS);
    }
    Atomics.store(control, CONTROL.waits, 0);
  }
  return isDone() && Atomics.load(control, CONTROL.failed) === 0;
}

/** Waits until the word is another than `seen`. @returns false when there will be no further job. */
export function waitForJob(control: Int32Array, seen: number): boolean {
  const isNext = (): boolean =>
    Atomics.load(control, CONTROL.claim) !== seen || Atomics.load(control, CONTROL.over) === 1;
  if (!watch(isNext)) {
    Atomics.add(control, CONTROL.sleeping, 1);
    Atomics.wait(control, CONTROL.claim, seen);
    Atomics.sub(control, CONTROL.sleeping, 1);
  }
  return Atomics.load(control, CONTROL.over) === 0;
}

/** Looks again and again for a short time. @returns whether it came true. */
function watch(isTrue: () => boolean): boolean {
  const end = performance.now() + WATCH_MS;
  do {
    for (let look = 0; look < LOOKS; look++) {
      if (isTrue()) {
        return true;
      }
    }
  } while (performance.now() < end);
  return isTrue();
}
