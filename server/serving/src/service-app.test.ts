import { mkdir, mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ModelSignature, Revision } from '@slipway/contract';
import { ServiceFolder } from '@slipway/service-folder';
import type { DecodedRows, Outputs } from '@slipway/tensor-inputs';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RequestCounts } from './request-counts.js';
import type { Revisions } from './revisions.js';
import { serviceApp } from './service-app.js';

const signature: ModelSignature = {
  task: 'regression',
  target: 'y',
  labels: null,
  inputs: [
    { name: 'a', datatype: 'FP32', shape: [-1, 1], nullable: true, range: null },
    { name: 'b', datatype: 'INT32', shape: [-1, 1], nullable: false, range: null, limits: { min: 0, max: 255 } }
  ],
  outputs: [{ name: 'value', datatype: 'FP32', shape: [-1, 1], role: 'value' }],
  training_frame: null
};
const revisionOf = (version: number): Revision => ({
  revision: version,
  model: 'm',
  version,
  bundle_digest: String(version).repeat(64),
  traffic: 100
});

/** What answers in place of a graph: the sum of the inputs. */
const model = {
  signature,
  healthy: true,
  predict: async ({ rows, inputs }: DecodedRows): Promise<Outputs> => {
    const [a, b] = [inputs['a'] as Float32Array, inputs['b'] as Int32Array];
    return { value: { width: 1, data: Float32Array.from({ length: rows }, (_, row) => a[row]! + b[row]!) } };
  }
};

let folder: ServiceFolder;
let counts: RequestCounts;
let app: FastifyInstance;
let revision: Revision;
beforeEach(async () => {
  folder = new ServiceFolder(await mkdtemp(path.join(os.tmpdir(), 'slipway-service-')), 'm');
  await mkdir(folder.path, { recursive: true });
  await start(revisionOf(1));
});
afterEach(() => app.close());

async function start(served: Revision): Promise<void> {
  revision = served;
  counts = await RequestCounts.open(folder);
  const revisions = {
    healthy: true,
    state: { release: 1, refused: null },
    get manifest() {
      return { service: 'm', revisions: [revision] };
    },
    choose: () => ({ revision, model, scoring: null })
  };
  // Only what the application asks of them.
  app = serviceApp(revisions as unknown as Revisions, { answered: counts, startedAt: 1 });
}

const post = (url: string, body: unknown, type = 'application/json') =>
  app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': type },
    payload: typeof body === 'string' ? body : JSON.stringify(body)
  });
const requests = async (): Promise<unknown> => (await app.inject('/health')).json<{ requests: number }>().requests;

describe('the number of answered requests', () => {
  it('is that of the version in use, and goes on after a restart and when the version is restored', async () => {
    await post('/predict', { a: 1, b: 2 });
    await post('/predict', { a: 1, b: 2 });
    await post('/predict', { a: 'wrong', b: 2 });
    expect(await requests()).toBe(2);
    revision = revisionOf(2);
    expect(await requests()).toBe(0);
    await post('/invocations', { instances: [[1, 2]] });
    expect(await requests()).toBe(1);
    await app.close();
    await counts.save();
    await start(revisionOf(1));
    expect(await requests()).toBe(2);
  });
});

describe('a request of the Open Inference Protocol', () => {
  it('may have null for what it leaves out', async () => {
    const tensor = (name: string, datatype: string, value: number) => ({
      name,
      datatype,
      shape: [1, 1],
      data: [value]
    });
    const inputs = [tensor('a', 'FP32', 1), tensor('b', 'INT32', 2)];
    const answer = await post('/v2/models/m/infer', { id: null, parameters: null, outputs: null, inputs });
    expect([answer.statusCode, answer.json()]).toMatchObject([200, { outputs: [{ name: 'value', data: [3] }] }]);
    expect(answer.json()).not.toHaveProperty('id');
  });
});

describe('a CSV body', () => {
  it('may begin with the mark that spreadsheets write', async () => {
    const answer = await post('/invocations', '\uFEFFa,b\r\n1,2\r\n,3\r\n', 'text/csv; charset=utf-8');
    expect([answer.statusCode, answer.json()]).toMatchObject([200, { predictions: [3, null] }]);
  });
});

describe('a body of another type', () => {
  it('is refused with the type to send', async () => {
    const answer = await post('/predict', 'a=1', 'application/x-www-form-urlencoded');
    expect([answer.statusCode, answer.json()]).toEqual([
      415,
      {
        error:
          'headers.content-type: expected application/json, or text/csv for /invocations; got application/x-www-form-urlencoded'
      }
    ]);
  });
});

describe('/metrics of a service', () => {
  it('counts predictions by version and requests by status', async () => {
    await post('/predict', { rows: [{ b: 1 }, { b: 2 }] });
    await post('/predict', { b: 256 });
    const { body, headers } = await app.inject('/metrics');
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(body).toContain('slipway_predictions_total{model="m",version="1"} 1\n');
    expect(body).toContain('slipway_predicted_rows_total{model="m",version="1"} 2\n');
    expect(body).toMatch(/^http_server_request_duration_seconds_count\{.*route="\/predict".*code="400"\} 1$/m);
  });
});

describe('/openapi.json of a service', () => {
  it('says what the model takes', async () => {
    const document = (await app.inject('/openapi.json')).json<{
      info: object;
      paths: Record<string, { post: { requestBody: { content: { 'application/json': { schema: unknown } } } } }>;
    }>();
    expect(document.info).toMatchObject({ title: 'm', version: '1' });
    expect(Object.keys(document.paths)).toContain('/v2/models/m/infer');
    expect(document.paths['/predict']?.post.requestBody.content['application/json'].schema).toMatchObject({
      anyOf: [
        {
          properties: {
            a: { anyOf: [{ type: 'number' }, { type: 'null' }] },
            b: { type: 'integer', minimum: 0, maximum: 255 }
          },
          required: ['b']
        },
        { properties: { rows: { type: 'array' } } }
      ]
    });
  });
});
