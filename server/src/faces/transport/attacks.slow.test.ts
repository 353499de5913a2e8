import { readFile, symlink, unlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pathTraversals } from '../../../testing/path-traversals.js';
import { rawRequest, type RawAnswer } from '../../../testing/raw-request.js';
import { startTestServer, type TestServer } from '../../../testing/test-server.js';
import { makeProject, must, type ProjectObjects } from '../../../testing/two-projects.js';

/*
 * What was tried against MLflow's own server, each with its CVE where it has one, and against servers in general. Nothing
 * may be read or written outside, no answer may be an internal error, and the next request is answered.
 */

const CANARY = 'what lies outside must stay there';

let api: TestServer;
let objects: ProjectObjects;
/** A file beside the data folder: reading it means an escape. */
let canary: string;

beforeAll(async () => {
  api = await startTestServer({ auth: 'users' });
  objects = await makeProject(api, 'attacked');
  canary = path.join(path.dirname(api.folder), `canary-${path.basename(api.folder)}`);
  await writeFile(canary, CANARY);
});
afterAll(async () => {
  await api.stop();
  await unlink(canary);
});

const bearer = (): Record<string, string> => ({ authorization: `Bearer ${api.server.token}` });
const send = (method: string, url: string, body?: string, type = 'application/json'): Promise<RawAnswer> =>
  rawRequest(
    api.server.port,
    method,
    url,
    {
      ...bearer(),
      ...(body === undefined ? {} : { 'content-type': type, 'content-length': String(Buffer.byteLength(body)) })
    },
    body
  );
const json = (method: string, url: string, body: unknown): Promise<RawAnswer> =>
  send(method, url, JSON.stringify(body));

/** Not taken, no internal error, and nothing of the outside in it. */
function expectRefused(what: string, answer: RawAnswer): void {
  expect([what, answer.status]).toEqual([what, expect.toSatisfy((status: number) => status >= 400 && status < 500)]);
  expectNoLeak(what, answer);
}

/** No internal error, and nothing of the outside in it. */
function expectHarmless(what: string, answer: RawAnswer): void {
  expect([what, answer.status < 500]).toEqual([what, true]);
  expectNoLeak(what, answer);
}

function expectNoLeak(what: string, { text }: RawAnswer): void {
  expect([what, text.includes(CANARY), text.includes('root:x:'), text.includes('at Object.')]).toEqual([
    what,
    false,
    false,
    false
  ]);
}

/** The canary as seen from the blobs. */
const escape = (): string => path.relative(path.join(api.folder, 'blobs'), canary);

describe('a path that leads outside', () => {
  it('is refused for artifacts, in whatever way it is written', async () => {
    const root = `${objects.experiment}/${objects.run}/artifacts`;
    for (const name of pathTraversals(escape())) {
      for (const prefix of [root, `${objects.experiment}/models/${objects['logged-model']}/artifacts`, 'bundles', '']) {
        const url = `/api/2.0/mlflow-artifacts/artifacts/${prefix}/${name}`;
        expectRefused(`GET ${url}`, await send('GET', url));
        expectNoLeak(`DELETE ${url}`, await send('DELETE', url));
      }
    }
  });

  it('is refused in the queries that name artifacts', async () => {
    for (const name of pathTraversals(escape())) {
      for (const url of [
        `/get-artifact?run_id=${objects.run}&path=${name}`,
        `/get-artifact?run_uuid=${objects.run}&path=${name}`,
        `/model-versions/get-artifact?name=${objects.model}&version=1&path=${name}`,
        `/ajax-api/2.0/mlflow/logged-models/${objects['logged-model']}/artifacts/files?artifact_file_path=${name}`
      ]) {
        expectRefused(url, await send('GET', url));
      }
      for (const url of [
        `/api/2.0/mlflow/artifacts/list?run_id=${objects.run}&path=${name}`,
        `/api/2.0/mlflow-artifacts/artifacts?path=${objects.experiment}/${objects.run}/artifacts/${name}`
      ]) {
        const answer = await send('GET', url);
        expect([url, answer.status < 500]).toEqual([url, true]);
        expectNoLeak(url, answer);
        expect(answer.text).not.toContain('"files"');
      }
    }
  });

  it('is not written to, and nothing is left behind by trying', async () => {
    for (const name of pathTraversals(escape())) {
      const url = `/api/2.0/mlflow-artifacts/artifacts/${objects.experiment}/${objects.run}/artifacts/${name}`;
      const answer = await send('PUT', url, 'overwritten', 'application/octet-stream');
      expect([url, answer.status < 500]).toEqual([url, true]);
    }
    expect(await readFile(canary, 'utf8')).toBe(CANARY);
    const listed = await send('GET', `/api/2.0/mlflow/artifacts/list?run_id=${objects.run}`);
    const { files } = JSON.parse(listed.text) as { files: { path: string }[] };
    for (const file of files) {
      expect(file.path).not.toMatch(/(^|[\\/])\.\.([\\/]|$)|^[/\\]|\0/);
    }
  });

  it('is refused for blobs, bundles and attached names', async () => {
    for (const name of pathTraversals(escape())) {
      const encoded = encodeURIComponent(name);
      for (const url of [`/api/v1/blobs/${name}`, `/api/v1/blobs/${encoded}`, `/api/v1/bundles/${encoded}`]) {
        expectRefused(url, await send('GET', url));
      }
      const body = { path: decodeURIComponent(name.replace(/%c0|%ae/g, '')), sha256: objects.blob };
      if (/(^|[\\/])\.{1,2}([\\/]|$)|^\/|\\|\0|\/\//.test(body.path)) {
        expectRefused(body.path, await json('POST', `/api/v1/runs/${objects.run}/artifacts`, body));
      }
    }
  });
});

describe('a place that a client names', () => {
  // CVE-2023-1177, CVE-2023-2356, CVE-2024-1483, CVE-2024-1558, CVE-2024-3848, GHSA-5cvj-7rg6-jggj, CVE-2026-2614
  const SOURCES = [
    'file:///etc/',
    'FILE:///etc',
    'file://localhost/etc',
    '/etc',
    './../../etc',
    'http:///#/../../../../etc',
    'http:///?/../../etc',
    'mlflow-artifacts:/../../../etc',
    'mlflow-artifacts:/%2e%2e/%2e%2e/etc',
    'mlflow-artifacts://host/..%2f..%2fetc',
    's3://bucket/../../etc',
    'runs:/../../etc',
    'models:/../../etc',
    'models:/attacked.rain/../../etc',
    '\\\\server\\share',
    'file:///proc/self/environ#',
    'mlflow-artifacts:/0/x/artifacts/../../../../etc/passwd'
  ];

  it('is never opened as the source of a model version', async () => {
    await must(api, 'POST', '/api/2.0/mlflow/registered-models/create', { name: 'trap' });
    for (const source of SOURCES) {
      for (const more of [{}, { run_id: objects.run }, { model_id: objects['logged-model'] }]) {
        const created = await json('POST', '/api/2.0/mlflow/model-versions/create', { name: 'trap', source, ...more });
        expect([source, created.status < 500]).toEqual([source, true]);
        if (created.status !== 200) {
          continue;
        }
        const { model_version } = JSON.parse(created.text) as { model_version: { version: string } };
        for (const name of ['passwd', 'etc/passwd', 'environ']) {
          const url = `/model-versions/get-artifact?name=trap&version=${model_version.version}&path=${name}`;
          expectRefused(`${source} ${url}`, await send('GET', url));
        }
      }
    }
  });

  it('is never opened as the place of an experiment’s artifacts', async () => {
    for (const [index, artifact_location] of SOURCES.entries()) {
      const made = await json('POST', '/api/2.0/mlflow/experiments/create', {
        name: `place ${index}`,
        artifact_location
      });
      expect([artifact_location, made.status < 500]).toEqual([artifact_location, true]);
      if (made.status !== 200) {
        continue;
      }
      const { experiment_id } = JSON.parse(made.text) as { experiment_id: string };
      const created = await must(api, 'POST', '/api/2.0/mlflow/runs/create', { experiment_id, start_time: 1 });
      const { run } = created.json as { run: { info: { run_id: string } } };
      expectRefused(artifact_location, await send('GET', `/get-artifact?run_id=${run.info.run_id}&path=passwd`));
      const listed = await send('GET', `/api/2.0/mlflow/artifacts/list?run_id=${run.info.run_id}`);
      expect(listed.text).not.toContain('"files"');
    }
  });
});

describe('a link in the store', () => {
  it('is not followed out of it', async () => {
    const { sha256 } = await api.upload('soon to be a link');
    const file = path.join(api.folder, 'blobs', sha256.slice(0, 2), sha256.slice(2));
    await unlink(file);
    await symlink(canary, file);
    const answer = await send('GET', `/api/v1/blobs/${sha256}`);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expectNoLeak('symlink', answer);
  });
});

describe('a request that a page of another site could send', () => {
  it('is refused for its type, its origin or its host', async () => {
    const body = JSON.stringify({ name: 'from elsewhere' });
    const target = '/api/2.0/mlflow/experiments/create';
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'text/json'
    ]) {
      expectRefused(type, await send('POST', target, body, type));
    }
    const typed = { ...bearer(), 'content-type': 'application/json', 'content-length': String(body.length) };
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { host: 'evil.example' },
      { host: '127.0.0.1.evil.example' }
    ];
    for (const more of foreign) {
      expectRefused(
        JSON.stringify(more),
        await rawRequest(api.server.port, 'POST', target, { ...typed, ...more }, body)
      );
    }
    expect((await send('GET', '/api/2.0/mlflow/experiments/get-by-name?experiment_name=from+elsewhere')).status).toBe(
      404
    );
  });
});

describe('a malicious body', () => {
  const ROUTES = [
    ['POST', '/api/v1/records'],
    ['POST', '/api/v1/promotions'],
    ['POST', '/api/v1/services/rain/test'],
    ['POST', '/api/2.0/mlflow/runs/search'],
    ['POST', '/api/2.0/mlflow/runs/log-batch'],
    ['POST', '/api/2.0/mlflow/runs/log-inputs'],
    ['POST', '/api/2.0/mlflow/logged-models'],
    ['POST', '/api/2.0/mlflow/webhooks'],
    ['PATCH', '/api/2.0/mlflow/registered-models/update']
  ] as const;

  it('is harmless when it is nested deeply, is not an object, or is not JSON at all', async () => {
    const deep = (depth: number, open: string, close: string): string => open.repeat(depth) + close.repeat(depth);
    for (const [method, url] of ROUTES) {
      for (const body of [
        deep(1_000_000, '[', ']'),
        deep(200_000, '{"a":', '}').replace(':}', ':1}'),
        `{"run_id":${deep(100_000, '[', ']')},"session_id":${deep(1000, '[', ']')}}`,
        `{"metrics":${deep(100_000, '[', ']')},"run_id":"${objects.run}"}`,
        '[]',
        '42',
        '"text"',
        'true',
        'null',
        '',
        '{"a":1,}',
        '{"a"',
        '\ufeff{}',
        '{"__proto__":{"admin":true}}',
        '{"constructor":{"prototype":{"admin":true}}}',
        '{"run_id":"\\ud800","name":"\\udfff","session_id":"\\ud800xxxxxxxx","source":"\\ud800"}',
        '{"run_id":"a\\u0000b","name":"a\\u0000b","experiment_ids":["\\u0000"],"filter":"\\u0000"}'
      ]) {
        expectHarmless(`${method} ${url} ${body.slice(0, 60)}`, await send(method, url, body));
      }
    }
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  }, 60_000);

  it('is refused where it is nested more than a hundred deep', async () => {
    const nested = (depth: number): string => `{"body":${'['.repeat(depth)}"]]]"${']'.repeat(depth)}}`;
    expect(await send('POST', '/api/v1/services/none/test', nested(100))).toMatchObject({
      status: 400,
      text: expect.stringContaining('nested more than 100 deep') as string
    });
    expect((await send('POST', '/api/v1/services/none/test', nested(99))).status).toBe(404);
  });

  it('is harmless when its bytes are not UTF-8', async () => {
    for (const [method, url] of ROUTES) {
      const bytes = Buffer.concat([
        Buffer.from('{"run_id":"'),
        Buffer.from([0xff, 0xfe, 0xc0, 0x80]),
        Buffer.from('"}')
      ]);
      const headers = { ...bearer(), 'content-type': 'application/json', 'content-length': String(bytes.length) };
      expectHarmless(url, await rawRequest(api.server.port, method, url, headers, bytes));
    }
  });

  it('is refused when it is larger than its route takes, before it is read', async () => {
    for (const [method, url] of ROUTES) {
      const status = await new Promise<string>((resolve, reject) => {
        const socket = connect(api.server.port, '127.0.0.1', () =>
          socket.write(
            `${method} ${url} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${api.server.token}\r\n` +
              `Content-Type: application/json\r\nContent-Length: ${2 ** 33}\r\n\r\n{`
          )
        );
        socket.once('data', (chunk: Buffer) => {
          resolve(chunk.toString().split(' ')[1] ?? '');
          socket.destroy();
        });
        socket.once('error', reject);
      });
      expect([url, Number(status) >= 400 && Number(status) < 500]).toEqual([url, true]);
    }
  });

  it('is refused when a filter or an order is very long, quickly', async () => {
    const long = (part: string): string => part.repeat(Math.ceil(100_000 / part.length));
    for (const filter of [
      long('a'),
      long('('),
      long("'"),
      long('`'),
      `metrics.a > ${long('9')}`,
      `params.a LIKE '${long('%a')}'`,
      `${long("params.a = 'b' and ")}params.a = 'b'`,
      `name IN (${long("'a',")}'a')`
    ]) {
      const started = performance.now();
      for (const [url, body] of [
        ['/api/2.0/mlflow/runs/search', { experiment_ids: ['0'], filter }],
        ['/api/2.0/mlflow/experiments/search', { max_results: 10, filter }],
        ['/api/2.0/mlflow/logged-models/search', { experiment_ids: ['0'], filter }],
        ['/api/2.0/mlflow/runs/search', { experiment_ids: ['0'], order_by: [filter] }]
      ] as const) {
        const answer = await json('POST', url, body);
        expect([url, filter.slice(0, 30), answer.status < 500]).toEqual([url, filter.slice(0, 30), true]);
      }
      expect(performance.now() - started).toBeLessThan(5000);
    }
  }, 60_000);
});

describe('a slow client', () => {
  it('is disconnected when its body does not arrive, or arrives too slowly', async () => {
    const slow = await startTestServer({ limits: { idleBodyMs: 300, jsonBodyMs: 800 } });
    const start = `POST /api/v1/records HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${slow.server.token}\r\n`;
    const typed = `${start}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`;
    const ended = (drip: boolean): Promise<string> =>
      new Promise(resolve => {
        let text = '';
        const socket = connect(slow.server.port, '127.0.0.1', () => socket.write(typed));
        const drops = setInterval(() => drip && socket.write(' '), 100);
        socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
        // A client that still writes may find the connection gone before the answer was read.
        socket.on('error', (error: NodeJS.ErrnoException) => (text += error.code ?? ''));
        socket.on('close', () => {
          clearInterval(drops);
          resolve(text);
        });
      });
    expect(await ended(false)).toContain('408');
    expect(await ended(true)).toMatch(/408|ECONNRESET|EPIPE/);
    expect((await slow.call('GET', '/api/v1/runs')).status).toBe(200);
    await slow.stop();
  });
});

it('leaves a server that answers, and that had no internal error', async () => {
  expect((await send('GET', '/health')).status).toBe(200);
  const passing = (fault: unknown): boolean => !/hash|corrupt|ELOOP/i.test(String(fault));
  expect(api.faults.filter(passing)).toEqual([]);
});
