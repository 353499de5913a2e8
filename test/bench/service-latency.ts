import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { buildBundle } from '../../packages/learning/dist/bundle/bundle.js';
import { data, fit, mlp, prep } from '../../kernel-lib/dist/index.js';
import { provideNotebook } from '../../packages/notebook/dist/context/context.js';
import { LightClient } from './light-client.ts';
import { median, type Measurement } from './measurement.ts';
import { startService } from './processes.ts';

const WARM_UP = 300;
const REQUESTS = 3000;
const ROW = { precipitation: 10.9, temp_max: 10.6, temp_min: 2.8, wind: 4.5, weather: 'rain' };

/** p50 of `POST /predict` for one row, one client, beside `session.run` of the same graph in the same process. */
export async function serviceLatency(): Promise<Measurement> {
  silence();
  const bundle = await rainBundle();
  const bare = await bareRuns(bundle.contents.get('model.onnx')!);
  const folder = release(bundle);
  const service = await startService(folder, 'rain');
  try {
    const client = await LightClient.open(service.url);
    const request = LightClient.post(service.url, '/predict', JSON.stringify(ROW));
    const value = await middleOf(async () => {
      const status = await client.send(request);
      if (status !== 200) {
        throw new Error(`/predict answered ${status}`);
      }
    });
    client.close();
    return {
      name: 'service: POST /predict, one row, p50',
      unit: 'ms',
      value,
      baseline: bare,
      baselineName: 'bare session.run in process'
    };
  } finally {
    await service.stop();
  }
}

/** Keeps the library from printing what a notebook would show. */
function silence(): void {
  const nothing = (): void => undefined;
  provideNotebook({
    sessionId: 'bench',
    cell: null,
    signal: new AbortController().signal,
    directory: tmpdir(),
    display: nothing,
    warn: nothing,
    record: nothing,
    flush: () => Promise.resolve(true),
    holdOpen: () => undefined,
    executedCells: () => [],
    noteRun: nothing,
    noteRead: nothing,
    noteWrite: nothing
  });
}

async function rainBundle(): ReturnType<typeof buildBundle> {
  const weather = await data('weather', 'npm:vega-datasets/data/seattle-weather.csv', { time: 'date' });
  const sky = await weather.derive('sky', "case when precipitation > 0 then 'rain' else 'dry' end");
  const parts = await (await sky.lead('sky', { as: 'tomorrow' })).split({ by: 'time', test: 0.2 });
  const numbers = ['precipitation', 'temp_max', 'temp_min', 'wind'];
  const model = await fit(mlp({ hidden: [32, 16] }), {
    ...parts,
    target: 'tomorrow',
    epochs: 2,
    prep: prep()
      .impute(...numbers)
      .standardize(...numbers)
      .oneHot('weather')
  });
  return buildBundle(model);
}

function release(bundle: Awaited<ReturnType<typeof buildBundle>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-bench-'));
  const files = path.join(folder, 'services', 'rain', 'bundles', bundle.digest);
  mkdirSync(files, { recursive: true });
  for (const [name, bytes] of bundle.contents) {
    writeFileSync(path.join(files, name), bytes);
  }
  const manifest = {
    service: 'rain',
    environment: 'production',
    port: 0,
    release: 1,
    released_at: Date.now(),
    revisions: [{ revision: 1, model: 'rain', version: 1, bundle_digest: bundle.digest, traffic: 1 }]
  };
  writeFileSync(path.join(folder, 'services', 'rain', 'release.json'), JSON.stringify(manifest));
  return folder;
}

async function bareRuns(onnx: Uint8Array): Promise<number> {
  const session = await InferenceSession.create(onnx, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const feeds = Object.fromEntries(
    Object.entries(ROW).map(([name, value]) => [
      name,
      typeof value === 'string'
        ? new Tensor('string', [value], [1, 1])
        : new Tensor('float32', Float32Array.of(value), [1, 1])
    ])
  );
  return middleOf(async () => {
    await session.run(feeds);
  });
}

/** Milliseconds that one call takes, in the middle of many. */
async function middleOf(call: () => Promise<void>): Promise<number> {
  for (let i = 0; i < WARM_UP; i++) {
    await call();
  }
  const times: number[] = [];
  for (let i = 0; i < REQUESTS; i++) {
    const started = performance.now();
    await call();
    times.push(performance.now() - started);
  }
  return median(times);
}
