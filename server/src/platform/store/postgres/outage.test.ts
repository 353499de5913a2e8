import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InvalidStateError, ServiceUnavailableError } from '../../errors.js';
import { startPostgres, type PostgresServer } from '../../../../testing/postgres-server.js';
import { logTo, newRun } from '../../../../testing/test-store.js';
import { openStore } from '../open-store.js';
import type { Store } from '../store.js';

let server: PostgresServer;
let store: Store;
beforeAll(async () => {
  server = await startPostgres();
  store = await openStore(server.url);
});
afterAll(async () => {
  await store.close();
  await server.stop();
});

const point = (step: number) => logTo('run-1', { metrics: [{ key: 'loss', value: 1, timestamp: 1, step }] });

describe('a PostgreSQL that becomes unavailable', () => {
  it('is an error that says so for reads and writes, and nothing once it is back', async () => {
    await store.write(newRun('run-1'));
    await store.write(point(1));
    await server.halt();
    const read = store.reads.selectFrom('run').select('uuid').execute();
    await expect(read).rejects.toThrow(ServiceUnavailableError);
    await expect(store.write(point(2))).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      message: 'The PostgreSQL database does not answer.'
    });
    const transaction = store.writes
      .transaction()
      .execute(db => db.insertInto('experiment').values({ name: 'x', created_at: 0, updated_at: 0 }).execute());
    await expect(transaction).rejects.toThrow(ServiceUnavailableError);
    await server.resume();
    await store.write(point(3));
    const points = await store.reads.selectFrom('point').select('step').orderBy('step').execute();
    expect(points).toEqual([{ step: 1 }, { step: 3 }]);
    expect(await store.reads.selectFrom('experiment').select('name').execute()).toEqual([{ name: 'Default' }]);
  });

  it('that refuses us is an error at the start, which repeats no password', async () => {
    const wrong = new URL(server.url);
    wrong.password = 'wrong-secret';
    const failed = openStore(wrong.href);
    await expect(failed).rejects.toThrow(InvalidStateError);
    await expect(failed).rejects.not.toThrow('wrong-secret');
    const nowhere = openStore('postgresql+psycopg2://user:other-secret@127.0.0.1:1/db');
    await expect(nowhere).rejects.toThrow(ServiceUnavailableError);
  });
});
