import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DATABASES } from '../server/databases.js';
import { call, freshFolder, startServerProcess } from '../server/slipway-process.js';

let folder: Awaited<ReturnType<typeof freshFolder>>;
beforeEach(async () => {
  folder = await freshFolder();
});
afterEach(async () => {
  await folder.remove();
});

const BATCH = 100;

it.each(DATABASES)('keeps every acknowledged point on $name when the server is killed', async ({ environment }) => {
  const data = path.join(folder.path, '.slipway');
  const env = await environment();
  const first = await startServerProcess(data, ['--port', '0'], env);
  const { run } = (await call(first, 'POST', '/api/2.0/mlflow/runs/create', { experiment_id: '0' })) as {
    run: { info: { run_id: string } };
  };
  const run_id = run.info.run_id;
  const acknowledged = new Set<number>();
  let sent = 0;
  const client = async (): Promise<void> => {
    for (;;) {
      const steps = Array.from({ length: BATCH }, (_, index) => sent + index);
      sent += BATCH;
      const metrics = steps.map(step => ({ key: 'loss', value: step / 2, timestamp: step, step }));
      try {
        await call(first, 'POST', '/api/2.0/mlflow/runs/log-batch', { run_id, metrics });
      } catch {
        return;
      }
      steps.forEach(step => acknowledged.add(step));
      if (acknowledged.size > 50 * BATCH && first.child.exitCode === null) {
        first.child.kill('SIGKILL');
      }
    }
  };
  await Promise.all([client(), client(), client()]);
  const second = await startServerProcess(data, [], env);
  const route = `/api/2.0/mlflow/metrics/get-history?run_id=${run_id}&metric_key=loss`;
  const { metrics } = (await call(second, 'GET', route)) as { metrics: { step: number; value: number }[] };
  const stored = new Set(metrics.map(metric => metric.step));
  expect([...acknowledged].filter(step => !stored.has(step))).toEqual([]);
  expect(metrics.every(metric => metric.value === metric.step / 2)).toBe(true);
  expect(stored.size).toBe(metrics.length);
  await second.end('SIGTERM');
});
