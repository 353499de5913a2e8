import path from 'node:path';
import type { CellOutput, SpoolRecord } from '@slipway/contract';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalBlobStore } from '../../platform/artifacts/local-blob-store.js';
import { EventLog } from '../../platform/events/event-log.js';
import { openTestStore, sessionStarted, type TestStore } from '../../../testing/test-store.js';
import { Sessions } from './sessions.js';

const at = 1_700_000_000_000;
const EXECUTION = 'execution-1';

let test: TestStore;
let blobs: LocalBlobStore;
let sessions: Sessions;
beforeEach(async () => {
  test = await openTestStore();
  blobs = await LocalBlobStore.open(path.join(test.folder, 'blobs'));
  sessions = new Sessions(test.store, blobs, new EventLog());
});
afterEach(() => test.remove());

const printed = (text: string): CellOutput => ({ output_type: 'stream', name: 'stdout', text });
const shown = (data: Record<string, unknown>): CellOutput => ({ output_type: 'display_data', data, metadata: {} });

function showed(seq: number, revision: number, ...outputs: CellOutput[]): SpoolRecord {
  return { seq, at, type: 'cell.outputs', cell: { execution_id: EXECUTION, revision, outputs, left_out: 0 } };
}

function started(seq: number, cell_id: string | null): SpoolRecord {
  const cell = { order: 1, execution_count: 1, message_id: 'm', source: 'x', source_sha256: '0'.repeat(64) };
  return { seq, at, type: 'cell.started', cell: { ...cell, execution_id: EXECUTION, cell_id, started_at: at } };
}

function finished(seq: number, duration_ms: number | null, reads: string[]): SpoolRecord {
  const cell = { status: 'ok' as const, error: null, run_ids: [], writes: [] };
  return { seq, at, type: 'cell.finished', cell: { ...cell, execution_id: EXECUTION, duration_ms, reads } };
}

describe('outputs of cells', () => {
  it('are on record with a digest, which the list of cells names too', async () => {
    const records = [sessionStarted(1, at), started(2, 'a'), showed(3, 1, printed('hello\n'))];
    await sessions.ingest({ session_id: 'session-1', records });
    const recorded = await sessions.outputs('session-1', EXECUTION);
    expect(recorded.outputs).toEqual([printed('hello\n')]);
    const [cell] = await sessions.cells('session-1');
    expect(cell?.outputs).toEqual({ count: 1, digest: recorded.digest, left_out: 0 });
  });

  it('have the same digest when the same was shown under another number', async () => {
    const result = (execution_count: number): CellOutput => ({
      ...{ output_type: 'execute_result', execution_count, metadata: { at: execution_count } },
      data: { 'text/plain': '42', 'text/html': '<b>42</b>' }
    });
    const digests = [];
    for (const count of [1, 7]) {
      await sessions.ingest({ session_id: `session-${count}`, records: [showed(1, 1, result(count))] });
      digests.push((await sessions.outputs(`session-${count}`, EXECUTION)).digest);
    }
    expect(digests[0]).toBe(digests[1]);
  });

  it('that are large are kept as blobs: images as their bytes, the same image once', async () => {
    const image = Buffer.alloc(60_000, 'pixels');
    const chart = { description: 'x'.repeat(50_000) };
    const outputs = [
      shown({ 'image/png': image.toString('base64'), 'text/plain': 'an image' }),
      shown({ 'image/png': image.toString('base64') }),
      shown({ 'application/vnd.vegalite.v5+json': chart })
    ];
    await sessions.ingest({ session_id: 'session-1', records: [showed(1, 3, ...outputs)] });
    const [first, second, third] = (await sessions.outputs('session-1', EXECUTION)).outputs;
    expect(first).toMatchObject({ data: { 'text/plain': 'an image' }, blobs: { 'image/png': { size: 60_000 } } });
    const hash = (output: CellOutput | undefined, type: string): string =>
      (output?.output_type === 'display_data' && output.blobs?.[type]?.sha256) || 'none';
    expect(hash(first, 'image/png')).toBe(hash(second, 'image/png'));
    expect(await blobs.read(hash(first, 'image/png'))).toEqual(image);
    const stored = await blobs.read(hash(third, 'application/vnd.vegalite.v5+json'));
    expect(JSON.parse(stored.toString())).toEqual(chart);
    expect(await test.store.reads.selectFrom('session_blob').selectAll().execute()).toHaveLength(2);
  });

  it('of kernel and pages join to one record, in whatever order and however often they arrive', async () => {
    // A page that was there from the start, one that came late, and the kernel itself; each in its own order.
    const reporters: Record<string, SpoolRecord[]> = {
      kernel: [
        started(1, null),
        showed(2, 1, printed('a')),
        finished(3, 5, ['variable:x']),
        showed(4, 2, printed('ab'))
      ],
      'page-one': [started(1, 'cell-a'), showed(2, 9, printed('ab'), shown({ 'text/plain': '?' })), finished(3, 6, [])],
      'page-two': [started(1, null), showed(2, 1, printed('b')), finished(3, null, [])]
    };
    const sends = fc.shuffledSubarray(
      ['kernel', 'page-one', 'page-two', 'kernel', 'page-one', 'page-two', 'kernel', 'page-one', 'page-two', 'kernel'],
      { minLength: 10 }
    );
    let count = 0;
    const join = async (order: readonly string[]): Promise<object> => {
      const session_id = `session-${(count += 1)}`;
      const executionOf = (record: SpoolRecord): SpoolRecord =>
        // Executions have ids of their own in each session.
        JSON.parse(JSON.stringify(record).replaceAll(EXECUTION, `${session_id}.1`)) as SpoolRecord;
      const sent = new Map<string, number>();
      for (const reporter of [...order, ...Object.keys(reporters).flatMap(name => [name, name, name, name])]) {
        const upTo = (sent.get(reporter) ?? 0) + 1;
        sent.set(reporter, upTo);
        // Everything so far again, and one record more.
        const records = (reporters[reporter] ?? []).slice(0, upTo).map(executionOf);
        await sessions.ingest({ session_id, records, ...(reporter === 'kernel' ? {} : { sender: reporter }) });
      }
      const cells = await sessions.cells(session_id);
      const { outputs } = await sessions.outputs(session_id, `${session_id}.1`);
      return { cells: cells.map(({ session_id: _s, execution_id: _e, ...cell }) => cell), outputs };
    };
    const expected = await join([]);
    expect(expected).toMatchObject({
      cells: [{ cell_id: 'cell-a', status: 'ok', duration_ms: 5, reads: ['variable:x'], outputs: { count: 1 } }],
      outputs: [printed('ab')]
    });
    await fc.assert(
      fc.asyncProperty(sends, async order => {
        expect(await join(order)).toEqual(expected);
      }),
      { numRuns: 40 }
    );
  });

  it('that come before anything else is known of their session and cell are kept', async () => {
    await sessions.ingest({ session_id: 'session-1', sender: 'page-one', records: [showed(1, 1, printed('early'))] });
    await sessions.ingest({ session_id: 'session-1', records: [sessionStarted(1, at), started(2, 'a')] });
    expect((await sessions.cells('session-1'))[0]?.outputs).toMatchObject({ count: 1 });
  });

  it('of another session are not touched by the same execution id', async () => {
    await sessions.ingest({ session_id: 'session-1', records: [showed(1, 1, printed('mine'))] });
    await sessions.ingest({ session_id: 'session-2', records: [showed(1, 9, printed('theirs'))] });
    expect((await sessions.outputs('session-1', EXECUTION)).outputs).toEqual([printed('mine')]);
  });
});

describe('the environment of a session', () => {
  it('may become known late, and keeps a long difference to the commit as a blob', async () => {
    const diff = `diff --git a/x b/x\n${'+line\n'.repeat(5000)}`;
    const environment = { runtime: 'node', platform: 'test', hostname: 'here', packages: {} };
    const git = { commit: 'c0ffee', dirty: true, branch: 'main', diff };
    const records: SpoolRecord[] = [
      sessionStarted(1, at),
      { seq: 2, at, type: 'session.seen', environment: { ...environment, git } }
    ];
    await sessions.ingest({ session_id: 'session-1', records });
    const { environment: known } = await sessions.detail('session-1');
    expect(known?.git).toMatchObject({ commit: 'c0ffee', dirty: true, diff_blob: { size: diff.length } });
    expect(known?.git?.diff).toBeUndefined();
    expect((await blobs.read(known?.git?.diff_blob?.sha256 ?? '')).toString()).toBe(diff);
  });
});
