import { connect, createServer, type Server } from 'node:net';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodePath } from '../harness/places.js';
import { freePort, startProcess, waitFor, type TestProcess } from '../harness/processes.js';
import { runInJupyterLab } from './jupyter-kernel.js';
import { eventually, freshFolder, processesNaming, PROGRAM, runToEnd, ServerClient } from './slipway.js';

const PREDICTIONS = 1000;
const ROW = {
  precipitation: 10.9,
  precipitation_yesterday: 4.3,
  temp_max: 10.6,
  temp_min: 2.8,
  wind: 4.5,
  season: 0.97,
  weather: 'rain'
};

describe('the running product', () => {
  let folder: string;
  let dataFolder: string;
  let client: ServerClient;
  let product: TestProcess;
  let labUrl: string;
  let occupied: Server;
  let wanted: number;

  const start = async (directory: string, port: number): Promise<{ product: TestProcess; url: string }> => {
    const started = startProcess({
      command: nodePath(),
      args: [PROGRAM, 'up', '--dir', directory, '--no-browser', '--port', String(port)],
      folder: directory
    });
    const url = await waitFor(
      started,
      'The product',
      async () => /Open\s+(http:\S+)/.exec(started.output())?.[1] ?? null
    );
    return { product: started, url };
  };
  const interrupt = async (started: TestProcess): Promise<void> => {
    const ended = new Promise(resolve => started.child.once('exit', resolve));
    started.child.kill('SIGINT');
    await ended;
  };
  const predict = async (url: string): Promise<number> => {
    const response = await fetch(`${url}/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(ROW)
    });
    await response.arrayBuffer();
    return response.status;
  };
  const isTaken = (url: string): Promise<boolean> =>
    new Promise(resolve => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });

  beforeAll(async () => {
    folder = await freshFolder();
    dataFolder = path.join(folder, '.slipway');
    client = new ServerClient(dataFolder);
    const ran = await runToEnd([PROGRAM, 'up', '--run', '--dir', folder]);
    expect(ran.code, ran.output).toBe(0);
    wanted = await freePort();
    occupied = createServer();
    await new Promise<void>(resolve => occupied.listen(wanted, '127.0.0.1', resolve));
  });

  afterAll(async () => {
    await product?.stop();
    await new Promise(resolve => occupied.close(resolve));
    await rm(folder, { recursive: true, force: true });
  });

  it('answers with what was promoted before, and takes the next free port when the wanted one is in use', async () => {
    const started = await start(folder, wanted);
    product = started.product;
    labUrl = started.url;
    expect(product.output()).toContain(`Port ${wanted} is in use; JupyterLab takes`);
    expect(Number(new URL(started.url).port)).toBeGreaterThan(wanted);
    const service = await eventually('The service', async () =>
      (await client.services()).find(s => s.state === 'running')
    );
    expect(await predict(service.url)).toBe(200);
  });

  it('takes runs of the stock mlflow client from a Python notebook without any configuration', async () => {
    const { status, printed } = await runInJupyterLab(
      labUrl,
      'python3',
      [
        'import mlflow',
        'mlflow.set_experiment("from python")',
        'with mlflow.start_run(run_name="plain-python"):',
        '    mlflow.log_param("depth", 3)',
        '    mlflow.log_metric("rmse", 1.25)'
      ].join('\n')
    );
    expect(status, printed).toBe('ok');
    const runs = await client.runs();
    expect(runs.map(run => run.experiment_name).sort()).toEqual(['from python', 'rain']);
    const python = runs.find(run => run.experiment_name === 'from python');
    expect(python).toMatchObject({ name: 'plain-python', status: 'FINISHED', language: 'python' });
    expect(python!.metrics).toEqual([expect.objectContaining({ key: 'rmse', value: 1.25 })]);
  });

  it('gives Python notebooks the command slipway, which promotes and lists cells', async () => {
    const { status, printed } = await runInJupyterLab(
      labUrl,
      'python3',
      'import subprocess\nfor line in ("promote rain --to staging", "cells", "promote rain --to nowhere"):\n' +
        '    print(subprocess.run("slipway " + line, shell=True, capture_output=True, text=True))'
    );
    expect(status, printed).toBe('ok');
    expect(printed).toMatch(/rain v1 answers in staging at http:\/\/127\.0\.0\.1:\d+/);
    expect(printed).toContain('import * as slip from');
    expect(printed).toContain('--to takes dev, staging, production');
    expect((await client.services()).map(service => service.name).sort()).toEqual(['rain', 'rain-staging']);
  });

  it('says where it runs when it is started a second time on the same folder', async () => {
    const { code, output } = await runToEnd([PROGRAM, 'up', '--dir', folder, '--no-browser']);
    expect(code).toBe(0);
    expect(output).toContain('already runs');
    expect(output).toMatch(/http:\/\/127\.0\.0\.1:\d+\/lab/);
  });

  it('fails no prediction while the metadata server is killed, and brings the server back by itself', async () => {
    const before = await client.file();
    const { url } = (await client.services()).find(service => service.name === 'rain')!;
    const failures: number[] = [];
    let killed = false;
    for (let i = 0; i < PREDICTIONS; i++) {
      if (i === PREDICTIONS / 4) {
        process.kill(before.pid, 'SIGKILL');
        killed = true;
      }
      const status = await predict(url).catch(() => 0);
      if (status !== 200) {
        failures.push(status);
      }
    }
    expect(killed).toBe(true);
    expect(failures).toEqual([]);
    const after = await eventually('A new metadata server', async () => {
      const file = await client.file();
      return file.pid !== before.pid && (await client.runs()) ? file : null;
    });
    expect(after.url).toBe(before.url);
  });

  it('starts a killed service again on the same port', async () => {
    const { url, pid } = (await client.services()).find(service => service.name === 'rain')!;
    process.kill(pid!, 'SIGKILL');
    const again = await eventually('The service', async () => {
      const service = (await client.services()).find(service => service.name === 'rain')!;
      return service.state === 'running' && service.pid !== pid ? service : null;
    });
    // Another program, such as a test in another process, may have taken the port in between.
    expect(again.url === url || (await isTaken(url)), `${again.url} instead of ${url}, which is free`).toBe(true);
    expect(await predict(again.url)).toBe(200);
  });

  it('runs beside a second JupyterLab in another folder', async () => {
    const other = await freshFolder();
    const second = await start(other, wanted);
    try {
      const theirs = await new ServerClient(path.join(other, '.slipway')).file();
      expect(theirs.url).not.toBe((await client.file()).url);
      expect(await new ServerClient(path.join(other, '.slipway')).runs()).toEqual([]);
      expect((await client.runs()).length).toBe(2);
    } finally {
      await interrupt(second.product);
      await rm(other, { recursive: true, force: true });
    }
    expect(await processesNaming(other)).toEqual([]);
  });

  it('shows server, services and kernels with slipway status, and as JSON for scripts', async () => {
    const text = await runToEnd([PROGRAM, 'status', '--data', dataFolder]);
    expect(text.output).toContain('rain');
    const { code, output } = await runToEnd([PROGRAM, 'status', '--json', '--data', dataFolder]);
    expect(code).toBe(0);
    expect(JSON.parse(output)).toMatchObject({ server: { pid: (await client.file()).pid } });
  });

  it('ends everything at Ctrl-C', async () => {
    await interrupt(product);
    expect(product.child.exitCode).toBe(0);
    expect(await processesNaming(folder)).toEqual([]);
  });
});
