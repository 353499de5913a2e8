import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { routes } from '@slipway/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodePath, pythonPath, ROOT } from '../harness/places.js';
import { temporaryFolder } from '../harness/temporary-folder.js';
import { call, startServerProcess, type ServerProcess } from '../server/slipway-process.js';
import { KernelClient } from './kernel-client.js';
import { notebookFolder, printed, published } from './notebook.js';

const TSLAB = path.join(ROOT, 'node_modules', 'tslab', 'bin', 'tslab');

let folder: string;
let server: ServerProcess;
let kernel: KernelClient;

/** The command of the kernelspec that tslab's own installer writes. */
function kernelspecOfTslab(): string[] {
  const prefix = temporaryFolder('slipway-tslab-');
  execFileSync(nodePath(), [TSLAB, 'install', `--python=${pythonPath()}`, `--prefix=${prefix}`, `--binary=${TSLAB}`]);
  const file = path.join(prefix, 'share', 'jupyter', 'kernels', 'tslab', 'kernel.json');
  const { argv } = JSON.parse(readFileSync(file, 'utf8')) as { argv: string[] };
  return [nodePath(), ...argv];
}

beforeAll(async () => {
  folder = notebookFolder();
  mkdirSync(path.join(folder, 'node_modules'));
  symlinkSync(path.join(ROOT, 'kernel-lib'), path.join(folder, 'node_modules', 'slipway'));
  symlinkSync(path.join(ROOT, 'node_modules', '@types'), path.join(folder, 'node_modules', '@types'));
  server = await startServerProcess(path.join(folder, '.slipway'), ['--port', '0']);
  const connection = { SLIPWAY_URL: server.url, SLIPWAY_TOKEN: server.token };
  kernel = await KernelClient.start(folder, connection, kernelspecOfTslab());
});
afterAll(async () => {
  await kernel?.kill();
  await server?.end('SIGTERM');
});

async function execute(code: string): Promise<Awaited<ReturnType<KernelClient['execute']>>> {
  const cell = await kernel.execute(code);
  expect(printed(cell, 'stderr')).toBe('');
  expect(cell.reply).toMatchObject({ status: 'ok' });
  return cell;
}

describe("tslab's own kernel with the library", () => {
  it('has types, logs runs, and tells the server that it is there', async () => {
    await execute('import * as slip from "slipway";');
    const cell = await execute(
      'const run = await slip.run("plain", async run => { run.logMetric("loss", 0.5); return "kept"; });\n' +
        'console.log(run.status, run.result);'
    );
    expect(printed(cell)).toBe('FINISHED kept\n');
    const runs = async () => routes.listRuns.answer.parse(await call(server, 'GET', '/api/v1/runs')).runs;
    await expect.poll(runs).toMatchObject([{ experiment_name: 'plain', status: 'FINISHED', language: 'typescript' }]);
    const answer = await call(server, 'GET', '/api/v1/sessions');
    expect(routes.listSessions.answer.parse(answer).sessions).toMatchObject([{ kernel: 'tslab', state: 'alive' }]);
  });

  it('registers data and shows its profile as HTML and text', async () => {
    const cell = await execute(
      'const weather = await slip.data("weather", "npm:vega-datasets/data/seattle-weather.csv", { time: "date" });'
    );
    expect(published(cell, 'display_data')).toMatchObject([
      {
        data: {
          'text/html': expect.stringContaining('weather') as string,
          'text/plain': expect.stringContaining('weather') as string
        }
      }
    ]);
  });

  it('trains with a live chart, and stops at an interrupt with what was learned', async () => {
    const training = kernel.submit(
      'const { train, test } = await (await weather.lead("temp_max", { as: "tomorrow" })).split({ by: "time", test: 0.2 });\n' +
        'const trained = await slip.run("plain", () => slip.fit(slip.mlp({ hidden: [8] }), { prep: slip.prep().standardize("temp_max"), train, test, target: "tomorrow", epochs: 100_000, patience: 100_000 }));'
    );
    await expect.poll(() => published(training, 'update_display_data').length, { timeout: 60_000 }).toBeGreaterThan(1);
    kernel.process.kill('SIGINT');
    await training.done;
    const { runs } = routes.listRuns.answer.parse(await call(server, 'GET', '/api/v1/runs'));
    expect(runs[0]).toMatchObject({ experiment_name: 'plain' });
    await expect
      .poll(async () => routes.listRuns.answer.parse(await call(server, 'GET', '/api/v1/runs')).runs[0]?.status, {
        timeout: 20_000
      })
      .toBe('KILLED');
  });
});
