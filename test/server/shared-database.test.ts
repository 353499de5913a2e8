import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freshPostgresDatabase } from '../../server/testing/test-database.js';
import { call, freshFolder, slipway, startServerProcess, type ServerProcess } from './slipway-process.js';

let folder: Awaited<ReturnType<typeof freshFolder>>;
let database: string;
let servers: ServerProcess[];
beforeEach(async () => {
  folder = await freshFolder();
  database = await freshPostgresDatabase();
  servers = [];
});
afterEach(async () => {
  await Promise.all(servers.map(server => (server.child.exitCode === null ? server.end('SIGKILL') : undefined)));
  await folder.remove();
});

/** One of several servers on the database, each with a data folder of its own. */
async function start(): Promise<ServerProcess> {
  const data = path.join(folder.path, `server-${servers.length}`);
  const server = await startServerProcess(data, ['--port', '0'], { DATABASE_URL: database });
  servers.push(server);
  return server;
}

interface Event {
  readonly id: string;
  readonly data: { readonly type: string; readonly run_id?: string };
}

/** Events of a server's stream until one satisfies. @param lastSeen as a reconnecting client sends it. */
async function eventsUntil(
  server: ServerProcess,
  last: (event: Event) => boolean,
  lastSeen?: string
): Promise<Event[]> {
  const response = await fetch(new URL('/api/v1/events', server.url), {
    headers: {
      authorization: `Bearer ${server.token}`,
      accept: 'text/event-stream',
      ...(lastSeen === undefined ? {} : { 'last-event-id': lastSeen })
    },
    signal: AbortSignal.timeout(20_000)
  });
  const events: Event[] = [];
  let text = '';
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
    text += Buffer.from(part.value).toString();
    const messages = text.split('\n\n');
    text = messages.pop() ?? '';
    for (const message of messages) {
      const found = /^id: (.*)\ndata: (.*)$/m.exec(message);
      if (found?.[1] !== undefined && found[2] !== undefined) {
        const event: Event = { id: found[1], data: JSON.parse(found[2]) as Event['data'] };
        events.push(event);
        if (last(event)) {
          await reader?.cancel();
          return events;
        }
      }
    }
  }
  throw new Error('The stream ended too early.');
}

async function createRun(server: ServerProcess): Promise<string> {
  const { run } = (await call(server, 'POST', '/api/2.0/mlflow/runs/create', { experiment_id: '0' })) as {
    run: { info: { run_id: string } };
  };
  return run.info.run_id;
}

const isAbout = (run_id: string) => (event: Event) => event.data.run_id === run_id;

describe('two servers on one PostgreSQL', () => {
  it('tell each other of what changes, and a client may reconnect to either', async () => {
    const [one, two] = [await start(), await start()];
    const listening = eventsUntil(two, event => event.data.type === 'run.changed');
    // The stream is open when the server has answered; the run is made after that.
    await new Promise(resolve => setTimeout(resolve, 300));
    const first = await createRun(one);
    const seen = (await listening).at(-1);
    expect(seen?.data.run_id).toBe(first);
    const second = await createRun(two);
    const missed = await eventsUntil(one, isAbout(second), seen?.id);
    expect(missed.map(event => event.data.run_id)).toEqual([second]);
    const late = await start();
    expect((await eventsUntil(late, isAbout(second), seen?.id)).map(event => event.data.run_id)).toEqual([second]);
  });

  it('log to one run at once: every point is there, the latest is the latest, a parameter has one value', async () => {
    const both = [await start(), await start()];
    const run_id = await createRun(both[0] as ServerProcess);
    const logging = both.flatMap((server, which) =>
      Array.from({ length: 25 }, (_, index) => {
        const step = index * 2 + which;
        const metrics = [{ key: 'loss', value: step, timestamp: step, step }];
        return call(server, 'POST', '/api/2.0/mlflow/runs/log-batch', { run_id, metrics });
      })
    );
    const params = both.map((server, which) =>
      call(server, 'POST', '/api/2.0/mlflow/runs/log-parameter', { run_id, key: 'depth', value: String(which) })
    );
    await Promise.all(logging);
    const outcomes = await Promise.allSettled(params);
    expect(outcomes.map(outcome => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
    const query = `run_id=${run_id}&metric_key=loss`;
    for (const server of both) {
      const { metrics } = (await call(server, 'GET', `/api/2.0/mlflow/metrics/get-history?${query}`)) as {
        metrics: { step: number }[];
      };
      expect(metrics.map(metric => metric.step).sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
      const { run } = (await call(server, 'GET', `/api/2.0/mlflow/runs/get?run_id=${run_id}`)) as {
        run: { data: { metrics: unknown[]; params: unknown[] } };
      };
      expect(run.data.metrics).toMatchObject([{ key: 'loss', value: 49, step: 49 }]);
      expect(run.data.params).toHaveLength(1);
    }
  });

  it('give a name to one experiment only, and every version of a model a number of its own', async () => {
    const both = [await start(), await start()];
    const create = both.map(server => call(server, 'POST', '/api/2.0/mlflow/experiments/create', { name: 'rain' }));
    const outcomes = await Promise.allSettled(create);
    expect(outcomes.map(outcome => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
    const refused = outcomes.find(outcome => outcome.status === 'rejected');
    expect(String(refused?.reason)).toContain('RESOURCE_ALREADY_EXISTS');
    const [one] = both;
    await call(one as ServerProcess, 'POST', '/api/2.0/mlflow/registered-models/create', { name: 'm' });
    const run_id = await createRun(one as ServerProcess);
    const versions = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        call(both[index % 2] as ServerProcess, 'POST', '/api/2.0/mlflow/model-versions/create', {
          name: 'm',
          source: `mlflow-artifacts:/0/${run_id}/artifacts/model`,
          run_id
        })
      )
    );
    const numbers = versions.map(answer => (answer as { model_version: { version: string } }).model_version.version);
    expect(new Set(numbers).size).toBe(10);
  });

  it('see a deletion by the other at once', async () => {
    const [one, two] = [await start(), await start()];
    const run_id = await createRun(one);
    const metric = { run_id, key: 'loss', value: 1, timestamp: 1 };
    await call(two, 'POST', '/api/2.0/mlflow/runs/log-metric', metric);
    await call(one, 'POST', '/api/2.0/mlflow/runs/delete', { run_id });
    await expect(call(two, 'POST', '/api/2.0/mlflow/runs/log-metric', metric)).rejects.toThrow('deleted');
  });
});

describe('the address of a database', () => {
  it('may be written as SQLAlchemy writes it, and its password is nowhere to be read', async () => {
    const data = path.join(folder.path, 'data');
    const uri = database.replace('postgresql://', 'postgresql+psycopg2://');
    const server = await startServerProcess(data, ['--port', '0', '--workers', '4'], { DATABASE_URL: uri });
    servers.push(server);
    await createRun(server);
    const { stdout } = await slipway(['status', '--data', data, '--json']);
    expect(stdout + server.output()).not.toContain(`${new URL(database).password}@`);
    const wrong = uri.replace('slipway:slipway@', 'slipway:hidden-word@');
    const refused = await slipway(['server', '--data', path.join(folder.path, 'other'), '--port', '0'], {
      DATABASE_URL: wrong
    });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('DATABASE_URL');
    expect(refused.stderr + refused.stdout).not.toContain('hidden-word');
  });

  it('that is not valid is refused with an explanation', async () => {
    const refused = await slipway(['server', '--data', path.join(folder.path, 'd'), '--backend-store-uri', './mlruns']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('slipway mlflow import');
  });

  it('may be a SQLite file anywhere, which one server has', async () => {
    const file = path.join(folder.path, 'elsewhere.db');
    const args = ['--port', '0', '--nfs', '--backend-store-uri', `sqlite:///${file}`];
    const first = await startServerProcess(path.join(folder.path, 'one'), args);
    servers.push(first);
    const run_id = await createRun(first);
    const second = await slipway(['server', '--data', path.join(folder.path, 'two'), ...args]);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(`process ${first.child.pid}`);
    await first.end('SIGTERM');
    const again = await startServerProcess(path.join(folder.path, 'two'), args);
    servers.push(again);
    expect(await call(again, 'GET', `/api/2.0/mlflow/runs/get?run_id=${run_id}`)).toMatchObject({ run: {} });
  });
});
