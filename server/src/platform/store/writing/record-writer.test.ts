import type { SpoolRecord } from '@slipway/contract';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestStore, sessionStarted, type TestStore } from '../../../../testing/test-store.js';

let test: TestStore;
beforeEach(async () => {
  test = await openTestStore();
});
afterEach(async () => {
  await test.remove();
});

const at = 1_700_000_000_000;

function cellStarted(seq: number, session: string): SpoolRecord {
  return {
    seq,
    at,
    type: 'cell.started',
    cell: {
      execution_id: `${session}.${seq}`,
      order: seq,
      execution_count: seq,
      cell_id: null,
      message_id: 'm',
      source: 'x',
      source_sha256: '0'.repeat(64),
      started_at: at
    }
  };
}

function send(session_id: string, records: readonly SpoolRecord[]) {
  return test.store.write({ kind: 'records', session_id, records });
}

describe('records of a kernel', () => {
  it('are stored exactly once, in whatever order and however often batches arrive', async () => {
    let count = 0;
    const seqs = fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 20 });
    const deliveries = seqs.chain(all => fc.array(fc.subarray(all), { maxLength: 8 }).map(some => [...some, all]));
    await fc.assert(
      fc.asyncProperty(deliveries, fc.infiniteStream(fc.nat()), async (batches, shuffle) => {
        const session = `session-${(count += 1)}`;
        const ordered = batches
          .map(batch => ({ batch: [...batch].sort((a, b) => a - b), key: shuffle.next().value as number }))
          .sort((a, b) => a.key - b.key);
        for (const { batch } of ordered) {
          const answer = await send(
            session,
            batch.map(seq => cellStarted(seq, session))
          );
          expect(answer.refused).toEqual([]);
        }
        const cells = await test.store.reads
          .selectFrom('cell_execution')
          .innerJoin('session', 'session.id', 'cell_execution.session')
          .where('session.uuid', '=', session)
          .select(['cell_execution.position', 'session.cell_count', 'session.last_seq'])
          .orderBy('cell_execution.position')
          .execute();
        const all = [...new Set(batches.flat())].sort((a, b) => a - b);
        expect(cells.map(cell => cell.position)).toEqual(all);
        expect(cells[0]).toMatchObject({ cell_count: all.length, last_seq: all.at(-1) });
      }),
      { numRuns: 80 }
    );
  });

  it('are remembered over a restart', async () => {
    await send('session-1', [sessionStarted(1, at), cellStarted(2, 'session-1')]);
    await test.reopen();
    const answer = await send('session-1', [cellStarted(2, 'session-1'), cellStarted(3, 'session-1')]);
    expect(answer).toMatchObject({ acknowledged_seq: 3, refused: [] });
    expect(await test.store.reads.selectFrom('cell_execution').selectAll().execute()).toHaveLength(2);
  });

  it('of several pages that watch one kernel are counted for each page, and what they saw is stored once', async () => {
    const saw = (seq: number, cell_id: string | null): SpoolRecord[] => {
      const started = cellStarted(seq, 'session-1');
      if (started.type !== 'cell.started') {
        return [];
      }
      const execution_id = 'same-cell';
      return [
        { ...started, cell: { ...started.cell, execution_id, cell_id } },
        {
          seq: seq + 1,
          at,
          type: 'cell.finished',
          cell: { execution_id, status: 'ok', duration_ms: 3, error: null, run_ids: [], reads: [], writes: [] }
        }
      ];
    };
    const from = (sender: string, records: SpoolRecord[]) =>
      test.store.write({ kind: 'records', session_id: 'session-1', sender, records });
    expect(await from('page-one', saw(1, null))).toMatchObject({ acknowledged_seq: 2, refused: [] });
    expect(await from('page-two', saw(1, 'cell-a'))).toMatchObject({ acknowledged_seq: 2, refused: [] });
    expect(await from('page-two', saw(1, 'cell-a'))).toMatchObject({ changed: { cells: [] } });
    const cells = await test.store.reads.selectFrom('cell_execution').selectAll().execute();
    expect(cells).toHaveLength(1);
    expect(cells[0]).toMatchObject({ cell_id: 'cell-a', status: 'ok', duration_ms: 3 });
    expect(await test.store.reads.selectFrom('session').select(['last_seq', 'cell_count']).execute()).toEqual([
      { last_seq: 0, cell_count: 1 }
    ]);
  });

  it('that name what is not there are refused one by one, and the others stored', async () => {
    const answer = await send('session-1', [
      sessionStarted(1, at),
      { seq: 2, at, type: 'run.finished', run_id: 'nobody', status: 'FINISHED', end_time: at, failure: null },
      cellStarted(3, 'session-1')
    ]);
    expect(answer.acknowledged_seq).toBe(3);
    expect(answer.refused).toEqual([{ seq: 2, message: 'There is no run nobody.' }]);
    expect(await test.store.reads.selectFrom('cell_execution').selectAll().execute()).toHaveLength(1);
  });

  it('make a session even when its first record was lost', async () => {
    await send('session-1', [cellStarted(5, 'session-1')]);
    expect(await test.store.reads.selectFrom('session').select(['state', 'cell_count']).execute()).toEqual([
      { state: 'alive', cell_count: 1 }
    ]);
  });

  it('put runs into an experiment of their name, which they make when there is none', async () => {
    const started = (seq: number, run_id: string): SpoolRecord => ({
      seq,
      at,
      type: 'run.started',
      run_id,
      experiment_name: 'rain',
      name: 'elm',
      start_time: at,
      user: '',
      tags: []
    });
    await send('session-1', [sessionStarted(1, at), started(2, 'run-1'), started(3, 'run-2')]);
    const runs = await test.store.reads
      .selectFrom('run')
      .innerJoin('experiment', 'experiment.id', 'run.exp')
      .select('experiment.name')
      .execute();
    expect(runs).toEqual([{ name: 'rain' }, { name: 'rain' }]);
  });
});
