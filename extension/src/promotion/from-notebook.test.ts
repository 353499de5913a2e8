import { describe, expect, it } from 'vitest';
import { SlipwayClient } from '@slipway/client';
import { FakeServer } from '../../../packages/client/testing/fake-server.js';
import { sampleRun, sampleVersion } from '../../../packages/client/testing/samples.js';
import { isSameNotebook, newestVersionOf } from './from-notebook.js';

describe('the newest model that a notebook registered', () => {
  const server = new FakeServer({
    'GET /api/v1/models': () => ({
      models: [
        {
          name: 'rain',
          created_at: 1,
          description: '',
          versions: [
            sampleVersion({ version: 3, run_id: 'other', created_at: 30 }),
            sampleVersion({ version: 2, run_id: 'mine', created_at: 20 }),
            sampleVersion({ version: 1, run_id: 'mine', created_at: 10 })
          ]
        },
        {
          name: 'imported',
          created_at: 1,
          description: '',
          versions: [
            sampleVersion({ name: 'imported', run_id: null, created_at: 40 }),
            sampleVersion({ name: 'imported', run_id: 'deleted', created_at: 35 })
          ]
        }
      ]
    }),
    'GET /api/v1/runs/mine': () => sampleRun({ source: '/home/ada/project/examples/01-rain.ipynb' }),
    'GET /api/v1/runs/other': () => sampleRun({ source: 'other.ipynb' })
  });
  const client = new SlipwayClient(server.transport);

  it('is found through the run that it came from', async () => {
    expect((await newestVersionOf('examples/01-rain.ipynb', client))?.version).toBe(2);
  });

  it('is nothing when no run came from the notebook', async () => {
    expect(await newestVersionOf('empty.ipynb', client)).toBeNull();
  });

  it('is not taken from a notebook whose name only ends the same', () => {
    expect(isSameNotebook('old-rain.ipynb', 'rain.ipynb')).toBe(false);
    expect(isSameNotebook('C:\\work\\rain.ipynb', 'rain.ipynb')).toBe(true);
    expect(isSameNotebook('', '')).toBe(false);
  });
});
