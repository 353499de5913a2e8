import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { NewRecord } from '@slipway/recording/spool';
import { provideNotebook, type NotebookContext } from '../../packages/notebook/dist/context/context.js';
import { Recorder } from '../../packages/recording/dist/spool/recorder.js';
import { Run } from '../../packages/learning/dist/runs/run.js';
import { chooseBackend } from '../../packages/learning/dist/backend/choose.js';
import { tensorflow } from '../../packages/learning/dist/backend/load-tfjs.js';
import type { Measurement } from './measurement.ts';

const WARM_UP = 50;
const STEPS = 1000;
const ROWS = 32;
const COLUMNS = 8;

/**
 * What it costs to log loss and accuracy at each step of a small network's training: the calls, and the records that
 * they become, masked and on disk. The step itself is the baseline.
 */
export async function stepLogging(): Promise<Measurement> {
  const directory = mkdtempSync(path.join(tmpdir(), 'slipway-bench-'));
  const recorder = new Recorder({ sessionId: 'bench-steps', directory, warn: message => console.error(message) });
  let spent = 0;
  const timed = (action: () => void): void => {
    const start = performance.now();
    action();
    spent += performance.now() - start;
  };
  // A flush may come from a timer as well as from the call, so both sides are timed where records are made.
  let isInCall = false;
  provideNotebook(
    recordingNotebook(directory, record => {
      if (isInCall) {
        recorder.record(record);
      } else {
        timed(() => recorder.record(record));
      }
    })
  );
  const tf = await tensorflow();
  await chooseBackend(tf, 'wasm');
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 32, activation: 'relu', inputShape: [COLUMNS] }),
      tf.layers.dense({ units: 16, activation: 'relu' }),
      tf.layers.dense({ units: 2, activation: 'softmax' })
    ]
  });
  model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const x = tf.randomNormal([ROWS, COLUMNS], 0, 1, 'float32', 7);
  const y = tf.oneHot(
    tf.tensor1d(
      Array.from({ length: ROWS }, (_, i) => i % 2),
      'int32'
    ),
    2
  );
  const run = new Run('bench', undefined);
  let steps = 0;
  for (let step = 0; step < WARM_UP + STEPS; step++) {
    if (step === WARM_UP) {
      spent = 0;
    }
    const start = performance.now();
    const [loss = NaN, accuracy = NaN] = [await model.trainOnBatch(x, y)].flat();
    if (step >= WARM_UP) {
      steps += performance.now() - start;
    }
    isInCall = true;
    timed(() => run.logMetrics({ loss, accuracy }, step));
    isInCall = false;
  }
  timed(() => run.flush());
  rmSync(directory, { recursive: true, force: true });
  return {
    name: 'logging two metrics of a training step',
    unit: 'µs',
    value: (1000 * spent) / STEPS,
    baseline: (1000 * steps) / STEPS,
    baselineName: `the step itself: network 32-16, batch of ${ROWS}`
  };
}

function recordingNotebook(directory: string, record: (record: NewRecord) => void): NotebookContext {
  return {
    sessionId: 'bench-steps',
    cell: null,
    signal: new AbortController().signal,
    directory,
    display: () => undefined,
    warn: message => console.error(message),
    record,
    flush: () => Promise.resolve(true),
    holdOpen: () => undefined,
    executedCells: () => [],
    noteRun: () => undefined,
    noteRead: () => undefined,
    noteWrite: () => undefined
  };
}
