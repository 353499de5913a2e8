import { workerData } from 'node:worker_threads';
import { addToHistogram } from './histogram.js';
import { CONTROL, STATE, type HelperData } from './histogram-job.js';

/* The thread that adds up half of the columns. */

const { control, bins, stride, gradients, packed, order, first, sums } = workerData as HelperData;

for (;;) {
  const state = Atomics.load(control, CONTROL.state);
  if (state === STATE.over) {
    break;
  }
  if (Atomics.compareExchange(control, CONTROL.state, STATE.offered, STATE.taken) !== STATE.offered) {
    Atomics.wait(control, CONTROL.state, state);
    continue;
  }
  const series = control[CONTROL.series]!;
  const source = { bins, stride, gradients: gradients[series]!, packed: packed[series]! };
  sums.fill(0);
  addToHistogram(source, order, control[CONTROL.start]!, control[CONTROL.end]!, first, stride, sums);
  Atomics.store(control, CONTROL.state, STATE.done);
  Atomics.notify(control, CONTROL.state);
}
