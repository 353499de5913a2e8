import type { RunDetail, RunGroup } from '@slipway/contract';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SlipwayClient } from '@slipway/client';
import { FakeConnection } from '../../../testing/fake-connection.js';
import { FakeServer } from '../../../../packages/client/testing/fake-server.js';
import { sampleRun } from '../../../../packages/client/testing/samples.js';
import { RunsModel } from './model.js';

/** Every experiment has twenty runs more than are given. */
function groupsOf(runs: readonly RunDetail[]): RunGroup[] {
  return [...new Set(runs.map(({ experiment_id }) => experiment_id))].map(experiment_id => {
    const members = runs.filter(run => run.experiment_id === experiment_id);
    const experiment_name = members[0]?.experiment_name ?? '';
    return { experiment_id, experiment_name, run_count: members.length + 20, runs: members };
  });
}

describe('the model of the Runs sidebar', () => {
  let runs: RunDetail[];
  let older: RunDetail[];
  let hasMore: boolean;
  let connection: FakeConnection;
  let server: FakeServer;
  let model: RunsModel;

  beforeEach(() => {
    vi.useFakeTimers();
    runs = [sampleRun({ run_id: 'a' }), sampleRun({ run_id: 'b', experiment_id: '2', experiment_name: 'churn' })];
    older = [...runs, sampleRun({ run_id: 'z' })];
    hasMore = false;
    connection = new FakeConnection();
    server = new FakeServer({
      'GET /api/v1/run-groups': () => ({ groups: groupsOf(runs), has_more: hasMore }),
      'GET /api/v1/runs': () => ({ runs: older })
    });
    model = new RunsModel({ client: new SlipwayClient(server.transport), connection, pageSize: 20 });
  });

  afterEach(() => {
    model.dispose();
    vi.useRealTimers();
  });

  const show = async (): Promise<void> => {
    model.active = true;
    await vi.advanceTimersByTimeAsync(0);
  };
  const runIds = (): string[] => model.groups.flatMap(group => group.runs.map(run => run.run_id));

  it('groups runs by experiment, in the order of the newest run', async () => {
    runs = [...runs, sampleRun({ run_id: 'c' })];
    await show();
    expect(
      model.groups.map(({ experiment_name, run_count, runs: members }) => [experiment_name, run_count, members.length])
    ).toEqual([
      ['rain', 22, 2],
      ['churn', 21, 1]
    ]);
  });

  it('shows a new run when its event comes', async () => {
    await show();
    runs = [sampleRun({ run_id: 'c', status: 'RUNNING' }), ...runs];
    connection.event.emit({ type: 'run.changed', run_id: 'c', experiment_id: '1' });
    await vi.advanceTimersByTimeAsync(300);
    expect(runIds()).toContain('c');
  });

  it('keeps its runs while the server is away and reads them again when it is back', async () => {
    await show();
    server.goAway();
    connection.goOffline();
    expect(runIds()).toEqual(['a', 'b']);
    runs = [sampleRun({ run_id: 'd' })];
    server.comeBack();
    connection.goOnline();
    await vi.advanceTimersByTimeAsync(300);
    expect(runIds()).toEqual(['d']);
  });

  it('asks the server for the words of the filter after a pause in typing', async () => {
    await show();
    for (const text of ['c', 'ca', 'cal']) {
      model.text = text;
      await vi.advanceTimersByTimeAsync(100);
    }
    await vi.advanceTimersByTimeAsync(200);
    expect(server.requests).toEqual([
      'GET /api/v1/run-groups?limit=50&runs=20',
      'GET /api/v1/run-groups?limit=50&runs=20&text=cal'
    ]);
    expect(model.filtered).toBe(true);
  });

  it('asks for one status', async () => {
    await show();
    model.status = 'FAILED';
    await vi.advanceTimersByTimeAsync(0);
    expect(server.requests.at(-1)).toBe('GET /api/v1/run-groups?limit=50&runs=20&status=FAILED');
  });

  it('reads more experiments when asked, and says whether there is more', async () => {
    hasMore = true;
    await show();
    expect(model.hasMore).toBe(true);
    hasMore = false;
    model.showMore();
    await vi.advanceTimersByTimeAsync(0);
    expect(server.requests.at(-1)).toBe('GET /api/v1/run-groups?limit=100&runs=20');
    expect(model.hasMore).toBe(false);
  });

  it('shows more runs of one experiment, and keeps them when it is read again', async () => {
    await show();
    model.showMoreOf('2');
    await vi.advanceTimersByTimeAsync(0);
    expect(server.requests.at(-1)).toBe('GET /api/v1/runs?experiment_id=2&limit=21');
    expect(model.groups.find(group => group.experiment_id === '2')?.runs.map(run => run.run_id)).toContain('z');
    model.refresh();
    await vi.advanceTimersByTimeAsync(0);
    expect(runIds()).toContain('z');
  });

  it('closes and opens experiments', () => {
    expect(model.isExpanded('1')).toBe(true);
    model.toggle('1');
    expect(model.isExpanded('1')).toBe(false);
    model.toggle('1');
    expect(model.isExpanded('1')).toBe(true);
  });
});
