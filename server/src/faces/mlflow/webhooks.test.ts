import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type Answer, type TestServer } from '../../../testing/test-server.js';
import { startReceiver, type WebhookReceiver } from '../../../testing/webhook-receiver.js';

const ROOT = '/api/2.0/mlflow/webhooks';
const SECRET = 'the secret of the receiver';
const VERSION_CREATED = { entity: 'MODEL_VERSION', action: 'CREATED' };
const MODEL_CREATED = { entity: 'REGISTERED_MODEL', action: 'CREATED' };

let api: TestServer;
let receiver: WebhookReceiver;
beforeEach(async () => {
  receiver = await startReceiver();
  api = await startTestServer({ webhooks: { targets: 'any', patience: 0.02 } });
});
afterEach(async () => {
  await api.stop();
  await receiver.stop();
});

async function hook(fields: Record<string, unknown> = {}): Promise<string> {
  const { json, text, status } = await api.call('POST', ROOT, {
    name: 'ci',
    url: receiver.url,
    events: [MODEL_CREATED],
    secret: SECRET,
    ...fields
  });
  if (status !== 200) {
    throw new Error(text);
  }
  return (json as { webhook: { webhook_id: string } }).webhook.webhook_id;
}

const createModel = (name: string): Promise<Answer> =>
  api.call('POST', '/api/2.0/mlflow/registered-models/create', { name, tags: [{ key: 'team', value: 'rain' }] });

describe('a webhook', () => {
  it('is made, shown, changed and deleted, and its secret is never shown', async () => {
    const id = await hook({ description: 'tells the pipeline' });
    const shown = await api.call('GET', `${ROOT}/${id}`);
    expect(shown.json).toMatchObject({
      webhook: { webhook_id: id, name: 'ci', url: receiver.url, events: [MODEL_CREATED], status: 'ACTIVE' }
    });
    const changed = await api.call('PATCH', `${ROOT}/${id}`, { status: 'DISABLED', events: [VERSION_CREATED] });
    expect(changed.json).toMatchObject({
      webhook: { status: 'DISABLED', events: [VERSION_CREATED], description: 'tells the pipeline' }
    });
    const listed = await api.call('GET', ROOT);
    for (const { text } of [shown, changed, listed]) {
      expect(text).not.toContain(SECRET);
    }
    expect((await api.call('DELETE', `${ROOT}/${id}`)).status).toBe(200);
    expect(await api.call('GET', `${ROOT}/${id}`)).toMatchObject({
      status: 404,
      json: { error_code: 'RESOURCE_DOES_NOT_EXIST', message: `Webhook with ID ${id} not found.` }
    });
  });

  it('is refused with a name, an event, a status or an address that is invalid', async () => {
    for (const [fields, words] of [
      [{ name: '-ci' }, 'must start and end with a letter'],
      [{ events: [] }, "required parameter 'events'"],
      [{ events: [{ entity: 'MODEL_VERSION', action: 'SET' }] }, "Valid actions are: ['created']"],
      [{ status: 'ASLEEP' }, 'ACTIVE, DISABLED'],
      [{ url: 'ftp://example.com' }, "Invalid webhook URL scheme: 'ftp'"],
      [{ url: 'http://user:pass@example.com' }, 'no user and no password']
    ] as const) {
      const usual = { name: 'ci', url: receiver.url, events: [MODEL_CREATED] };
      const body: object = { ...usual, ...fields };
      expect((await api.call('POST', ROOT, body)).json).toMatchObject({
        error_code: 'INVALID_PARAMETER_VALUE',
        message: expect.stringContaining(words) as string
      });
    }
  });

  it('is tried out with an example, and the answer is shown', async () => {
    const id = await hook();
    expect((await api.call('POST', `${ROOT}/${id}/test`, { event: VERSION_CREATED })).json).toEqual({
      result: { success: true, response_status: 200, response_body: 'thanks' }
    });
    expect(receiver.received[0]?.body).toMatchObject({ entity: 'model_version', data: { name: 'example_model' } });
    await receiver.stop();
    expect((await api.call('POST', `${ROOT}/${id}/test`)).json).toMatchObject({
      result: { success: false, error_message: expect.stringContaining('ECONNREFUSED') as string }
    });
    receiver = await startReceiver();
  });
});

describe('a delivery', () => {
  it('is signed as MLflow signs it, and says what happened', async () => {
    await hook();
    await createModel('rain');
    await receiver.count(1);
    const { headers, text, body } = receiver.received[0]!;
    const [id, timestamp] = [headers['x-mlflow-delivery-id'], headers['x-mlflow-timestamp']];
    const expected = createHmac('sha256', SECRET)
      .update(`${String(id)}.${String(timestamp)}.${text}`)
      .digest('base64');
    expect(headers['x-mlflow-signature']).toBe(`v1,${expected}`);
    expect(Math.abs(Number(timestamp) - Date.now() / 1000)).toBeLessThan(60);
    expect(body).toMatchObject({
      entity: 'registered_model',
      action: 'created',
      data: { name: 'rain', tags: { team: 'rain' }, description: '' }
    });
  });

  it('comes for every event of the registry that was asked for, in words of MLflow, and for no other', async () => {
    await hook({
      events: [
        VERSION_CREATED,
        { entity: 'MODEL_VERSION_TAG', action: 'SET' },
        { entity: 'MODEL_VERSION_TAG', action: 'DELETED' },
        { entity: 'MODEL_VERSION_ALIAS', action: 'CREATED' },
        { entity: 'MODEL_VERSION_ALIAS', action: 'DELETED' }
      ]
    });
    await createModel('rain');
    const version = { name: 'rain', version: '1' };
    const s3 = 's3://bucket/model';
    const steps = [
      ['POST', 'model-versions/create', { name: 'rain', source: s3 }],
      ['POST', 'model-versions/set-tag', { ...version, key: 'checked', value: 'yes' }],
      ['DELETE', 'model-versions/delete-tag', { ...version, key: 'checked' }],
      ['POST', 'registered-models/alias', { ...version, alias: 'champion' }],
      ['DELETE', 'registered-models/alias', { name: 'rain', alias: 'champion' }]
    ] as const;
    for (const [index, [method, route, fields]] of steps.entries()) {
      expect((await api.call(method, `/api/2.0/mlflow/${route}`, fields)).status).toBe(200);
      await receiver.count(index + 1);
    }
    expect(receiver.received.map(({ body }) => [body.entity, body.action, body.data])).toEqual([
      ['model_version', 'created', { ...version, source: s3, run_id: null, tags: {}, description: null }],
      ['model_version_tag', 'set', { ...version, key: 'checked', value: 'yes' }],
      ['model_version_tag', 'deleted', { ...version, key: 'checked' }],
      ['model_version_alias', 'created', { ...version, alias: 'champion' }],
      ['model_version_alias', 'deleted', { name: 'rain', alias: 'champion' }]
    ]);
  });
});

describe('deliveries of a server that reaches public addresses only', () => {
  let careful: TestServer;
  beforeEach(async () => {
    careful = await startTestServer();
  });
  afterEach(async () => {
    await careful.stop();
  });
  const refuse = async (url: string): Promise<void> => {
    const body = { name: 'ci', url, events: [MODEL_CREATED] };
    expect([url, (await careful.call('POST', ROOT, body)).status]).toEqual([url, 400]);
  };

  it('are not accepted for private addresses, however they are written', async () => {
    for (const host of [
      'localhost',
      '127.0.0.1',
      '127.1',
      '2130706433',
      '0x7f.1',
      '0177.0.0.1',
      '10.1.2.3',
      '172.31.0.1',
      '192.168.1.1',
      '169.254.169.254',
      '100.64.0.1',
      '0.0.0.0',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[fd00::1]',
      '[fe80::1]',
      '[64:ff9b::7f00:1]',
      '[2002:7f00:1::]'
    ]) {
      await refuse(`https://${host}/hook`);
    }
    await refuse(receiver.url);
  });
});
