import type { Store } from '../../platform/store/store.js';

/**
 * At the start of a server: what an earlier process of it did not finish has failed. What other servers on the
 * database run is theirs to tell.
 *
 * @param server id of this server, the same after a restart.
 */
export async function failInterrupted(store: Store, server: string): Promise<void> {
  await store.writes
    .updateTable('promotion')
    .set({
      state: 'failed',
      step: 'stopped',
      message: 'The metadata server was stopped during the promotion. Promote again.',
      updated_at: Date.now()
    })
    .where('state', 'in', ['preflight', 'releasing'])
    .where(or => or.or([or('server', 'is', null), or('server', '=', server)]))
    .execute();
}
