import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call, freshFolder, startServerProcess, type ServerProcess } from './slipway-process.js';

/** A quiet machine needs a tenth of a second; a busy one gets more time before it counts as hanging. */
const SOON_MS = 2000;

let folder: Awaited<ReturnType<typeof freshFolder>>;
let data: string;
let server: ServerProcess;
beforeEach(async () => {
  folder = await freshFolder();
  data = path.join(folder.path, '.slipway');
  server = await startServerProcess(data, ['--port', '0']);
});
afterEach(async () => {
  if (server.child.exitCode === null) {
    await server.end('SIGKILL');
  }
  await folder.remove();
});

/** Logs without a pause until the server is gone. */
async function logWithoutPause(): Promise<{ answered: () => number; ended: Promise<void> }> {
  const { run } = (await call(server, 'POST', '/api/2.0/mlflow/runs/create', {
    experiment_id: '0',
    start_time: 1
  })) as {
    run: { info: { run_id: string } };
  };
  let answered = 0;
  const write = async (client: number): Promise<void> => {
    for (let step = 0; ; step += 1) {
      try {
        const metric = { run_id: run.info.run_id, key: `loss${client}`, value: 1, timestamp: 1, step };
        await call(server, 'POST', '/api/2.0/mlflow/runs/log-metric', metric);
        answered += 1;
      } catch {
        return;
      }
    }
  };
  return { answered: () => answered, ended: Promise.all([0, 1, 2, 3].map(write)).then(() => undefined) };
}

describe('a server that is asked to end', () => {
  it.each([false, true])(
    'does so soon while clients write and a reader of events listens; its folder gone: %s',
    async gone => {
      const reader = await fetch(new URL('/api/v1/events', server.url), {
        headers: { authorization: `Bearer ${server.token}`, accept: 'text/event-stream' }
      });
      const { answered, ended } = await logWithoutPause();
      while (answered() < 20) {
        await new Promise(resolve => setTimeout(resolve, 10));
      }
      if (gone) {
        await rm(data, { recursive: true, force: true });
      }
      const started = performance.now();
      await server.end('SIGTERM');
      expect(performance.now() - started).toBeLessThan(SOON_MS);
      expect(server.child.exitCode).toBe(0);
      await ended;
      await reader.body?.cancel().catch(() => undefined);
    }
  );
});
