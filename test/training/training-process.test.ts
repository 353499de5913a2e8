import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import * as slip from '../../kernel-lib/dist/index.js';
import { RecordingNotebook } from '../../packages/notebook/testing/notebook-double.js';
import { tensorflow } from '../../packages/learning/dist/backend/load-tfjs.js';

let book: RecordingNotebook;
let parts: Awaited<ReturnType<slip.Frame['split']>>;

beforeAll(async () => {
  delete process.env['SLIPWAY_URL'];
  process.env['SLIPWAY_BACKEND'] = 'wasm';
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-training-'));
  RecordingNotebook.install(folder);
  const weather = await slip.data('weather', 'npm:vega-datasets/data/seattle-weather.csv', { time: 'date' });
  const many = await weather.derive('wet', "case when precipitation > 0 then 'wet' else 'dry' end");
  parts = await many.split({ by: 'time', test: 0.2 });
});

beforeEach(() => {
  book = RecordingNotebook.install(mkdtempSync(path.join(tmpdir(), 'slipway-training-')));
});

const prep = () => slip.prep().standardize('temp_max', 'temp_min', 'wind');
const options = () => ({ ...parts, prep: prep(), target: 'wet' });
const params = (): Record<string, string> => {
  const logged = book.records.flatMap(record => (record.type === 'run.logged' ? record.params : []));
  return Object.fromEntries(logged.map(({ key, value }) => [key, value]));
};
const epochsLogged = (): number =>
  book.records.flatMap(record => (record.type === 'run.logged' ? record.metrics : [])).filter(m => m.key === 'loss')
    .length;

describe('a network is trained in a process of its own', () => {
  it('while the notebook goes on, and the run says on which backend', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 10);
    const began = performance.now();
    await slip.fit(slip.mlp({ hidden: [128, 128] }), { ...options(), epochs: 5, patience: 99 });
    const expected = (performance.now() - began) / 10;
    clearInterval(timer);
    expect(turns).toBeGreaterThan(expected / 20);
    expect(params()).toMatchObject({
      backend: 'wasm',
      device: 'ONNX Runtime and WebAssembly on the CPU',
      optimizer: 'Adam'
    });
    expect(epochsLogged()).toBe(5);
  });

  it('which an interrupt ends after the current batch, with what was learned', async () => {
    const fitting = slip.fit(slip.mlp({ hidden: [256, 256] }), { ...options(), epochs: 5000, patience: 5000 });
    await vi.waitFor(() => expect(book.shown.length).toBeGreaterThan(0), { timeout: 30_000 });
    book.abort.abort();
    const model = await fitting;
    expect(model.metrics['accuracy']).toBeGreaterThan(0.6);
    expect(String(book.shown.at(-1)!['text/plain'])).toContain('interrupted after epoch');
  });

  it('whose death is an error that says so, and leaves the notebook alive', async () => {
    const fitting = slip.fit(slip.mlp({ hidden: [256, 256] }), { ...options(), epochs: 5000, patience: 5000 });
    await vi.waitFor(() => expect(book.shown.length).toBeGreaterThan(0), { timeout: 30_000 });
    for (const pid of trainingProcesses()) {
      process.kill(pid, 'SIGKILL');
    }
    await expect(fitting).rejects.toMatchObject({
      code: 'TRAINING_FAILED',
      message: expect.stringContaining('The training process ended (SIGKILL)') as string
    });
  });

  it('but for a loss of its own, which cannot leave the notebook', async () => {
    const tf = await tensorflow();
    const network = tf.sequential({
      layers: [
        tf.layers.dense({ units: 8, activation: 'relu', inputShape: [3] }),
        tf.layers.dense({ units: 2, activation: 'softmax' })
      ]
    });
    let calls = 0;
    network.compile({
      optimizer: 'adam',
      loss: (truth, guess) => {
        calls++;
        return tf.metrics.categoricalCrossentropy(truth, guess);
      }
    });
    await slip.fit(network, { ...options(), epochs: 2 });
    expect(calls).toBeGreaterThan(3);
    expect(epochsLogged()).toBe(2);
  });

  it('and goes on from a checkpoint to what it would have become without a break', async () => {
    const model = () => slip.mlp({ hidden: [16], dropout: 0.2 });
    const whole = await slip.fit(model(), { ...options(), epochs: 6, patience: 99 });
    await slip.fit(model(), { ...options(), epochs: 3, patience: 99, checkpoint: 'rain.ckpt' });
    expect(existsSync(path.join(book.directory, 'rain.ckpt'))).toBe(true);
    const resumed = await slip.fit(model(), {
      ...options(),
      epochs: 6,
      patience: 99,
      checkpoint: 'rain.ckpt',
      resume: true
    });
    expect(params()).toMatchObject({ resumed_at_epoch: '3', training_step: 'recorded with ONNX Runtime' });
    expect(resumed.metrics['log_loss']).toBeCloseTo(whole.metrics['log_loss']!, 5);
    await expect(
      slip.fit(model(), { ...options(), epochs: 6, batchSize: 16, checkpoint: 'rain.ckpt', resume: true })
    ).rejects.toMatchObject({ code: 'CHECKPOINT_INVALID' });
    rmSync(path.join(book.directory, 'rain.ckpt'));
  });

  it('and a backend that was asked for and is not there is an error', async () => {
    await expect(
      slip.fit(slip.mlp({ hidden: [4] }), { ...options(), backend: 'tensorflow-cuda' })
    ).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      message: expect.stringContaining('The backend tensorflow-cuda was asked for') as string
    });
  });
});

/** Children of this process that run the training program. */
function trainingProcesses(): number[] {
  const children = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' });
  return children
    .split('\n')
    .filter(line => line.includes('process-main.js'))
    .map(line => parseInt(line, 10));
}
