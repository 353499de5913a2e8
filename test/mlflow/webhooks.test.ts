import { createHmac } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startReceiver, type WebhookReceiver } from '../../server/testing/webhook-receiver.js';
import { freshFolder, PYTHON, run, startServerProcess, type ServerProcess } from '../server/slipway-process.js';

const SCRIPT = fileURLToPath(new URL('./use_webhooks.py', import.meta.url));

let folder: Awaited<ReturnType<typeof freshFolder>>;
let server: ServerProcess;
let receiver: WebhookReceiver;
beforeAll(async () => {
  folder = await freshFolder();
  receiver = await startReceiver();
  server = await startServerProcess(path.join(folder.path, '.slipway'), ['--port', '0', '--webhook-targets', 'any']);
});
afterAll(async () => {
  await server.end('SIGTERM');
  await receiver.stop();
  await folder.remove();
});

describe('the stock MLflow client, with webhooks', () => {
  it('makes, tries, changes, lists and deletes them, and what they were made for arrives', async () => {
    const ended = await run(PYTHON, [SCRIPT], {
      cwd: folder.path,
      env: { MLFLOW_TRACKING_URI: server.url, MLFLOW_TRACKING_TOKEN: server.token, RECEIVER: receiver.url }
    });
    expect(ended.stderr.includes('Traceback') ? ended.stderr : '').toBe('');
    expect(JSON.parse(ended.stdout.trim().split('\n').at(-1) ?? '')).toEqual({
      created: ['ci', ['model_version.created', 'model_version_alias.created'], 'ACTIVE', 'tells the pipeline', null],
      got: true,
      tested: [true, 200, 'thanks'],
      updated: ['DISABLED', ['registered_model.created'], 'tells the pipeline'],
      listed: ['ci'],
      deleted: 'RESOURCE_DOES_NOT_EXIST',
      refused: 'INVALID_PARAMETER_VALUE'
    });
    await receiver.count(3);
    expect(receiver.received.map(({ body }) => [`${body.entity}.${body.action}`, body.data])).toEqual([
      ['model_version_alias.created', { name: 'example_model', alias: 'example_alias', version: '1' }],
      [
        'model_version.created',
        {
          name: 'told of',
          version: '1',
          source: 's3://bucket/model',
          run_id: null,
          tags: { stage: 'new' },
          description: null
        }
      ],
      ['model_version_alias.created', { name: 'told of', alias: 'champion', version: '1' }]
    ]);
    for (const { headers, text } of receiver.received) {
      const signed = `${String(headers['x-mlflow-delivery-id'])}.${String(headers['x-mlflow-timestamp'])}.${text}`;
      const signature = createHmac('sha256', 'the secret of the receiver').update(signed).digest('base64');
      expect(headers['x-mlflow-signature']).toBe(`v1,${signature}`);
    }
  });
});
