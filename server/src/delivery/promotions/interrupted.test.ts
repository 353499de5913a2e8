import { afterEach, beforeEach, expect, it } from 'vitest';
import type { PromotionTable } from '../../platform/store/tables.js';
import { openTestStore, type TestStore } from '../../../testing/test-store.js';
import { failInterrupted } from './interrupted.js';

let test: TestStore;
beforeEach(async () => {
  test = await openTestStore();
});
afterEach(() => test.remove());

async function addPromotion(id: string, state: PromotionTable['state'], server: string | null): Promise<void> {
  await test.store.writes
    .insertInto('promotion')
    .values({
      ...{ id, state, server, model: 'rain', version: 1, bundle_digest: 'd', environment: 'production' },
      ...{ service: 'rain', reason: '', step: '', message: null, service_url: null, preflight_id: null },
      ...{ created_at: 1, updated_at: 1 }
    })
    .execute();
}

it('a server that starts fails the promotions that it left open, and leaves those of others to them', async () => {
  await addPromotion('ours', 'releasing', 'one');
  await addPromotion('of-before', 'preflight', null);
  await addPromotion('done', 'running', 'one');
  await addPromotion('theirs', 'releasing', 'two');
  await failInterrupted(test.store, 'one');
  const rows = await test.store.reads.selectFrom('promotion').select(['id', 'state']).orderBy('id').execute();
  expect(Object.fromEntries(rows.map(({ id, state }) => [id, state]))).toEqual({
    ours: 'failed',
    'of-before': 'failed',
    done: 'running',
    theirs: 'releasing'
  });
});
