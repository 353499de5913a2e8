import { createHash } from 'node:crypto';
import path from 'node:path';
import {
  BUNDLE_FILES,
  type ColumnProfile,
  type Evaluation,
  type ModelSignature,
  type NewDatasetVersion,
  type NewModelVersion,
  type RecordBatch,
  routes,
  type SpoolRecord,
  type TestVectors
} from '@slipway/contract';
import { importedBundle, importOnnx, type ImportOptions } from '../../packages/onnx/dist/import/index.js';
import { ROOT } from '../harness/places.js';
import type { TestMetadataServer } from './metadata-server.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const MINUTE = 60_000;

/** One run as a kernel would report it. */
export interface SampleRun {
  readonly runId: string;
  readonly name: string;
  readonly experiment: string;
  readonly status: 'RUNNING' | 'FINISHED' | 'FAILED';
  readonly epochs: number;
  readonly minutesAgo: number;
}

export const SAMPLE_RUNS: readonly SampleRun[] = [
  { runId: 'a'.repeat(32), name: 'calm-fir', experiment: 'rain', status: 'FINISHED', epochs: 40, minutesAgo: 130 },
  { runId: 'b'.repeat(32), name: 'old-oak', experiment: 'rain', status: 'FAILED', epochs: 3, minutesAgo: 50 },
  { runId: 'c'.repeat(32), name: 'brisk-elm', experiment: 'rain', status: 'RUNNING', epochs: 16, minutesAgo: 0 },
  { runId: 'd'.repeat(32), name: 'quiet-ash', experiment: 'churn', status: 'FINISHED', epochs: 12, minutesAgo: 3000 }
];

/** Fills a server with a session, its cells, four runs, two datasets, an imported model and one of two versions. */
export async function fillWithSamples(server: TestMetadataServer): Promise<void> {
  await sendSession(server);
  await sendDatasets(server);
  await sendImported(server, 'shipments', 'torch2-logits.onnx', {
    labels: ['small', 'medium', 'large'],
    scores: 'logits',
    target: 'size',
    licence: 'MIT',
    source: 'https://example.org/shipments'
  });
  await sendModel(server, SAMPLE_RUNS[3]?.runId ?? '', 0.77);
  await sendModel(server, SAMPLE_RUNS[0]?.runId ?? '', 0.81);
}

/** A model that PyTorch made, imported as `slipway models import` does. */
export async function sendImported(
  server: TestMetadataServer,
  name: string,
  file: string,
  options: ImportOptions
): Promise<void> {
  const inputs = ['length', 'width', 'height', 'weight'];
  const model = await importOnnx(path.join(ROOT, 'test', 'onnx', 'fixtures', file), { ...options, inputs });
  const { contents } = importedBundle(name, model, null, {});
  const files = await Promise.all([...contents].map(([name, bytes]) => server.upload(name, Buffer.from(bytes))));
  const version: NewModelVersion = { files, run_id: null, session_id: null, description: '' };
  await server.send('POST', routes.createModelVersion.path.replace('{name}', name), version);
}

const SESSION_ID = 'sample-session-1';

async function sendSession(server: TestMetadataServer): Promise<void> {
  const now = Date.now();
  const records: SpoolRecord[] = [];
  let seq = 0;
  const next = (minutesAgo: number): { seq: number; at: number } => ({
    seq: (seq += 1),
    at: Math.round(now - minutesAgo * MINUTE)
  });
  records.push({
    ...next(140),
    type: 'session.started',
    session: {
      kernel: 'slipway',
      language: 'typescript',
      notebook_path: 'examples/01-rain.ipynb',
      started_at: now - 140 * MINUTE,
      pid: process.pid,
      environment: {
        runtime: 'node v24.11.0',
        platform: 'linux x64',
        hostname: 'laptop',
        packages: { '@tensorflow/tfjs': '4.22.0', 'onnxruntime-node': '1.22.0', slipway: '0.1.0' },
        git: { commit: '3f2a91c04be1c9b0a64b1c3f6b6f5a0e2f9d1c7e', dirty: false, branch: 'main' }
      }
    }
  });
  SAMPLE_RUNS.forEach((run, index) => {
    addRun(run, index + 1, next, records);
  });
  const batch: RecordBatch = { session_id: SESSION_ID, records };
  await server.send('POST', routes.postRecords.path, batch);
}

function addRun(
  run: SampleRun,
  order: number,
  next: (minutesAgo: number) => { seq: number; at: number },
  records: SpoolRecord[]
): void {
  const start = next(run.minutesAgo + 0.2);
  const source = `const run = await slip.run(${JSON.stringify(run.experiment)}, async run => {\n  const prep = slip.prep().standardize("temp_max", "temp_min", "wind").impute("wind");\n  return slip.fit(slip.mlp({ hidden: [32, 16] }), { prep, train, test, target: "rain" });\n});`;
  const execution_id = `execution-${order}`;
  records.push({
    ...next(run.minutesAgo + 0.2),
    type: 'cell.started',
    cell: {
      execution_id,
      order,
      execution_count: order,
      cell_id: `cell-${order}`,
      message_id: `message-${order}`,
      source,
      source_sha256: sha256(source),
      started_at: start.at
    }
  });
  records.push({
    ...start,
    seq: next(0).seq,
    type: 'run.started',
    run_id: run.runId,
    experiment_name: run.experiment,
    name: run.name,
    start_time: start.at,
    user: 'ada',
    tags: [{ key: 'mlflow.source.name', value: 'examples/01-rain.ipynb' }]
  });
  records.push({
    ...next(run.minutesAgo),
    type: 'run.input',
    run_id: run.runId,
    dataset: { name: 'weather', version: 1, digest: sha256('weather'), context: 'training' }
  });
  records.push({
    ...next(run.minutesAgo),
    type: 'run.logged',
    run_id: run.runId,
    params: [
      { key: 'hidden', value: '[32, 16]' },
      { key: 'epochs', value: '40' },
      { key: 'batch_size', value: '32' },
      { key: 'learning_rate', value: '0.001' },
      { key: 'split', value: 'by time, last 20 %' }
    ],
    tags: [],
    metrics: course(run, start.at),
    ...(run.status === 'RUNNING' ? { progress: { fraction: 0.41, label: 'epoch 17 of 40', eta_ms: 6_000 } } : {})
  });
  const failed = run.status === 'FAILED';
  if (run.status !== 'RUNNING') {
    const message = "TypeError: Cannot read properties of undefined (reading 'shape')";
    records.push({
      ...next(run.minutesAgo),
      type: 'run.finished',
      run_id: run.runId,
      status: run.status,
      end_time: start.at + 12_000,
      failure: failed ? { message, cell_order: order, cell_id: `cell-${order}` } : null
    });
    records.push({
      ...next(run.minutesAgo),
      type: 'cell.finished',
      cell: {
        execution_id,
        status: failed ? 'error' : 'ok',
        duration_ms: 12_100,
        error: failed
          ? { name: 'TypeError', message: "Cannot read properties of undefined (reading 'shape')", traceback: [] }
          : null,
        run_ids: [run.runId],
        reads: ['weather@1'],
        writes: []
      }
    });
  }
}

function course(run: SampleRun, start: number): Extract<SpoolRecord, { type: 'run.logged' }>['metrics'] {
  const wave = (step: number, scale: number): number => Math.sin(step * 1.7 + scale * 9) * 0.012;
  return Array.from({ length: run.epochs }, (_unused, step) => {
    const at = { step, timestamp: Math.round(start + step * 280) };
    const loss = 0.36 + 0.33 * Math.exp(-step / 7);
    return [
      { key: 'loss', value: loss + wave(step, 1), ...at },
      { key: 'val_loss', value: loss + 0.03 + wave(step, 2) + step * 0.0006, ...at },
      { key: 'accuracy', value: 0.83 - 0.25 * Math.exp(-step / 6) + wave(step, 3), ...at },
      { key: 'val_accuracy', value: 0.81 - 0.24 * Math.exp(-step / 6) + wave(step, 4), ...at }
    ];
  }).flat();
}

const COLUMNS: NewDatasetVersion['columns'] = [
  { name: 'date', type: 'date', nullable: false },
  { name: 'precipitation', type: 'number', nullable: false },
  { name: 'temp_max', type: 'number', nullable: false },
  { name: 'temp_min', type: 'number', nullable: false },
  { name: 'wind', type: 'number', nullable: true },
  { name: 'weather', type: 'string', nullable: false }
];

async function sendDatasets(server: TestMetadataServer): Promise<void> {
  const { sha256: content } = await server.upload('rows', Buffer.from('sample rows'));
  const base: NewDatasetVersion = {
    content_sha256: content,
    digest: sha256('weather'),
    row_count: 1461,
    columns: COLUMNS,
    time_column: 'date',
    source: 'npm:vega-datasets/data/seattle-weather.csv',
    derivation: null,
    parents: [],
    profile: [
      {
        ...numbers('date', 1461, 0, 1),
        type: 'date',
        min: '2012-01-01',
        max: '2015-12-31',
        mean: null,
        std: null,
        quartiles: null,
        histogram: null
      },
      numbers('precipitation', 111, 0, 55.9),
      numbers('temp_max', 67, -1.6, 35.6),
      numbers('temp_min', 55, -7.1, 18.3),
      { ...numbers('wind', 79, 0.4, 9.5), count: 1449, missing: 12 },
      {
        ...numbers('weather', 5, 0, 1),
        type: 'string',
        min: null,
        max: null,
        mean: null,
        std: null,
        quartiles: null,
        histogram: null,
        top: [
          { value: 'rain', count: 641 },
          { value: 'sun', count: 640 },
          { value: 'fog', count: 101 },
          { value: 'drizzle', count: 53 },
          { value: 'snow', count: 26 }
        ]
      }
    ],
    checks: [
      { id: 'rows', title: 'There are rows', verdict: 'pass', evidence: '1461 rows' },
      { id: 'time-order', title: 'Rows are in order of time', verdict: 'pass', evidence: 'date grows from row to row' },
      { id: 'duplicates', title: 'No row is there twice', verdict: 'pass', evidence: '0 of 1461 rows' },
      {
        id: 'missing',
        title: 'Few values are missing',
        verdict: 'warn',
        evidence: 'wind misses 12 of 1461 values (0.8 %)'
      }
    ],
    session_id: SESSION_ID,
    cell_execution_id: 'execution-1'
  };
  const path = (name: string): string => routes.createDatasetVersion.path.replace('{name}', name);
  await server.send('POST', path('weather'), base);
  await server.send('POST', path('weather-labelled'), {
    ...base,
    digest: sha256('weather-labelled'),
    row_count: 1460,
    derivation: 'derive("rain", row => row.next.precipitation > 0)',
    parents: [{ name: 'weather', version: 1 }]
  } satisfies NewDatasetVersion);
}

function numbers(name: string, distinct: number, min: number, max: number): ColumnProfile {
  const counts = Array.from({ length: 20 }, (_unused, bin) =>
    Math.round(160 * Math.exp(-(((bin - 8 - name.length / 3) / 5) ** 2)))
  );
  return {
    name,
    type: 'number',
    count: 1461,
    missing: 0,
    distinct,
    min,
    max,
    mean: (min + max) / 2.1,
    std: (max - min) / 5,
    quartiles: [min + (max - min) / 4, (min + max) / 2, max - (max - min) / 4],
    histogram: { edges: Array.from({ length: 21 }, (_unused, edge) => min + ((max - min) * edge) / 20), counts },
    top: []
  };
}

const SIGNATURE: ModelSignature = {
  task: 'classification',
  target: 'rain',
  labels: ['no', 'yes'],
  inputs: ['precipitation', 'temp_max', 'temp_min', 'wind'].map(name => ({
    name,
    datatype: 'FP32',
    shape: [-1, 1],
    nullable: name === 'wind',
    range: { min: name === 'precipitation' ? 0 : -1.6, max: name === 'wind' ? 9.5 : 35.6 }
  })),
  outputs: [
    { name: 'probabilities', datatype: 'FP32', shape: [-1, 2], role: 'probabilities' },
    { name: 'label', datatype: 'BYTES', shape: [-1], role: 'label' }
  ],
  training_frame: {
    columns: COLUMNS,
    dataset: { name: 'weather', version: 1 },
    split: 'by time, last 20 %',
    train_rows: 1168,
    test_rows: 292
  }
};

/** Registers a version whose graph is only bytes: enough for everything but serving it. */
async function sendModel(server: TestMetadataServer, runId: string, accuracy: number): Promise<void> {
  const inputs = { precipitation: [0, 3], temp_max: [12, 9], temp_min: [5, 4], wind: [3, null] };
  const vectors: TestVectors = {
    rows: 2,
    inputs,
    outputs: { probabilities: { shape: [2, 2], data: [0.7, 0.3, 0.2, 0.8] } }
  };
  const evaluation: Evaluation = {
    metric: 'accuracy',
    higher_is_better: true,
    value: accuracy,
    metrics: { accuracy, f1: accuracy - 0.04, log_loss: 0.42 },
    split: 'by time, last 20 %',
    rows: 2,
    inputs,
    truth: ['no', 'yes'],
    baselines: [
      { name: 'majority', description: 'always no', value: 0.64, predictions: ['no', 'no'] },
      { name: 'persistence', description: 'tomorrow is as today', value: 0.71, predictions: ['no', 'yes'] }
    ]
  };
  const contents: Record<string, string> = {
    [BUNDLE_FILES.model]: `graph of ${accuracy}`,
    [BUNDLE_FILES.signature]: JSON.stringify(SIGNATURE),
    [BUNDLE_FILES.testVectors]: JSON.stringify(vectors),
    [BUNDLE_FILES.evaluation]: JSON.stringify(evaluation),
    [BUNDLE_FILES.environment]: JSON.stringify({
      runtime: 'node v24.11.0',
      packages: {},
      backend: 'wasm',
      onnx: { opset: 17, ir_version: 8 }
    }),
    [BUNDLE_FILES.card]: '# rain'
  };
  const files = await Promise.all(
    Object.entries(contents).map(([name, text]) => server.upload(name, Buffer.from(text)))
  );
  const version: NewModelVersion = { files, run_id: runId, session_id: SESSION_ID, description: '' };
  await server.send('POST', routes.createModelVersion.path.replace('{name}', 'rain'), version);
}
