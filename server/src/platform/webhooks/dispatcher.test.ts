import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../../../testing/test-store.js';
import { startReceiver, type WebhookReceiver } from '../../../testing/webhook-receiver.js';
import { Dispatcher } from './dispatcher.js';
import { Outbox } from './outbox.js';
import { SecretBox } from './secret-box.js';
import type { TargetPolicy } from './target.js';
import { Webhooks, type NewWebhook, type Webhook } from './webhooks.js';

const SECRET = 'the secret of the receiver';

let test: TestStore;
let receiver: WebhookReceiver;
let outbox: Outbox;
let dispatcher: Dispatcher;
let webhooks: Webhooks;
let faults: unknown[];

beforeEach(async () => {
  test = await openTestStore();
  receiver = await startReceiver();
  faults = [];
  compose();
});
afterEach(async () => {
  await dispatcher.stop();
  await receiver.stop();
  await test.remove();
  expect(faults).toEqual([]);
});

function compose(policy: TargetPolicy = 'any', patience = 0.02): void {
  const { store } = test;
  outbox = new Outbox();
  const stopping = new AbortController().signal;
  webhooks = new Webhooks({ store, secrets: new SecretBox('a key of the test'), policy, stopping });
  dispatcher = new Dispatcher({ store, webhooks, outbox, policy, patience, onError: error => faults.push(error) });
  dispatcher.start();
}

function hook(change: Partial<NewWebhook> = {}): Promise<Webhook> {
  return webhooks.create({
    name: 'ci',
    description: null,
    url: receiver.url,
    events: ['registered_model.created'],
    secret: SECRET,
    status: 'ACTIVE',
    ...change
  });
}

async function tell(name = 'rain'): Promise<void> {
  await test.store.writes
    .transaction()
    .execute(db => outbox.add(db, { name: 'registered_model.created', data: { name } }));
  outbox.flush();
}

/** What is still to be delivered, or was given up, once it is so much. */
async function left(wanted: number) {
  const rows = () => test.store.reads.selectFrom('webhook_delivery').selectAll().execute();
  for (let tries = 0; tries < 200 && (await rows()).length !== wanted; tries += 1) {
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  return rows();
}

describe('a delivery', () => {
  it('is gone when it was taken', async () => {
    await hook();
    await tell();
    await receiver.count(1);
    expect(await left(0)).toEqual([]);
  });

  it('is tried again with the same id until it is taken', async () => {
    receiver.behave((response, attempt) => {
      response.writeHead(attempt < 3 ? 503 : 200).end();
    });
    await hook();
    await tell();
    await receiver.count(3);
    expect(new Set(receiver.received.map(({ headers }) => headers['x-mlflow-delivery-id'])).size).toBe(1);
    expect(await left(0)).toEqual([]);
  });

  it('is given up when the receiver will never take it, and redirects are not followed', async () => {
    receiver.behave(response => {
      response.writeHead(302, { location: receiver.url }).end();
    });
    await hook();
    await tell();
    await receiver.count(1);
    await expect.poll(() => left(1)).toMatchObject([{ attempts: 1, next_at: null, error: 'answered 302' }]);
    expect(receiver.received).toHaveLength(1);
  });

  it('is given up after the last attempt, and stays on record', async () => {
    receiver.behave(response => {
      response.writeHead(500).end();
    });
    await dispatcher.stop();
    compose('any', 0);
    await hook();
    await tell();
    await receiver.count(7);
    await expect.poll(() => left(1)).toMatchObject([{ attempts: 7, next_at: null, error: 'answered 500' }]);
  });

  it('waits as long as the receiver asks for', async () => {
    receiver.behave((response, attempt) => {
      response.writeHead(attempt === 1 ? 429 : 200, { 'retry-after': '1' }).end();
    });
    await hook();
    await tell();
    await receiver.count(1);
    const first = performance.now();
    await receiver.count(2);
    expect(performance.now() - first).toBeGreaterThan(900);
  });

  it('is not lost when the process ends before it was made, or while it is made', async () => {
    receiver.behave(() => undefined);
    const { id } = await hook();
    await tell('half way');
    await receiver.count(1);
    await dispatcher.stop();
    await tell('not yet');
    await test.reopen();
    await receiver.stop();
    receiver = await startReceiver();
    compose();
    await webhooks.update(id, { url: receiver.url });
    await dispatcher.stop();
    compose();
    await receiver.count(2);
    const told = receiver.received.map(({ body }) => JSON.stringify(body.data)).sort();
    expect(told).toEqual(['{"name":"half way"}', '{"name":"not yet"}']);
    expect(await left(0)).toEqual([]);
  });

  it('is made once when two processes share the database', async () => {
    await hook();
    const other = new Dispatcher({
      store: test.store,
      webhooks,
      outbox: new Outbox(),
      policy: 'any',
      onError: error => faults.push(error)
    });
    for (let index = 0; index < 20; index += 1) {
      await test.store.writes
        .transaction()
        .execute(db => outbox.add(db, { name: 'registered_model.created', data: { name: `m${index}` } }));
    }
    other.start();
    outbox.flush();
    await receiver.count(20);
    await left(0);
    await other.stop();
    expect(receiver.received).toHaveLength(20);
  });

  it('to a receiver that hangs holds up no other', async () => {
    receiver.behave(() => undefined);
    const quick = await startReceiver();
    await hook();
    await hook({ name: 'quick', url: quick.url });
    for (const name of ['a', 'b', 'c', 'd']) {
      await tell(name);
    }
    await quick.count(4);
    await quick.stop();
    expect(receiver.received).toHaveLength(2);
  });

  it('is not made for a change that is taken back, or to a webhook that is disabled', async () => {
    await hook();
    const undone = test.store.writes.transaction().execute(async db => {
      await outbox.add(db, { name: 'registered_model.created', data: {} });
      throw new Error('taken back');
    });
    await expect(undone).rejects.toThrow('taken back');
    await hook({ name: 'asleep', status: 'DISABLED' });
    await tell();
    await receiver.count(1);
    expect(await left(0)).toEqual([]);
    expect(receiver.received).toHaveLength(1);
  });

  it('does not wait in a queue without end', async () => {
    await dispatcher.stop();
    const { id } = await hook();
    const now = Date.now();
    const row = { webhook: id, body: '{}', attempts: 0, next_at: now, error: null, created_at: now };
    await test.store.writes
      .insertInto('webhook_delivery')
      .values(Array.from({ length: 1000 }, (_, index) => ({ ...row, id: `waiting-${index}` })))
      .execute();
    await tell();
    expect(await left(1000)).toHaveLength(1000);
  });
});

describe('a webhook', () => {
  it('has its secret encrypted in the database, and bound to its row', async () => {
    const first = await hook();
    const second = await hook();
    const rows = await test.store.reads.selectFrom('webhook').select(['id', 'secret']).execute();
    expect(JSON.stringify(rows)).not.toContain(SECRET);
    const sealed = rows.find(row => row.id === first.id)?.secret ?? null;
    expect(webhooks.opened({ id: first.id, secret: sealed })).toBe(SECRET);
    expect(() => webhooks.opened({ id: second.id, secret: sealed })).toThrow();
  });

  it('is not followed to a private address where it had a public one before', async () => {
    const literal = await hook();
    const named = await hook({ url: receiver.url.replace('127.0.0.1', 'localhost') });
    await dispatcher.stop();
    compose('public');
    for (const { id } of [literal, named]) {
      expect(await webhooks.test(id)).toMatchObject({
        success: false,
        error_message: expect.stringContaining('not a public address') as string
      });
    }
    await tell();
    await expect.poll(() => left(2)).toMatchObject([{ next_at: null }, { next_at: null }]);
    expect(receiver.received).toEqual([]);
  });
});
