import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodePath } from '../harness/places.js';
import { startProcess, waitFor, type TestProcess } from '../harness/processes.js';
import { KernelClient } from '../kernel/kernel-client.js';
import { result, traceback } from '../kernel/notebook.js';
import { freshFolder, PROGRAM, runToEnd, ServerClient } from './slipway.js';

describe('a model with a scoring module', () => {
  let folder: string;
  let server: TestProcess;
  let kernel: KernelClient;

  beforeAll(async () => {
    folder = await freshFolder();
    const client = new ServerClient(path.join(folder, '.slipway'));
    server = startProcess({
      command: nodePath(),
      args: [PROGRAM, 'server', '--data', path.join(folder, '.slipway'), '--port', '0'],
      folder
    });
    await waitFor(server, 'The metadata server', () => client.runs());
    kernel = await KernelClient.start(folder);
  });
  afterAll(async () => {
    await kernel?.shutdown();
    await runToEnd([PROGRAM, 'stop', '--data', path.join(folder, '.slipway')]);
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const run = async (code: string): Promise<unknown> => {
    const done = await kernel.execute(code);
    expect(done.reply['status'], traceback(done)).toBe('ok');
    return result(done);
  };

  it('takes and gives what the %%score cell says, and refuses what it refuses', async () => {
    await run(`%%score
interface Row { rain_inches: number; weather: string }
export function before(row: Row) {
  if (row.rain_inches < 0) throw new Error("rain cannot be negative");
  return { precipitation: row.rain_inches * 25.4, weather: row.weather };
}
export function after(prediction: { label: string }) {
  return { ...prediction, advice: prediction.label === "rain" ? "umbrella" : "sunglasses" };
}`);
    await run(`
import * as slip from "slipway";
const weather = await slip.data("weather", "npm:vega-datasets/data/seattle-weather.csv", { time: "date" });
const sky = await weather.derive("sky", "CASE WHEN precipitation > 0 THEN 'rain' ELSE 'dry' END");
const { train, test } = await sky.split({ by: "time", test: 0.2 });
const prep = slip.prep().impute("precipitation").standardize("precipitation").oneHot("weather");
const run = await slip.run("sky", () =>
  slip.fit(slip.mlp({ hidden: [8] }), { prep, train, test, target: "sky", epochs: 12 }));
await slip.register("sky", run);
const service = await slip.promote("sky");`);
    const answer = await run('JSON.stringify(await service.predict({ rain_inches: 0.5, weather: "rain" }))');
    expect(String(answer)).toContain('"label":"rain"');
    expect(String(answer)).toContain('"advice":"umbrella"');
    const refused = await kernel.execute('await service.predict({ rain_inches: -1, weather: "rain" })');
    expect(traceback(refused)).toContain(
      'sky refused the request (400): row 0: the scoring module refused it: rain cannot be negative'
    );
  });

  it('shows the right form when the cell is wrong', async () => {
    const wrong = await kernel.execute('%%score\nconst nothing = 1;');
    expect(wrong.reply['status']).toBe('error');
    expect(traceback(wrong)).toContain('The scoring module exports neither before nor after.');
    expect(traceback(wrong)).toContain('export function before(row)');
  });
});
