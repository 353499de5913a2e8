import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SlipwayClient } from '@slipway/client';
import { FakeConnection } from '../../testing/fake-connection.js';
import { FakeServer } from '../../../packages/client/testing/fake-server.js';
import { sampleDataset } from '../../../packages/client/testing/samples.js';
import { DatasetsModel } from './datasets/model.js';
import { rowKey } from './named-list.js';

describe('a sidebar of names with versions', () => {
  let datasets: ReturnType<typeof sampleDataset>[];
  let connection: FakeConnection;
  let model: DatasetsModel;

  beforeEach(() => {
    vi.useFakeTimers();
    datasets = [sampleDataset('weather', [2, 1]), sampleDataset('churn', [1])];
    connection = new FakeConnection();
    const server = new FakeServer({ 'GET /api/v1/datasets': () => ({ datasets }) });
    model = new DatasetsModel(new SlipwayClient(server.transport), connection);
  });

  afterEach(() => {
    model.dispose();
    vi.useRealTimers();
  });

  const show = async (): Promise<void> => {
    model.active = true;
    await vi.advanceTimersByTimeAsync(0);
  };

  it('chooses the newest version of the first name until the user chooses', async () => {
    expect(model.selected).toBeNull();
    await show();
    expect(model.selected).toEqual({ name: 'weather', version: 2 });
    model.selected = { name: 'churn', version: 1 };
    expect(model.selected).toEqual({ name: 'churn', version: 1 });
  });

  it('chooses anew when the chosen version is gone', async () => {
    await show();
    model.selected = { name: 'churn', version: 1 };
    datasets = [sampleDataset('weather', [2, 1])];
    connection.event.emit({ type: 'dataset.changed', name: 'churn' });
    await vi.advanceTimersByTimeAsync(300);
    expect(model.selected).toEqual({ name: 'weather', version: 2 });
  });

  it('shows the names that hold what was typed', async () => {
    await show();
    model.text = ' CHU';
    expect(model.items.map(({ name }) => name)).toEqual(['churn']);
  });

  it('has all names open while there are few versions, and then only the first', async () => {
    await show();
    expect(['weather', 'churn'].map(name => model.isExpanded(name))).toEqual([true, true]);
    datasets = [sampleDataset('weather', [8, 7, 6, 5, 4, 3, 2, 1]), sampleDataset('churn', [1])];
    model.refresh();
    await vi.advanceTimersByTimeAsync(0);
    expect(['weather', 'churn'].map(name => model.isExpanded(name))).toEqual([true, false]);
    model.toggle('churn');
    expect(model.isExpanded('churn')).toBe(true);
  });
});

describe('keys of rows', () => {
  it('tell names and versions apart', () => {
    expect(rowKey.toVersion(rowKey.ofVersion({ name: 'my data', version: 12 }))).toEqual({
      name: 'my data',
      version: 12
    });
    expect(rowKey.toVersion(rowKey.ofName('my data'))).toBeNull();
  });
});
