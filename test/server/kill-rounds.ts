import { createHash, randomBytes } from 'node:crypto';
import path from 'node:path';
import { call, freshFolder, startServerProcess, type ServerProcess } from './slipway-process.js';

const CLIENTS = 3;
const POINTS = 20;
const CELLS = 3;

/** How what is stored differs from what was acknowledged; empty when nothing is lost and nothing doubled. */
export type Differences = string[];

/** What one client logged to one run, and what of it was acknowledged. */
interface Logged {
  readonly run_id: string;
  readonly sent: Set<number>;
  readonly acknowledged: Set<number>;
  readonly params: Map<string, string>;
  readonly session_id: string;
  sentCells: number;
  acknowledgedCells: number;
  finished: boolean;
}

/**
 * Kills the server with `kill -9` while clients create runs and log metrics, parameters, tags and cells, `rounds` times,
 * each at another moment; compares after each start.
 *
 * @param environment that names the database.
 */
export async function killRounds(rounds: number, environment: NodeJS.ProcessEnv): Promise<Differences> {
  const folder = await freshFolder();
  const data = path.join(folder.path, '.slipway');
  const differences: Differences = [];
  let acknowledged = 0;
  let server = await startServerProcess(data, ['--port', '0'], environment);
  try {
    for (let round = 0; round < rounds; round += 1) {
      const all: Logged[] = [];
      const answered = Promise.withResolvers<void>();
      const clients = Array.from({ length: CLIENTS }, () => logUntilKilled(server, all, answered.resolve));
      await Promise.race([answered.promise, Promise.all(clients)]);
      // Spread over the phases of a request, of a group of writes and of its way to the disk.
      await new Promise(resolve => setTimeout(resolve, (round * 37) % 230));
      await server.end('SIGKILL');
      await Promise.all(clients);
      server = await startServerProcess(data, [], environment);
      for (const logged of all) {
        acknowledged += logged.acknowledged.size;
        differences.push(...(await compare(server, logged)).map(text => `round ${round}: ${text}`));
      }
    }
    return acknowledged > 0 ? differences : ['nothing was acknowledged at all'];
  } finally {
    await server.end('SIGTERM');
    await folder.remove();
  }
}

/** One client, until it gets no more answers; calls `onAcknowledged` when a batch was acknowledged. */
async function logUntilKilled(server: ServerProcess, all: Logged[], onAcknowledged: () => void): Promise<void> {
  try {
    for (;;) {
      const logged = await beginRun(server);
      all.push(logged);
      for (let batch = 0; batch < 4; batch += 1) {
        await logBatch(server, logged, batch);
        onAcknowledged();
        await sendCells(server, logged);
      }
      await call(server, 'POST', '/api/2.0/mlflow/runs/update', {
        run_id: logged.run_id,
        status: 'FINISHED',
        end_time: 5
      });
      logged.finished = true;
    }
  } catch {
    // The server is gone.
  }
}

async function beginRun(server: ServerProcess): Promise<Logged> {
  const { run } = (await call(server, 'POST', '/api/2.0/mlflow/runs/create', {
    experiment_id: '0',
    start_time: 1
  })) as {
    run: { info: { run_id: string } };
  };
  return {
    run_id: run.info.run_id,
    sent: new Set(),
    acknowledged: new Set(),
    params: new Map(),
    session_id: `session-${randomBytes(6).toString('hex')}`,
    sentCells: 0,
    acknowledgedCells: 0,
    finished: false
  };
}

async function logBatch(server: ServerProcess, logged: Logged, batch: number): Promise<void> {
  const steps = Array.from({ length: POINTS }, (_, index) => batch * POINTS + index);
  steps.forEach(step => logged.sent.add(step));
  await call(server, 'POST', '/api/2.0/mlflow/runs/log-batch', {
    run_id: logged.run_id,
    metrics: steps.map(step => ({ key: 'loss', value: step / 2, timestamp: step, step })),
    params: [{ key: `param ${batch}`, value: `value ${batch}` }],
    tags: [{ key: 'last batch', value: String(batch) }]
  });
  steps.forEach(step => logged.acknowledged.add(step));
  logged.params.set(`param ${batch}`, `value ${batch}`);
}

async function sendCells(server: ServerProcess, logged: Logged): Promise<void> {
  const first = logged.sentCells + 1;
  logged.sentCells += CELLS;
  await call(server, 'POST', '/api/v1/records', cellBatch(logged.session_id, first));
  logged.acknowledgedCells = logged.sentCells;
}

function cellBatch(session_id: string, first: number) {
  const source = 'x = 1';
  const records = Array.from({ length: CELLS }, (_, index) => {
    const order = first + index;
    return {
      seq: order,
      at: Date.now(),
      type: 'cell.started',
      cell: {
        execution_id: `${session_id}.${order}`,
        order,
        execution_count: order,
        cell_id: null,
        message_id: 'm',
        source,
        source_sha256: createHash('sha256').update(source).digest('hex'),
        started_at: Date.now()
      }
    };
  });
  return { session_id, records };
}

async function compare(server: ServerProcess, logged: Logged): Promise<Differences> {
  const differences: Differences = [];
  const { run_id } = logged;
  const { run } = (await call(server, 'GET', `/api/2.0/mlflow/runs/get?run_id=${run_id}`)) as {
    run: {
      info: { status: string };
      data: { metrics?: { step: number }[]; params?: { key: string; value: string }[] };
    };
  };
  const history = (await call(
    server,
    'GET',
    `/api/2.0/mlflow/metrics/get-history?run_id=${run_id}&metric_key=loss`
  )) as { metrics?: { step: number; value: number }[] };
  const points = history.metrics ?? [];
  const steps = new Set(points.map(point => point.step));
  const lost = [...logged.acknowledged].filter(step => !steps.has(step));
  if (lost.length > 0) {
    differences.push(`${run_id}: points ${lost.join(' ')} are lost`);
  }
  if (steps.size !== points.length) {
    differences.push(`${run_id}: points are doubled`);
  }
  if (points.some(({ step, value }) => !logged.sent.has(step) || value !== step / 2)) {
    differences.push(`${run_id}: there are points that nobody sent`);
  }
  if (points.length % POINTS !== 0) {
    differences.push(`${run_id}: half of a batch is there`);
  }
  const latest = run.data.metrics?.[0]?.step;
  if (latest !== (points.length === 0 ? undefined : Math.max(...steps))) {
    differences.push(`${run_id}: the latest point is ${latest}`);
  }
  const params = new Map(run.data.params?.map(({ key, value }) => [key, value]));
  for (const [key, value] of logged.params) {
    if (params.get(key) !== value) {
      differences.push(`${run_id}: ${key} is ${params.get(key)}`);
    }
  }
  if (logged.finished && run.info.status !== 'FINISHED') {
    differences.push(`${run_id}: its end is lost`);
  }
  differences.push(...(await compareCells(server, logged)));
  return differences;
}

/** Sends the last batch again, as a kernel does that got no answer. */
async function compareCells(server: ServerProcess, { session_id, sentCells, acknowledgedCells }: Logged) {
  if (sentCells === 0) {
    return [];
  }
  if (acknowledgedCells < sentCells) {
    await call(server, 'POST', '/api/v1/records', cellBatch(session_id, sentCells - CELLS + 1));
  }
  const { cells } = (await call(server, 'GET', `/api/v1/sessions/${session_id}/cells`)) as {
    cells: { order: number }[];
  };
  const orders = cells.map(cell => cell.order).join(' ');
  const expected = Array.from({ length: sentCells }, (_, index) => index + 1).join(' ');
  return orders === expected ? [] : [`${session_id}: cells ${orders} instead of ${expected}`];
}
