import type { RunDetail } from '@slipway/contract';
import { describe, expect, it } from 'vitest';
import { compareRuns } from './comparison.js';

function run(run_id: string, change: Partial<RunDetail>): RunDetail {
  return {
    run_id,
    name: run_id,
    experiment_id: '0',
    experiment_name: 'Default',
    status: 'FINISHED',
    start_time: 1,
    end_time: 2,
    user: '',
    source: '',
    language: '',
    session_id: null,
    progress: null,
    failure: null,
    metrics: [],
    headline: null,
    git_commit: null,
    git_dirty: null,
    params: [],
    tags: [],
    inputs: [],
    outputs: [],
    artifacts: [],
    deleted: false,
    ...change
  };
}

const metric = (key: string, value: number | 'NaN') => ({ key, value, step: 0, timestamp: 0 });

describe('comparing runs', () => {
  it('says first what differs', () => {
    const { values } = compareRuns([
      run('a', {
        params: [
          { key: 'depth', value: '3' },
          { key: 'rate', value: '0.1' }
        ]
      }),
      run('b', {
        params: [
          { key: 'depth', value: '3' },
          { key: 'rate', value: '0.2' }
        ]
      })
    ]);
    expect(values).toEqual([
      { kind: 'param', key: 'rate', values: ['0.1', '0.2'], differs: true },
      { kind: 'param', key: 'depth', values: ['3', '3'], differs: false }
    ]);
  });

  it('leaves a gap where a run lacks a value', () => {
    const { values } = compareRuns([
      run('a', { metrics: [metric('loss', 0.5)] }),
      run('b', {}),
      run('c', { metrics: [metric('loss', 'NaN')] })
    ]);
    expect(values).toEqual([{ kind: 'metric', key: 'loss', values: [0.5, null, 'NaN'], differs: true }]);
  });

  it('tells datasets apart by what they were read for, and by their digest', () => {
    const input = (context: string, digest: string) => ({ name: 'weather', version: 1, digest, context });
    const { values } = compareRuns([
      run('a', { inputs: [input('train', 'x'), input('test', 'y')] }),
      run('b', { inputs: [input('train', 'z'), input('test', 'y')] })
    ]);
    expect(values.map(({ key, values: each }) => [key, each])).toEqual([
      ['weather (train)', ['x', 'z']],
      ['weather (test)', ['y', 'y']]
    ]);
  });

  it('holds the runs as lists show them', () => {
    const { runs } = compareRuns([run('a', { params: [{ key: 'p', value: '1' }] }), run('b', {})]);
    expect(runs.map(each => each.run_id)).toEqual(['a', 'b']);
    expect(runs[0]).not.toHaveProperty('params');
  });
});
