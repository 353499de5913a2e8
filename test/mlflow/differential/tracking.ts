import { get, post, send, type Step } from './step.js';

const LONG = (length: number): string => 'x'.repeat(length);
const METRIC = { key: 'm', value: 1, timestamp: 1, step: 0 };

/** Experiments and runs: made, read, changed, deleted, and what is refused. */
export const tracking: readonly Step[] = [
  post(
    'make the main experiment',
    'experiments/create',
    { name: '{prefix}-main', tags: [{ key: 'a', value: 'b' }] },
    { exp: 'experiment_id' }
  ),
  post('make a second experiment', 'experiments/create', { name: '{prefix}-second' }, { exp2: 'experiment_id' }),
  post('make the experiment again', 'experiments/create', { name: '{prefix}-main' }),
  ...[
    {},
    { name: '' },
    { name: 3 },
    { name: null },
    { name: ['a'] },
    { name: LONG(501) },
    { name: 'x', tags: 'y' },
    { name: 'x', artifact_location: 4 },
    [],
    3,
    '"text"'
  ].map((body, index) => post(`experiment refused ${index}`, 'experiments/create', body)),
  get('read an experiment', 'experiments/get', { experiment_id: '{exp}' }),
  get('read an experiment by name', 'experiments/get-by-name', { experiment_name: '{prefix}-main' }),
  get('experiment without id', 'experiments/get'),
  get('experiment of empty id', 'experiments/get', { experiment_id: '' }),
  get('experiment of unknown id', 'experiments/get', { experiment_id: '987654' }),
  get('experiment by unknown name', 'experiments/get-by-name', { experiment_name: 'nobody has this' }),
  get('experiment without name', 'experiments/get-by-name'),
  post('tag an experiment', 'experiments/set-experiment-tag', { experiment_id: '{exp}', key: 'k', value: 'v' }),
  post('tag without key', 'experiments/set-experiment-tag', { experiment_id: '{exp}', value: 'v' }),
  post('tag an unknown experiment', 'experiments/set-experiment-tag', {
    experiment_id: '987654',
    key: 'k',
    value: 'v'
  }),
  post('delete a tag', 'experiments/delete-experiment-tag', { experiment_id: '{exp}', key: 'k' }),
  post('delete the tag again', 'experiments/delete-experiment-tag', { experiment_id: '{exp}', key: 'k' }),
  post('rename', 'experiments/update', { experiment_id: '{exp2}', new_name: '{prefix}-renamed' }),
  post('rename an experiment to nothing', 'experiments/update', { experiment_id: '{exp2}', new_name: '' }),
  post('rename to a taken name', 'experiments/update', { experiment_id: '{exp2}', new_name: '{prefix}-main' }),
  post('delete an experiment', 'experiments/delete', { experiment_id: '{exp2}' }),
  get('read a deleted experiment', 'experiments/get', { experiment_id: '{exp2}' }),
  post('rename a deleted experiment', 'experiments/update', { experiment_id: '{exp2}', new_name: 'x' }),
  post('run in a deleted experiment', 'runs/create', { experiment_id: '{exp2}' }),
  post('name of a deleted experiment', 'experiments/create', { name: '{prefix}-renamed' }),
  post('restore an experiment', 'experiments/restore', { experiment_id: '{exp2}' }),
  post('restore an active experiment', 'experiments/restore', { experiment_id: '{exp2}' }),
  post('delete an unknown experiment', 'experiments/delete', { experiment_id: '987654' }),

  // What only one of the servers accepts goes here, so that both go on with the same state.
  post(
    'make an experiment for odd requests',
    'experiments/create',
    { name: '{prefix}-scrap' },
    { odd: 'experiment_id' }
  ),
  post(
    'make a run for odd requests',
    'runs/create',
    { experiment_id: '{odd}', run_name: 'odd' },
    { oddrun: 'run.info.run_id' }
  ),
  post(
    'make a run',
    'runs/create',
    { experiment_id: '{exp}', run_name: 'oak', start_time: 10, user_id: 'ada', tags: [{ key: 't', value: 'u' }] },
    { run: 'run.info.run_id' }
  ),
  post(
    'make a second run',
    'runs/create',
    { experiment_id: '{exp}', run_name: 'elm', start_time: 20 },
    { run2: 'run.info.run_id' }
  ),
  post(
    'make a third run',
    'runs/create',
    { experiment_id: '{exp}', run_name: 'Fir', start_time: 30, tags: [{ key: 'mlflow.runName', value: 'Fir' }] },
    { run3: 'run.info.run_id' }
  ),
  ...[
    { experiment_id: 'x y' },
    { experiment_id: '987654' },
    { experiment_id: 5 },
    { experiment_id: '{odd}', start_time: 'soon' },
    { experiment_id: '{odd}', run_name: 4 },
    { experiment_id: '{odd}', tags: {} },
    { experiment_id: '{odd}', run_name: 'a', tags: [{ key: 'mlflow.runName', value: 'b' }] }
  ].map((body, index) => post(`run refused ${index}`, 'runs/create', body)),
  get('read a run', 'runs/get', { run_id: '{run}' }),
  get('read a run by its older name', 'runs/get', { run_uuid: '{run}' }),
  get('run without id', 'runs/get'),
  get('run of unknown id', 'runs/get', { run_id: '0'.repeat(32) }),
  get('run of malformed id', 'runs/get', { run_id: '../x' }),
  post('update a run', 'runs/update', { run_id: '{run}', status: 'FINISHED', end_time: 40 }),
  post('rename a run', 'runs/update', { run_id: '{run2}', run_name: 'elm tree' }),
  post('update by number', 'runs/update', { run_id: '{run2}', status: 4 }),
  post('update to an unknown status', 'runs/update', { run_id: '{oddrun}', status: 'BORED' }),
  post('update an unknown run', 'runs/update', { run_id: '0'.repeat(32), status: 'FINISHED' }),
  post('update without id', 'runs/update', { status: 'FINISHED' }),
  get('read the updated run', 'runs/get', { run_id: '{run2}' }),

  ...[
    METRIC,
    { ...METRIC, value: 2, step: 1, timestamp: 2 },
    { ...METRIC, key: 'n', value: 'NaN' },
    { ...METRIC, key: 'inf', value: 'Infinity' },
    { ...METRIC, key: 'ninf', value: '-Infinity' },
    { ...METRIC, key: 'text', value: '1.5' },
    { ...METRIC, key: 'stepless', step: undefined },
    { ...METRIC, key: 'neg', step: -3 },
    { ...METRIC, key: 'a b/c.d:e-f_g', value: 3 }
  ].map((metric, index) => post(`metric ${index}`, 'runs/log-metric', { run_id: '{run}', ...metric })),
  ...[
    { ...METRIC, key: undefined },
    { ...METRIC, key: '' },
    { ...METRIC, key: 4 },
    { ...METRIC, value: undefined },
    { ...METRIC, value: 'many' },
    { ...METRIC, value: null },
    { ...METRIC, timestamp: undefined },
    { ...METRIC, timestamp: 'now' },
    { ...METRIC, timestamp: -1 },
    { ...METRIC, step: 'x' },
    { ...METRIC, step: 1.5 },
    { ...METRIC, key: 'a/../b' },
    { ...METRIC, key: './a' },
    { ...METRIC, key: '/a' },
    { ...METRIC, key: 'a*b' },
    { ...METRIC, key: '..' },
    { ...METRIC, key: LONG(251) }
  ].map((metric, index) => post(`metric refused ${index}`, 'runs/log-metric', { run_id: '{oddrun}', ...metric })),
  post('metric of an unknown run', 'runs/log-metric', { run_id: '0'.repeat(32), ...METRIC }),
  post('metric without run', 'runs/log-metric', METRIC),

  post('parameter', 'runs/log-parameter', { run_id: '{run}', key: 'p', value: '1' }),
  post('the same parameter again', 'runs/log-parameter', { run_id: '{run}', key: 'p', value: '1' }),
  post('a changed parameter', 'runs/log-parameter', { run_id: '{run}', key: 'p', value: '2' }),
  post('an empty parameter', 'runs/log-parameter', { run_id: '{run}', key: 'empty', value: '' }),
  post('a long parameter', 'runs/log-parameter', { run_id: '{run}', key: 'long', value: LONG(6001) }),
  post('parameter without key', 'runs/log-parameter', { run_id: '{run}', value: '1' }),
  post('parameter of a wrong type', 'runs/log-parameter', { run_id: '{run}', key: 'q', value: 1 }),
  post('parameter of a bad name', 'runs/log-parameter', { run_id: '{run}', key: 'a\\b', value: '1' }),
  post('parameter of a long name', 'runs/log-parameter', { run_id: '{run}', key: LONG(251), value: '1' }),
  post('tag', 'runs/set-tag', { run_id: '{run}', key: 'tag', value: 'x' }),
  post('changed tag', 'runs/set-tag', { run_id: '{run}', key: 'tag', value: 'y' }),
  post('tag of a long value', 'runs/set-tag', { run_id: '{run3}', key: 'tag', value: LONG(8001) }),
  post('tag of a bad name', 'runs/set-tag', { run_id: '{run}', key: 'a/../b', value: 'y' }),
  post('rename by tag', 'runs/set-tag', { run_id: '{run3}', key: 'mlflow.runName', value: 'fir tree' }),
  post('run tag without key', 'runs/set-tag', { run_id: '{run}', value: 'y' }),
  post('tag an unknown run', 'runs/set-tag', { run_id: '0'.repeat(32), key: 'a', value: 'y' }),
  post('delete a run tag', 'runs/delete-tag', { run_id: '{run}', key: 'tag' }),
  post('delete it once more', 'runs/delete-tag', { run_id: '{run}', key: 'tag' }),

  post('batch', 'runs/log-batch', {
    run_id: '{run2}',
    metrics: [METRIC, { ...METRIC, key: 'loss', value: 0.25 }],
    params: [{ key: 'p', value: '2' }],
    tags: [{ key: 'team', value: 'rain' }]
  }),
  post('batch of the odd run', 'runs/log-batch', { run_id: '{oddrun}', params: [{ key: 'p', value: '2' }] }),
  post('empty batch', 'runs/log-batch', { run_id: '{run2}' }),
  post('batch of another run', 'runs/log-batch', {
    run_id: '{run3}',
    metrics: [{ ...METRIC, key: 'loss', value: 0.75 }],
    params: [{ key: 'p', value: 'Two' }]
  }),
  ...[
    { metrics: [{ ...METRIC, key: undefined }] },
    { metrics: [METRIC, { key: 'b', timestamp: 1 }] },
    { metrics: 3 },
    { params: [{ key: 'p', value: '3' }] },
    {
      params: [
        { key: 'd', value: '1' },
        { key: 'd', value: '2' }
      ]
    },
    {
      params: [
        { key: 'd', value: '1' },
        { key: 'd', value: '1' }
      ]
    },
    { tags: [{ key: 'a/../b', value: '1' }] },
    { tags: [{ value: '1' }] },
    { params: [{ key: 'big', value: 5 }] },
    { metrics: Array.from({ length: 1001 }, () => METRIC) },
    { params: Array.from({ length: 101 }, (_, index) => ({ key: `p${index}`, value: '' })) },
    { tags: Array.from({ length: 101 }, (_, index) => ({ key: `t${index}`, value: '' })) },
    {
      metrics: Array.from({ length: 950 }, () => METRIC),
      params: Array.from({ length: 60 }, (_, index) => ({ key: `q${index}`, value: '' }))
    }
  ].map((body, index) => post(`batch refused ${index}`, 'runs/log-batch', { run_id: '{oddrun}', ...body })),
  post('batch of an unknown run', 'runs/log-batch', { run_id: '0'.repeat(32), metrics: [METRIC] }),

  get('history', 'metrics/get-history', { run_id: '{run}', metric_key: 'm' }),
  get('history of nothing', 'metrics/get-history', { run_id: '{run}', metric_key: 'nothing' }),
  get('history of NaN', 'metrics/get-history', { run_id: '{run}', metric_key: 'n' }),
  get('history of infinity', 'metrics/get-history', { run_id: '{run}', metric_key: 'inf' }),
  get('history page', 'metrics/get-history', { run_id: '{run}', metric_key: 'm', max_results: '1' }),
  get('history without key', 'metrics/get-history', { run_id: '{run}' }),
  get('history of an unknown run', 'metrics/get-history', { run_id: '0'.repeat(32), metric_key: 'm' }),
  get('interval', 'metrics/get-history-bulk-interval', { run_ids: ['{run}', '{run2}'], metric_key: 'm' }),
  get('interval of steps', 'metrics/get-history-bulk-interval', {
    run_ids: ['{run}'],
    metric_key: 'm',
    start_step: '1',
    end_step: '4'
  }),
  get('interval of few points', 'metrics/get-history-bulk-interval', {
    run_ids: ['{run}'],
    metric_key: 'm',
    max_results: '1'
  }),
  get('interval without end', 'metrics/get-history-bulk-interval', {
    run_ids: ['{run}'],
    metric_key: 'm',
    start_step: '1'
  }),
  get('interval backwards', 'metrics/get-history-bulk-interval', {
    run_ids: ['{run}'],
    metric_key: 'm',
    start_step: '4',
    end_step: '1'
  }),
  get('interval of too many points', 'metrics/get-history-bulk-interval', {
    run_ids: ['{run}'],
    metric_key: 'm',
    max_results: '2501'
  }),
  get('interval of no runs', 'metrics/get-history-bulk-interval', { metric_key: 'm' }),
  get('interval of many runs', 'metrics/get-history-bulk-interval', {
    run_ids: Array.from({ length: 101 }, () => '{run}'),
    metric_key: 'm'
  }),
  get('interval of an unknown run', 'metrics/get-history-bulk-interval', {
    run_ids: ['0'.repeat(32)],
    metric_key: 'm'
  }),
  get('bulk', '/ajax-api/2.0/mlflow/metrics/get-history-bulk', { run_id: ['{run}'], metric_key: 'm' }),
  get('bulk of no runs', '/ajax-api/2.0/mlflow/metrics/get-history-bulk', { metric_key: 'm' }),
  get('bulk of no key', '/ajax-api/2.0/mlflow/metrics/get-history-bulk', { run_id: ['{run}'] }),
  get('bulk of an unknown run', '/ajax-api/2.0/mlflow/metrics/get-history-bulk', {
    run_id: ['nobody'],
    metric_key: 'm'
  }),

  post('inputs', 'runs/log-inputs', {
    run_id: '{run}',
    datasets: [
      {
        tags: [{ key: 'mlflow.data.context', value: 'training' }],
        dataset: { name: 'weather', digest: 'abc', source_type: 'http', source: '{}', schema: 's' }
      }
    ]
  }),
  post('inputs without context', 'runs/log-inputs', {
    run_id: '{run2}',
    datasets: [{ dataset: { name: 'rain', digest: 'd', source_type: 'http', source: '{}' } }]
  }),
  post('inputs without name', 'runs/log-inputs', {
    run_id: '{oddrun}',
    datasets: [{ dataset: { digest: 'd', source_type: 'http', source: '{}' } }]
  }),
  post('inputs without dataset', 'runs/log-inputs', { run_id: '{oddrun}', datasets: [{}] }),
  post('inputs of an unknown run', 'runs/log-inputs', { run_id: '0'.repeat(32), datasets: [] }),
  get('read a run with inputs', 'runs/get', { run_id: '{run}' }),
  post('datasets', '/ajax-api/2.0/mlflow/experiments/search-datasets', { experiment_ids: ['{exp2}'] }),
  post('datasets of nothing', '/ajax-api/2.0/mlflow/experiments/search-datasets', {}),
  post('datasets of many', '/ajax-api/2.0/mlflow/experiments/search-datasets', {
    experiment_ids: Array.from({ length: 21 }, () => '0')
  }),
  get('artifacts of a run', 'artifacts/list', { run_id: '{run}' }),
  get('artifacts of an unknown run', 'artifacts/list', { run_id: '0'.repeat(32) }),
  get('artifacts outside', 'artifacts/list', { run_id: '{run}', path: '../x' }),

  post('delete a run', 'runs/delete', { run_id: '{run3}' }),
  get('read a deleted run', 'runs/get', { run_id: '{run3}' }),
  post('log to a deleted run', 'runs/log-metric', { run_id: '{run3}', ...METRIC }),
  post('tag a deleted run', 'runs/set-tag', { run_id: '{run3}', key: 'a', value: 'b' }),
  post('update a deleted run', 'runs/update', { run_id: '{run3}', status: 'FINISHED' }),
  post('restore a run', 'runs/restore', { run_id: '{run3}' }),
  post('delete an unknown run', 'runs/delete', { run_id: '0'.repeat(32) }),
  post('delete without id', 'runs/delete', {}),
  {
    label: 'body in a form',
    method: 'POST',
    path: 'runs/delete',
    body: 'run_id=1',
    contentType: 'application/x-www-form-urlencoded'
  },
  { label: 'body of a text type', method: 'POST', path: 'runs/get', body: '{}', contentType: 'text/plain' },
  { label: 'body that is not JSON', method: 'POST', path: 'experiments/create', body: '{"name": ' },
  {
    label: 'body twice encoded',
    method: 'POST',
    path: 'experiments/set-experiment-tag',
    body: JSON.stringify('{"experiment_id": "{exp}", "key": "twice", "value": "yes"}')
  },
  get('read the experiment at the end', 'experiments/get', { experiment_id: '{exp}' }),
  send('PUT', 'unknown method', 'runs/create', {}),
  post('unknown route', 'runs/unheard-of', {})
];
