import path from 'node:path';
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { RunDetail } from '@slipway/contract';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { NotebookSession } from './notebook-session.js';

const BEGIN = `
import * as slip from "slipway";
const weather = await slip.data("weather", "npm:vega-datasets/data/seattle-weather.csv", { time: "date" });
const { train, test } = await weather.split({ by: "time", test: 0.2 });
const prep = slip.prep().standardize("temp_min", "wind");
const common = { prep, train, test, target: "temp_max", smallBatch: "skip" as const };
const row = { temp_min: 4.1, wind: 3.3 };`;

let session: NotebookSession | undefined;
afterEach(async () => {
  await session?.stop();
  session = undefined;
});

async function begin(...serverOptions: string[]): Promise<NotebookSession> {
  session = await NotebookSession.start(serverOptions);
  await printed(session, BEGIN);
  return session;
}

/** What a cell that succeeds prints. */
async function printed(on: NotebookSession, source: string): Promise<string> {
  const { traceback, stdout } = await on.cell(source);
  expect(traceback).toBe('');
  return stdout.trim().split('\n').at(-1) ?? '';
}

async function artifactsOf(on: NotebookSession, run: string): Promise<string[]> {
  return RunDetail.parse(await on.get(`/api/v1/runs/${run}`)).artifacts.map(artifact => artifact.path);
}

function waiting({ folder }: NotebookSession): string[] {
  const place = path.join(folder, '.slipway', 'models');
  return existsSync(place) ? readdirSync(place) : [];
}

/** Trainings that have saved their state. */
function savedStates(): string[] {
  const folders = readdirSync(tmpdir()).filter(name => name.startsWith('slipway-training-'));
  return folders.filter(name => existsSync(path.join(tmpdir(), name, 'state')));
}

describe('while the server is away', () => {
  it('a trained model waits on the disk, can be used, and is stored by the next kernel', async () => {
    const book = await begin();
    await book.stopServer();
    const fit = 'const ridge = await slip.fit(slip.ridge(), common);';
    const cell = await book.cell(fit);
    expect(cell.traceback + cell.warnings).toBe('');
    const run = await printed(book, 'console.log(ridge.runId)');
    const own = await printed(book, 'console.log(JSON.stringify(await ridge.predict(row)))');
    const stored = `await (await slip.model("run:${run}")).predict(row)`;
    expect(await printed(book, `console.log(JSON.stringify(${stored}))`)).toBe(own);
    const { traceback } = await book.cell('await slip.model("rain@1")');
    expect(traceback).toContain('The Slipway server does not answer.');
    expect(waiting(book)).toEqual([run]);
    await book.startServer();
    await book.nextKernel();
    await vi.waitFor(async () => expect(await artifactsOf(book, run)).toContain('model/model.onnx'), 30_000);
    await vi.waitFor(() => expect(waiting(book)).toEqual([]), 30_000);
    await printed(book, BEGIN);
    expect(await printed(book, `console.log(JSON.stringify(${stored}))`)).toBe(own);
  });

  it('and the kernel that trained it sends it when the server is back', async () => {
    const book = await begin();
    await book.stopServer();
    const run = await printed(book, 'console.log((await slip.fit(slip.ridge(), common)).runId)');
    await vi.waitFor(() => expect(waiting(book)).toEqual([run]), 30_000);
    await book.startServer();
    await vi.waitFor(async () => expect(await artifactsOf(book, run)).toContain('model/model.onnx'), 40_000);
  });
});

it('a training that is interrupted goes on in another kernel, from an epoch that ended', async () => {
  const book = await begin();
  const long =
    'const long = await slip.fit(slip.mlp({ hidden: [64] }), { ...common, epochs: 100_000, patience: 100_000 });';
  const cell = await book.interrupted(long, () => expect(savedStates()).not.toEqual([]));
  expect(cell.traceback).toBe('');
  const run = await printed(book, 'console.log(long.runId)');
  await book.nextKernel();
  await printed(book, BEGIN);
  await printed(book, `const stored = await slip.model("run:${run}");`);
  const epochs = Number(await printed(book, 'console.log((await stored.checkpoint()).state.epoch)'));
  expect(epochs).toBeGreaterThan(0);
  const more = `const more = await slip.fit(stored, { train, test, target: "temp_max", epochs: ${epochs + 2}, smallBatch: "skip" });`;
  await printed(book, more);
  const { params } = RunDetail.parse(await book.get(`/api/v1/runs/${await printed(book, 'console.log(more.runId)')}`));
  expect(params.find(({ key }) => key === 'resumed_at_epoch')?.value).toBe(String(epochs));
});

describe('a model that is not stored', () => {
  it('because the quota is used up is one warning, and the cell goes on', async () => {
    const book = await begin('--artifact-quota', '0.0002');
    const cell = await book.cell(`
const big = await slip.fit(slip.randomForest({ trees: 80 }), common);
await slip.model("run:" + big.runId).catch(({ message }) => console.log(message));`);
    expect(cell.traceback).toBe('');
    expect(cell.stdout).toContain('has no stored model');
    expect(cell.warnings).toMatch(/The model of run [\w-]+ was not stored with it: .*quota|larger than/);
    expect(waiting(book)).toEqual([]);
  });

  it('because the setting says so costs nothing and says so when it is asked for', async () => {
    const book = await begin();
    await printed(book, 'slip.keepModels("nothing"); const ridge = await slip.fit(slip.ridge(), common);');
    const { traceback } = await book.cell('await slip.model(`run:${ridge.runId}`)');
    expect(traceback).toContain('unless slip.keepModels says otherwise');
    await printed(
      book,
      'slip.keepModels("bundle"); const net = await slip.fit(slip.mlp({ hidden: [4] }), { ...common, epochs: 2 });'
    );
    const resumable = 'console.log((await slip.model(`run:${net.runId}`)).isResumable)';
    expect(await printed(book, resumable)).toBe('false');
    const unknown = await book.cell('slip.keepModels("some" as never)');
    expect(unknown.traceback).toContain('There is: all, bundle, nothing.');
  });
});

describe('a network with a layer that ONNX does not have', () => {
  const LAYER = `
const tf = await slip.tensorflow();
class Doubled extends tf.layers.Layer {
  static className = "Doubled";
  call(inputs: any) { return tf.mul(Array.isArray(inputs) ? inputs[0] : inputs, 2); }
  computeOutputShape(shape: any) { return shape; }
}
tf.serialization.registerClass(Doubled as never);`;

  it('keeps its checkpoint, and registering says what is missing', async () => {
    const book = await begin();
    await printed(book, LAYER);
    await printed(
      book,
      `const own = tf.sequential({ layers: [tf.layers.dense({ units: 4, inputShape: [2], activation: "relu" }),
        new Doubled({}) as any, tf.layers.dense({ units: 1 })] });
       const fitted = await slip.fit(own, { ...common, epochs: 3, patience: 99 });`
    );
    const run = await printed(book, 'console.log(fitted.runId)');
    const own = await printed(book, 'console.log(JSON.stringify(await fitted.predict(row)))');
    const live = await book.cell('await slip.register("doubled", fitted)');
    await book.nextKernel();
    await printed(book, BEGIN);
    const opened = `const stored = await slip.model("run:${run}");`;
    await printed(book, opened);
    const missing = await book.cell('await stored.predict(row)');
    expect(missing.traceback).toContain('cannot be built in this kernel');
    const registered = await book.cell('await slip.register("doubled", stored)');
    const [why] = /Doubled[^.]*\./.exec(live.traceback) ?? ['?'];
    expect(registered.traceback).toContain(why);
    await printed(book, LAYER);
    expect(await printed(book, 'console.log(JSON.stringify(await stored.predict(row)))')).toBe(own);
    const more =
      'const more = await slip.fit(stored, { train, test, target: "temp_max", epochs: 5, smallBatch: "skip" });';
    await printed(book, more);
    expect(await printed(book, 'console.log(more.target)')).toBe('temp_max');
  });
});
