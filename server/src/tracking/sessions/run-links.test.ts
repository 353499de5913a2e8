import path from 'node:path';
import type { SpoolRecord } from '@slipway/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalBlobStore } from '../../platform/artifacts/local-blob-store.js';
import { EventLog } from '../../platform/events/event-log.js';
import { newRun, openTestStore, type TestStore } from '../../../testing/test-store.js';
import { RunLinks } from './run-links.js';
import { Sessions } from './sessions.js';

let test: TestStore;
let events: EventLog;
let links: RunLinks;
let sessions: Sessions;
const faults: unknown[] = [];
beforeEach(async () => {
  test = await openTestStore();
  events = new EventLog({ gather: 0 });
  links = new RunLinks(test.store, events, fault => faults.push(fault));
  sessions = new Sessions(test.store, await LocalBlobStore.open(path.join(test.folder, 'blobs')), events);
});
afterEach(async () => {
  await links.stop();
  await test.remove();
  expect(faults).toEqual([]);
});

const T = 1_700_000_000_000;

interface Watched {
  readonly session: string;
  readonly cell: string;
  readonly from: number;
  /** Absent: still running. */
  readonly to?: number;
}

/** What a page of JupyterLab tells about one cell of `work/NAME.ipynb`. */
async function pageTells(notebook: string, { session, cell, from, to }: Watched): Promise<void> {
  const seq = from;
  const records: SpoolRecord[] = [
    {
      seq: 1,
      at: from,
      type: 'session.started',
      session: {
        kernel: 'python3',
        language: 'python',
        notebook_path: `work/${notebook}.ipynb`,
        started_at: T,
        pid: null,
        environment: null,
        recorder: 'front_end'
      }
    },
    {
      seq: seq + 2,
      at: from,
      type: 'cell.started',
      cell: {
        execution_id: cell,
        order: seq + 1,
        execution_count: 1,
        cell_id: cell,
        message_id: cell,
        source: 'mlflow.start_run()',
        source_sha256: '0'.repeat(64),
        started_at: T + from
      }
    }
  ];
  if (to !== undefined) {
    records.push({
      seq: seq + 3,
      at: to,
      type: 'cell.finished',
      cell: {
        execution_id: cell,
        status: 'ok',
        duration_ms: to - from,
        error: null,
        run_ids: [],
        reads: [],
        writes: []
      }
    });
  }
  await sessions.ingest({ session_id: session, sender: 'page-0001', records });
  await settled();
}

/** What the MLflow client of a notebook does at the moment `at`. */
async function clientStarts(run_id: string, notebook: string, at: number): Promise<void> {
  const tags = [
    { key: 'mlflow.source.name', value: notebook },
    { key: 'mlflow.source.type', value: 'NOTEBOOK' }
  ];
  await test.store.write(newRun(run_id, { start_time: T + at, tags }));
  events.publish({ type: 'run.changed', run_id, experiment_id: '0' });
  await settled();
}

async function settled(): Promise<void> {
  events.flush();
  await links.settled();
}

async function cellsOf(run_id: string): Promise<string[]> {
  return (await sessions.cellsOfRun(run_id)).map(cell => cell.execution_id);
}

describe('a run of an MLflow client', () => {
  it('belongs to the cell that was running in the notebook of its name', async () => {
    await pageTells('churn', { session: 'session-1', cell: 'cell-early', from: 0, to: 10 });
    await pageTells('churn', { session: 'session-1', cell: 'cell-train', from: 20 });
    await pageTells('other', { session: 'session-2', cell: 'cell-other', from: 20 });
    await clientStarts('run-1', 'churn.ipynb', 25);
    expect(await cellsOf('run-1')).toEqual(['cell-train']);
    expect(await sessions.detail('session-1')).toMatchObject({ run_ids: ['run-1'] });
  });

  it('finds its cell too when the page tells of it later', async () => {
    await clientStarts('run-1', 'churn.ipynb', 25);
    expect(await cellsOf('run-1')).toEqual([]);
    await pageTells('churn', { session: 'session-1', cell: 'cell-train', from: 20, to: 90 });
    expect(await cellsOf('run-1')).toEqual(['cell-train']);
  });

  it('stays alone when no cell was running', async () => {
    await pageTells('churn', { session: 'session-1', cell: 'cell-early', from: 0, to: 10 });
    await clientStarts('run-1', 'churn.ipynb', 25);
    expect(await cellsOf('run-1')).toEqual([]);
  });

  it('stays alone rather than in a notebook of the same name that also ran', async () => {
    await pageTells('churn', { session: 'session-1', cell: 'cell-one', from: 0, to: 50 });
    await pageTells('churn', { session: 'session-2', cell: 'cell-two', from: 10, to: 50 });
    await clientStarts('run-1', 'churn.ipynb', 25);
    expect(await cellsOf('run-1')).toEqual([]);
  });

  it('belongs to later cells too that logged to it or ended it', async () => {
    await pageTells('churn', { session: 'session-1', cell: 'cell-start', from: 0, to: 10 });
    await clientStarts('run-1', 'churn.ipynb', 5);
    await test.store.write({
      kind: 'run.log',
      run_id: 'run-1',
      metrics: [{ key: 'loss', value: 1, timestamp: T + 35 }],
      params: [],
      tags: []
    });
    await test.store.write({ kind: 'run.update', run_id: 'run-1', status: 'FINISHED', end_time: T + 55 });
    await pageTells('churn', { session: 'session-1', cell: 'cell-plot', from: 20, to: 25 });
    await pageTells('churn', { session: 'session-1', cell: 'cell-log', from: 30, to: 40 });
    await pageTells('churn', { session: 'session-1', cell: 'cell-end', from: 50, to: 60 });
    expect(await cellsOf('run-1')).toEqual(['cell-start', 'cell-log', 'cell-end']);
  });
});
