import type {
  DatasetSummary,
  ModelSignature,
  ModelVersion,
  NotebookSession,
  PreflightReport,
  Promotion,
  RunDetail,
  Service,
  SessionCell
} from '@slipway/contract';

const DIGEST = 'a'.repeat(64);

/** A finished run with one parameter and one metric. */
export function sampleRun(changes: Partial<RunDetail> = {}): RunDetail {
  return {
    run_id: 'run1',
    name: 'calm-fir',
    experiment_id: '1',
    experiment_name: 'rain',
    status: 'FINISHED',
    start_time: 1_700_000_000_000,
    end_time: 1_700_000_012_000,
    user: 'ada',
    source: 'examples/01-rain.ipynb',
    language: 'typescript',
    session_id: null,
    progress: null,
    failure: null,
    metrics: [{ key: 'accuracy', value: 0.81, step: 0, timestamp: 1_700_000_012_000 }],
    headline: { key: 'accuracy', spark: [0.81] },
    git_commit: null,
    git_dirty: null,
    params: [{ key: 'epochs', value: '40' }],
    tags: [],
    inputs: [],
    outputs: [],
    artifacts: [],
    deleted: false,
    ...changes
  };
}

export function sampleDataset(name: string, versions: readonly number[]): DatasetSummary {
  return {
    name,
    versions: versions.map(version => ({
      version,
      digest: DIGEST,
      row_count: 1461,
      created_at: 1_700_000_000_000,
      time_column: 'date',
      source: 'weather.csv',
      column_count: 6,
      checks_passed: 7,
      checks_total: 7,
      run_count: 0
    }))
  };
}

export function sampleVersion(changes: Partial<ModelVersion> = {}): ModelVersion {
  return {
    name: 'rain',
    version: 1,
    bundle_digest: DIGEST,
    created_at: 1_700_000_000_000,
    description: '',
    stage: 'None',
    aliases: [],
    run_id: 'run1',
    run_name: 'calm-fir',
    dataset: null,
    signature: sampleSignature(),
    metrics: { accuracy: 0.81 },
    headline: null,
    deployments: [],
    ...changes
  };
}

export function sampleSignature(): ModelSignature {
  return {
    task: 'classification',
    target: 'rain',
    labels: ['no', 'yes'],
    inputs: [
      { name: 'wind', datatype: 'FP32', shape: [-1, 1], nullable: true, range: { min: 0, max: 9 } },
      { name: 'season', datatype: 'FP32', shape: [-1, 1], nullable: false, range: { min: -1, max: 1.0000208 } },
      { name: 'days', datatype: 'INT64', shape: [-1, 1], nullable: false, range: { min: 1, max: 8 } },
      { name: 'weather', datatype: 'BYTES', shape: [-1, 1], nullable: true, range: null },
      { name: 'holiday', datatype: 'BOOL', shape: [-1, 1], nullable: false, range: null }
    ],
    outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [-1, 2], role: 'probabilities' }],
    training_frame: { columns: [], dataset: null, split: 'by time', train_rows: 80, test_rows: 20 }
  };
}

export function sampleReport(verdict: PreflightReport['verdict']): PreflightReport {
  return {
    preflight_id: `preflight-${verdict}`,
    model: 'rain',
    version: 1,
    bundle_digest: DIGEST,
    environment: 'production',
    service: 'rain',
    created_at: 1_700_000_000_000,
    verdict,
    checks: [
      {
        id: 'onnx-equals-model',
        title: 'ONNX equals the notebook model',
        protects_from: 'A service that answers other than the notebook.',
        verdict,
        evidence: 'Largest difference 3e-7 over 64 rows.',
        remedy: null,
        duration_ms: 12
      }
    ],
    now_serving: null,
    changes: ['A new service rain answers with rain v1.']
  };
}

export function samplePromotion(changes: Partial<Promotion> = {}): Promotion {
  return {
    promotion_id: 'promotion1',
    model: 'rain',
    version: 1,
    bundle_digest: DIGEST,
    environment: 'production',
    service: 'rain',
    reason: '',
    state: 'releasing',
    step: 'starting the service',
    message: null,
    service_url: null,
    preflight: null,
    created_at: 1_700_000_000_000,
    updated_at: 1_700_000_000_000,
    ...changes
  };
}

export function sampleService(changes: Partial<Service> = {}): Service {
  return {
    name: 'rain',
    environment: 'production',
    state: 'running',
    url: 'http://127.0.0.1:18601',
    pid: 1,
    release: {
      service: 'rain',
      environment: 'production',
      port: 18601,
      release: 1,
      released_at: 1_700_000_000_000,
      revisions: [{ revision: 1, model: 'rain', version: 1, bundle_digest: DIGEST, traffic: 1 }]
    },
    signature: sampleSignature(),
    requests: 0,
    started_at: 1_700_000_000_000,
    ...changes
  };
}

/** A kernel that is alive, without cells. */
export function sampleSession(changes: Partial<NotebookSession> = {}): NotebookSession {
  return {
    session_id: 'session-0001',
    kernel: 'python3',
    language: 'python',
    notebook_path: 'examples/churn.ipynb',
    started_at: 1_700_000_000_000,
    ended_at: null,
    last_seen_at: 1_700_000_012_000,
    state: 'alive',
    pid: null,
    environment: null,
    cell_count: 1,
    recorder: 'front_end',
    ...changes
  };
}

/** A cell that ran and is up to date. */
export function sampleCell(changes: Partial<SessionCell> = {}): SessionCell {
  return {
    execution_id: 'execution-0001',
    session_id: 'session-0001',
    order: 1,
    execution_count: 1,
    cell_id: 'cell-1',
    message_id: 'm1',
    source: 'x = 1',
    source_sha256: 'a'.repeat(64),
    status: 'ok',
    started_at: 1_700_000_000_000,
    duration_ms: 12,
    error: null,
    run_ids: [],
    reads: [],
    writes: [],
    stale: null,
    out_of_order: false,
    outputs: null,
    is_latest: true,
    ...changes
  };
}
