import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodePath } from '../harness/places.js';
import { startProcess, waitFor, type TestProcess } from '../harness/processes.js';
import { KernelClient } from '../kernel/kernel-client.js';
import { published, traceback, warnings } from '../kernel/notebook.js';
import { eventually, freshFolder, PROGRAM, runToEnd, ServerClient } from './slipway.js';

const PREPARE = `
import * as slip from "slipway";
const weather = await slip.data("weather", "npm:vega-datasets/data/seattle-weather.csv", { time: "date" });
const sky = await weather.derive("sky", "CASE WHEN precipitation > 0 THEN 'rain' ELSE 'dry' END");
const { train, test } = await sky.split({ by: "time", test: 0.2 });
const prep = slip.prep().impute("precipitation").standardize("precipitation").oneHot("weather");
`;
const TRAIN = `
const run = await slip.run("rain", () =>
  slip.fit(slip.mlp({ hidden: [8] }), { prep, train, test, target: "sky", epochs: 12 }));
`;

describe('a notebook and what can go wrong around it', () => {
  let folder: string;
  let server: TestProcess | undefined;
  let kernel: KernelClient | undefined;
  let client: ServerClient;

  const startServer = async (): Promise<void> => {
    const started = startProcess({
      command: nodePath(),
      args: [PROGRAM, 'server', '--data', path.join(folder, '.slipway')],
      folder
    });
    server = started;
    await waitFor(started, 'The metadata server', async () => {
      const file = await client.file();
      return file.pid === started.child.pid ? client.runs() : null;
    });
  };

  beforeEach(async () => {
    folder = await freshFolder();
    client = new ServerClient(path.join(folder, '.slipway'));
    await startServer();
  });
  afterEach(async () => {
    await kernel?.shutdown();
    kernel = undefined;
    await runToEnd([PROGRAM, 'stop', '--data', path.join(folder, '.slipway')]);
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('marks a run failed when its kernel is killed in the middle of it', async () => {
    kernel = await KernelClient.start(folder);
    await kernel.execute('import * as slip from "slipway";');
    void kernel
      .execute('await slip.run("endless", async run => { run.logMetric("loss", 1); await new Promise(() => {}); });')
      .catch(() => undefined);
    await eventually('The run with its first metric', async () =>
      (await client.runs()).find(run => run.status === 'RUNNING' && run.metrics.length > 0)
    );
    await kernel.kill();
    kernel = undefined;
    const failed = await eventually('The end of the run', async () =>
      (await client.runs()).find(run => run.status !== 'RUNNING')
    );
    expect(failed.status).toBe('FAILED');
    expect(failed.failure?.message).toMatch(/kernel/i);
    expect(failed.metrics.map(metric => metric.key)).toContain('loss');
  });

  it('goes on when a promotion finds the server down, with one clear message, and the same call works later', async () => {
    kernel = await KernelClient.start(folder);
    for (const code of [PREPARE, TRAIN]) {
      const done = await kernel.execute(code);
      expect(done.reply['status'], traceback(done)).toBe('ok');
    }
    await server!.stop();
    const registered = await kernel.execute('await slip.register("rain", run);');
    expect(registered.reply['status'], traceback(registered)).toBe('ok');
    expect(warnings(registered)).toContain('rain was not registered yet. The Slipway server does not answer.');

    const promoted = await kernel.execute('const service = await slip.promote("rain"); service.ready');
    expect(promoted.reply['status'], traceback(promoted)).toBe('ok');
    const message = warnings(promoted);
    expect(message).toContain('rain was not promoted. The Slipway server does not answer.');
    expect(message.match(/does not answer/g)).toHaveLength(1);

    const asked = await kernel.execute('await service.predict({ precipitation: 1, weather: "rain" })');
    expect(asked.reply['status']).toBe('error');
    expect(traceback(asked)).toContain('rain is not running; it could not be promoted.');

    await startServer();
    const again = await kernel.execute(
      'const later = await slip.promote("rain"); (await later.predict({ precipitation: 1, weather: "rain" })).label'
    );
    expect(again.reply['status'], traceback(again)).toBe('ok');
    const [service] = await eventually('The service', () => client.services());
    expect(service).toMatchObject({ name: 'rain', state: 'running' });
  });

  it('registers nothing when a layer cannot be exported, and names the layer', async () => {
    kernel = await KernelClient.start(folder);
    await kernel.execute(PREPARE);
    const trained = await kernel.execute(`
      import * as tf from "@tensorflow/tfjs";
      const width = (await prep.fit(train)).width;
      const network = tf.sequential({ layers: [
        tf.layers.dense({ units: 4, inputShape: [width] }),
        tf.layers.reshape({ targetShape: [2, 2, 1] }),
        tf.layers.cropping2D({ cropping: [[0, 1], [0, 0]], name: "crop" }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 2, activation: "softmax" }),
      ]});
      const odd = await slip.run("odd", () => slip.fit(network, { prep, train, test, target: "sky", epochs: 1 }));
    `);
    expect(trained.reply['status'], traceback(trained)).toBe('ok');
    const refused = await kernel.execute('await slip.register("odd", odd)');
    expect(refused.reply['status']).toBe('error');
    expect(traceback(refused)).toContain('Layer "crop" cannot be exported to ONNX');
    expect(traceback(refused)).toContain('Nothing was registered.');
    const models = await kernel.execute('await slip.promote("odd")');
    expect(traceback(models)).toMatch(/no model|not registered|no registered/i);
  });

  it('shows the right form of a %slip line that is wrong', async () => {
    kernel = await KernelClient.start(folder);
    const wrong = await kernel.execute('%slip promoted rain');
    expect(wrong.reply['status']).toBe('error');
    expect(traceback(wrong)).toContain('Did you mean "promote"?');
    const missing = await kernel.execute('%slip data weather');
    expect(traceback(missing)).toContain('Its form is: %slip data NAME FILE [--time COLUMN]');
    const status = await kernel.execute('%slip status');
    expect(JSON.stringify(published(status, 'display_data'))).toContain('metadata server');
  });
});
