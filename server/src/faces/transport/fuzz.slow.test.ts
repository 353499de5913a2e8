import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawRequest } from '../../../testing/raw-request.js';
import { startTestServer, type TestServer } from '../../../testing/test-server.js';
import { makeProject, type ProjectObjects } from '../../../testing/two-projects.js';
import type { GuardedRoute } from './access-rules.js';

const RUNS = 1500;

let api: TestServer;
let objects: ProjectObjects;
let routes: GuardedRoute[];
beforeAll(async () => {
  api = await startTestServer({ auth: 'users' });
  objects = await makeProject(api, 'fuzzed');
  // Half of the routes only say that there is nothing.
  routes = api.server.routes.filter(
    ({ url, method }) => method !== 'HEAD' && !/\/\*$/.test(url.replace('artifacts/*', ''))
  );
});
afterAll(async () => {
  await api.stop();
});

/** Names that requests have, so that what is random gets further than to a missing field. */
const FIELDS = [
  ...['run_id', 'run_uuid', 'experiment_id', 'experiment_ids', 'name', 'key', 'value', 'timestamp', 'step', 'metrics'],
  ...['params', 'tags', 'filter', 'order_by', 'max_results', 'page_token', 'view_type', 'run_view_type', 'status'],
  ...[
    'datasets',
    'dataset',
    'models',
    'model_id',
    'source',
    'version',
    'alias',
    'stage',
    'description',
    'events',
    'url'
  ],
  ...[
    'entity',
    'action',
    'records',
    'session_id',
    'seq',
    'at',
    'type',
    'cell',
    'files',
    'path',
    'sha256',
    'size',
    'model'
  ],
  ...['environment', 'reason', 'preflight_id', 'columns', 'digest', 'scopes', 'user', 'password', 'role', 'metric_key'],
  ...[
    'start_step',
    'end_step',
    'run_ids',
    'limit',
    'text',
    'points',
    'notebook',
    'artifact_location',
    'upload_id',
    'parts'
  ]
];
const ODD = [
  '',
  '\0',
  'a\0b',
  '\ud800',
  '..',
  '/',
  '%',
  "'",
  '"',
  '`',
  '\\',
  '-1',
  '1e400',
  '9'.repeat(30),
  'NaN',
  'null',
  '🦆'
];
const NUMBERS = [0, -1, 1.5, 2 ** 31, 2 ** 53, -(2 ** 53), 1e308, -1e-320];

const value = (): fc.Arbitrary<unknown> => {
  const known = fc.constantFrom(...Object.values(objects));
  const text = fc.oneof(known, fc.constantFrom(...ODD), fc.string(), fc.string({ unit: 'binary' }));
  const plain = fc.oneof(text, fc.constantFrom(...NUMBERS), fc.integer(), fc.double(), fc.boolean(), fc.constant(null));
  const { tree } = fc.letrec<{ tree: unknown }>(tie => ({
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      plain,
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom(...FIELDS), tie('tree'), { maxKeys: 5 })
    )
  }));
  return tree;
};

describe('requests of random fields to every route', () => {
  it('are answered, never with an internal error', async () => {
    const request = fc.record({
      route: fc.constantFrom(...routes),
      fields: fc.dictionary(fc.constantFrom(...FIELDS), value(), { maxKeys: 8 }),
      inUrl: fc.array(fc.oneof(fc.constantFrom(...Object.values(objects)), fc.constantFrom(...ODD), fc.string()), {
        minLength: 4,
        maxLength: 4
      }),
      asBytes: fc.boolean()
    });
    await fc.assert(
      fc.asyncProperty(request, async ({ route, fields, inUrl, asBytes }) => {
        let next = 0;
        const path = route.url.replace(/:\w+|\*/g, () => encodeSafely(inUrl[next++ % inUrl.length] ?? ''));
        const isBodiless = route.method === 'GET' || (route.method === 'DELETE' && asBytes);
        const query = Object.entries(fields).map(([key, each]) => `${key}=${encodeSafely(textOf(each))}`);
        const body = JSON.stringify(fields);
        const answer = await rawRequest(
          api.server.port,
          route.method,
          isBodiless ? `${path}?${query.join('&')}` : path,
          {
            authorization: `Bearer ${api.server.token}`,
            ...(isBodiless
              ? {}
              : {
                  'content-type': asBytes ? 'application/octet-stream' : 'application/json',
                  'content-length': String(Buffer.byteLength(body))
                })
          },
          isBodiless ? '' : body
        );
        // 501: not implemented; 503: this server has no place for services.
        if (answer.status >= 500 && answer.status !== 501 && answer.status !== 503) {
          throw new Error(`${answer.status} ${answer.text} ${String(api.faults.at(-1))}`);
        }
      }),
      { numRuns: RUNS, endOnFailure: true }
    );
    expect(api.faults).toEqual([]);
    expect((await rawRequest(api.server.port, 'GET', '/health')).text).toBe('OK');
  }, 120_000);
});

function textOf(each: unknown): string {
  return typeof each === 'string' ? each : (JSON.stringify(each) ?? '');
}

/** Addresses cannot hold half a character. */
function encodeSafely(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
