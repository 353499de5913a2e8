import { get, post, send, type Step } from './step.js';

/** Logged models, and routes that are no part of tracking. */
export const models: readonly Step[] = [
  post(
    'log a model',
    'logged-models',
    {
      experiment_id: '{exp}',
      name: 'net',
      model_type: 'mlp',
      source_run_id: '{run}',
      params: [{ key: 'depth', value: '3' }],
      tags: [{ key: 'a', value: 'b' }]
    },
    { model: 'model.info.model_id' }
  ),
  post(
    'log a second model',
    'logged-models',
    { experiment_id: '{exp}', name: 'tree', source_run_id: '{run2}' },
    { model2: 'model.info.model_id' }
  ),
  ...[
    {},
    { experiment_id: '987654' },
    { experiment_id: '{exp}', name: 'a/b' },
    { experiment_id: '{exp}', name: 3 },
    { experiment_id: '{exp}', params: 3 }
  ].map((body, index) => post(`logged model refused ${index}`, 'logged-models', body)),
  get('read a logged model', 'logged-models/{model}'),
  get('read an unknown logged model', 'logged-models/m-unknown'),
  send('PATCH', 'finalize', 'logged-models/{model}', { model_id: '{model}', status: 2 }),
  send('PATCH', 'finalize by name', 'logged-models/{model2}', {
    model_id: '{model2}',
    status: 'LOGGED_MODEL_UPLOAD_FAILED'
  }),
  send('PATCH', 'tag a logged model', 'logged-models/{model}/tags', { tags: [{ key: 'c', value: 'd' }] }),
  send('DELETE', 'untag a logged model', 'logged-models/{model}/tags/c', {}),
  send('DELETE', 'untag the logged model again', 'logged-models/{model}/tags/c', {}),
  post('parameters of a logged model', 'logged-models/{model2}/params', {
    model_id: '{model2}',
    params: [{ key: 'depth', value: '5' }]
  }),
  post('a metric of a model', 'runs/log-metric', {
    run_id: '{run}',
    key: 'score',
    value: 0.9,
    timestamp: 1,
    step: 0,
    model_id: '{model}',
    dataset_name: 'weather',
    dataset_digest: 'abc'
  }),
  post('metrics of a model', 'runs/log-batch', {
    run_id: '{run2}',
    metrics: [{ key: 'score', value: 0.7, timestamp: 1, step: 0, model_id: '{model2}' }]
  }),
  get('read a measured model', 'logged-models/{model}'),
  get('artifacts of a logged model', 'logged-models/{model}/artifacts/directories'),
  get('artifacts of an unknown logged model', 'logged-models/m-unknown/artifacts/directories'),
  post('outputs', 'runs/outputs', { run_id: '{run}', models: [{ model_id: '{model}', step: 2 }] }),
  post('outputs of an unknown run', 'runs/outputs', {
    run_id: '0'.repeat(32),
    models: [{ model_id: '{model}', step: 0 }]
  }),
  post('model inputs', 'runs/log-inputs', { run_id: '{run2}', models: [{ model_id: '{model}' }] }),
  get('read a run with outputs', 'runs/get', { run_id: '{run}' }),
  ...[
    '',
    "name = 'net'",
    "name != 'net'",
    "name LIKE 't%'",
    "name ILIKE 'T%'",
    "name IN ('net', 'x')",
    "name NOT IN ('net')",
    "params.depth = '3'",
    "params.depth > '3'",
    "tags.a = 'b'",
    'metrics.score > 0.8',
    'metrics.score <= 0.7',
    "metrics.score LIKE 'a'",
    "model_type = 'mlp'",
    "source_run_id = '{run}'",
    "attributes.name = 'net'",
    "attribute.name = 'net'",
    'creation_timestamp > 5',
    'last_updated_timestamp < 5',
    "name = 'net' AND params.depth = '3'",
    "name = 'net' OR name = 'x'",
    'name',
    'name IS NULL',
    "wrong.x = 'y'",
    "name > 'a'",
    "model_id = '{model}'"
  ].map(filter => post(`logged models where ${filter}`, 'logged-models/search', { experiment_ids: ['{exp}'], filter })),
  ...[
    { order_by: [{ field_name: 'name' }] },
    { order_by: [{ field_name: 'metrics.score', ascending: false }] },
    { order_by: [{ field_name: 'metrics.score', dataset_name: 'weather' }] },
    { order_by: [{ field_name: 'params.depth' }] },
    { order_by: [{ field_name: 'bigness' }] },
    { datasets: [{ dataset_name: 'weather' }] },
    { datasets: [{ dataset_name: 'weather', dataset_digest: 'abc' }] },
    { datasets: [{ dataset_name: 'other', dataset_digest: 'x' }] },
    { datasets: [{}] },
    { experiment_ids: undefined },
    { max_results: 1 }
  ].map((body, index) =>
    post(`logged models with options ${index}`, 'logged-models/search', { experiment_ids: ['{exp}'], ...body })
  ),
  post('version of a logged model', 'model-versions/create', {
    name: '{prefix}-model',
    source: 'models:/{model}',
    model_id: '{model}',
    run_id: '{run}'
  }),
  get('where it is stored', 'model-versions/get-download-uri', { name: '{prefix}-model', version: '6' }),
  post('version of a logged model without its id', 'model-versions/create', {
    name: '{prefix}-model',
    source: 'models:/{model}'
  }),
  send('DELETE', 'delete a logged model', 'logged-models/{model2}', {}),
  get('read a deleted logged model', 'logged-models/{model2}'),
  get('read it nevertheless', 'logged-models/{model2}', { allow_deleted: 'true' }),
  send('DELETE', 'delete an unknown logged model', 'logged-models/m-unknown', {}),
  get('server info', '/api/3.0/mlflow/server-info'),
  post('search traces', '/api/3.0/mlflow/traces/search', {}),
  get('scorers', '/api/3.0/mlflow/scorers/list', { experiment_id: '{exp}' })
];
