import { get, post, send, type Step } from './step.js';

const NAME = '{prefix}-model';
const LONG = (length: number): string => 'x'.repeat(length);

/** The registry: models, versions, tags, aliases, stages and searches. */
export const registry: readonly Step[] = [
  post('make a model', 'registered-models/create', {
    name: NAME,
    description: 'd',
    tags: [{ key: 'kind', value: 'tree' }]
  }),
  post('make a plain model', 'registered-models/create', { name: '{prefix}-plain' }),
  post('make the model again', 'registered-models/create', { name: NAME }),
  ...[
    {},
    { name: '' },
    { name: ' ' },
    { name: 'a/b' },
    { name: 'a:b' },
    { name: '..' },
    { name: 3 },
    { name: 'x', tags: 3 },
    { name: 'x', description: 3 },
    { name: 'x', tags: [{ key: 'a*', value: '' }] },
    { name: 'x', tags: [{ key: 'a', value: LONG(100_001) }] }
  ].map((body, index) => post(`model refused ${index}`, 'registered-models/create', body)),
  get('read a model', 'registered-models/get', { name: NAME }),
  get('read an unknown model', 'registered-models/get', { name: 'nobody has this' }),
  get('read no model', 'registered-models/get'),
  send('PATCH', 'describe a model', 'registered-models/update', { name: '{prefix}-plain', description: 'plain' }),
  send('PATCH', 'describe an unknown model', 'registered-models/update', {
    name: 'nobody has this',
    description: 'plain'
  }),
  post('tag a model', 'registered-models/set-tag', { name: NAME, key: 'age', value: '3' }),
  post('tag an unknown model', 'registered-models/set-tag', { name: 'nobody has this', key: 'age', value: '3' }),
  post('tag a model without key', 'registered-models/set-tag', { name: NAME, value: '3' }),
  send('DELETE', 'untag a model', 'registered-models/delete-tag', { name: NAME, key: 'age' }),
  send('DELETE', 'untag the model again', 'registered-models/delete-tag', { name: NAME, key: 'age' }),
  post('rename a model', 'registered-models/rename', { name: '{prefix}-plain', new_name: '{prefix}-renamed' }),
  post('rename an unknown model', 'registered-models/rename', { name: 'nobody has this', new_name: 'x' }),
  post('rename to a bad name', 'registered-models/rename', { name: '{prefix}-renamed', new_name: 'a/b' }),
  post('rename a model to nothing', 'registered-models/rename', { name: '{prefix}-renamed' }),

  post('make a version', 'model-versions/create', {
    name: NAME,
    source: 's3://bucket/model',
    run_id: '{run}',
    description: 'v',
    tags: [{ key: 'a', value: 'b' }],
    run_link: 'https://example.org'
  }),
  post('make a second version', 'model-versions/create', { name: NAME, source: 's3://bucket/other' }),
  post('make a version of a run', 'model-versions/create', { name: NAME, source: 'runs:/{run}/net', run_id: '{run}' }),
  post('make a version of a version', 'model-versions/create', { name: NAME, source: `models:/${NAME}/1` }),
  ...[
    { name: NAME },
    { source: 's3://bucket/x' },
    { name: 'nobody has this', source: 's3://bucket/x' },
    { name: NAME, source: '/etc/passwd' },
    { name: NAME, source: 'file:///etc/passwd', run_id: '{run}' },
    { name: NAME, source: 's3://bucket/a/../b' },
    { name: NAME, source: 's3://bucket/%2e%2e/b' },
    { name: NAME, source: 'runs:/{run}/net' },
    { name: NAME, source: 'runs:/{run}/net', run_id: '{run2}' },
    { name: NAME, source: 'mlflow-artifacts:/0/x/artifacts' },
    { name: NAME, source: 'mlflow-artifacts:/0/x/artifacts', run_id: '{run}' },
    { name: NAME, source: 'models:/nobody/1' },
    { name: NAME, source: `models:/${NAME}/99` },
    { name: NAME, source: 'models:/m-unknown' },
    { name: NAME, source: 'models:/m-unknown', model_id: 'm-unknown' },
    { name: NAME, source: 3 },
    { name: NAME, source: 's3://bucket/x', tags: 'y' }
  ].map((body, index) => post(`version refused ${index}`, 'model-versions/create', body)),
  get('read a version', 'model-versions/get', { name: NAME, version: '1' }),
  get('read an unknown version', 'model-versions/get', { name: NAME, version: '99' }),
  get('read a version of an unknown model', 'model-versions/get', { name: 'nobody has this', version: '1' }),
  get('read a version of no number', 'model-versions/get', { name: NAME, version: 'x' }),
  get('read a version without number', 'model-versions/get', { name: NAME }),
  get('where a version is stored', 'model-versions/get-download-uri', { name: NAME, version: '1' }),
  get('where a version of a run is stored', 'model-versions/get-download-uri', { name: NAME, version: '3' }),
  get('where a copy is stored', 'model-versions/get-download-uri', { name: NAME, version: '4' }),
  send('PATCH', 'describe a version', 'model-versions/update', { name: NAME, version: '2', description: 'second' }),
  send('PATCH', 'describe an unknown version', 'model-versions/update', {
    name: NAME,
    version: '99',
    description: 'x'
  }),
  post('tag a version', 'model-versions/set-tag', { name: NAME, version: '2', key: 'good', value: 'yes' }),
  post('tag an unknown version', 'model-versions/set-tag', { name: NAME, version: '99', key: 'good', value: 'yes' }),
  post('tag a version by a number', 'model-versions/set-tag', { name: NAME, version: 2, key: 'good', value: 'yes' }),
  send('DELETE', 'untag a version', 'model-versions/delete-tag', { name: NAME, version: '1', key: 'a' }),
  post('alias', 'registered-models/alias', { name: NAME, alias: 'best', version: '1' }),
  post('alias moves', 'registered-models/alias', { name: NAME, alias: 'best', version: '2' }),
  post('another alias', 'registered-models/alias', { name: NAME, alias: 'old', version: '1' }),
  ...[
    { alias: 'latest' },
    { alias: 'V2' },
    { alias: 'a b' },
    { alias: '' },
    { alias: LONG(256) },
    { alias: 'x', version: '99' },
    { alias: 'x', version: 'y' }
  ].map((change, index) =>
    post(`alias refused ${index}`, 'registered-models/alias', { name: NAME, version: '1', ...change })
  ),
  get('version by alias', 'registered-models/alias', { name: NAME, alias: 'best' }),
  get('version by latest', 'registered-models/alias', { name: NAME, alias: 'latest' }),
  get('version by unknown alias', 'registered-models/alias', { name: NAME, alias: 'worst' }),
  get('alias of an unknown model', 'registered-models/alias', { name: 'nobody has this', alias: 'best' }),
  post('to production', 'model-versions/transition-stage', {
    name: NAME,
    version: '1',
    stage: 'Production',
    archive_existing_versions: false
  }),
  post('to production too', 'model-versions/transition-stage', {
    name: NAME,
    version: '2',
    stage: 'production',
    archive_existing_versions: true
  }),
  post('to the moon', 'model-versions/transition-stage', {
    name: NAME,
    version: '2',
    stage: 'moon',
    archive_existing_versions: false
  }),
  post('to none, archiving', 'model-versions/transition-stage', {
    name: NAME,
    version: '2',
    stage: 'None',
    archive_existing_versions: true
  }),
  post('stage of an unknown version', 'model-versions/transition-stage', {
    name: NAME,
    version: '99',
    stage: 'Staging',
    archive_existing_versions: false
  }),
  get('latest versions', 'registered-models/get-latest-versions', { name: NAME }),
  post('latest versions of a stage', 'registered-models/get-latest-versions', { name: NAME, stages: ['Production'] }),
  post('latest versions of no stage', 'registered-models/get-latest-versions', { name: NAME, stages: ['moon'] }),
  get('read the model again', 'registered-models/get', { name: NAME }),

  ...[
    "name = '{prefix}-model'",
    "name LIKE '{prefix}%'",
    "name ILIKE '{upper}%'",
    "name IN ('{prefix}-model', 'x')",
    "name NOT IN ('x') AND name LIKE '{prefix}%'",
    "tags.kind = 'tree'  AND name LIKE '{prefix}%'",
    "tags.kind != 'x' AND name LIKE '{prefix}%'",
    "name != 'x' AND name LIKE '{prefix}%'",
    "name > 'a'",
    'name = 3',
    'name = x',
    "foo = 'x'",
    "attributes.name = 'x'",
    "name = 'a' OR name = 'b'",
    "tags.kind > 'x'",
    'name'
  ].map(filter => get(`models where ${filter}`, 'registered-models/search', { filter })),
  ...['name', 'name DESC', 'last_updated_timestamp', 'timestamp DESC', 'bigness', 'tags.a'].map(order_by =>
    get(`models by ${order_by}`, 'registered-models/search', { filter: "name LIKE '{prefix}%'", order_by })
  ),
  ...['0', '1001', 'many'].map(max_results =>
    get(`models ${max_results}`, 'registered-models/search', { filter: "name LIKE '{prefix}%'", max_results })
  ),
  ...[
    '',
    ' AND version_number > 1',
    " AND version_number = '2'",
    ' AND version_number != 2',
    " AND run_id = '{run}'",
    " AND run_id IN ('{run}', 'x')",
    " AND run_id NOT IN ('{run}')",
    " AND source_path LIKE 's3%'",
    " AND source_path = 's3://bucket/other'",
    " AND tags.good = 'yes'",
    " AND tags.good != 'no'",
    " AND version_number = 'x'",
    ' AND version_number = 1.5',
    ' AND run_id = 3',
    " AND source_path IN ('a')",
    " AND version_number LIKE '1'",
    " AND stage = 'x'",
    ' OR version_number = 1',
    " AND tags.good > 'a'",
    ' AND creation_timestamp > 5'
  ].map(rest =>
    get(`versions where${rest}`, 'model-versions/search', {
      filter: `name = '{prefix}-model'${rest}`,
      order_by: 'version_number ASC'
    })
  ),
  ...[
    'version_number DESC',
    'name',
    'creation_timestamp',
    'last_updated_timestamp',
    'bigness',
    'tags.a',
    'version_number up'
  ].map(order_by =>
    get(`versions by ${order_by}`, 'model-versions/search', {
      filter: "name = '{prefix}-model'",
      order_by: [order_by, 'version_number'].filter(
        (_each, index) => index === 0 || !order_by.startsWith('version_number')
      )
    })
  ),
  get('versions, one', 'model-versions/search', {
    filter: "name = '{prefix}-model'",
    max_results: '1',
    order_by: 'version_number'
  }),
  get('versions, none', 'model-versions/search', { filter: "name = '{prefix}-model'", max_results: '0' }),
  get('versions, too many', 'model-versions/search', { filter: "name = '{prefix}-model'", max_results: '200001' }),
  send('DELETE', 'delete an alias', 'registered-models/alias', { name: NAME, alias: 'old' }),
  send('DELETE', 'delete an unknown alias', 'registered-models/alias', { name: NAME, alias: 'unknown' }),
  send('DELETE', 'delete a version', 'model-versions/delete', { name: NAME, version: '2' }),
  send('DELETE', 'delete the version again', 'model-versions/delete', { name: NAME, version: '2' }),
  get('read a deleted version', 'model-versions/get', { name: NAME, version: '2' }),
  get('alias of a deleted version', 'registered-models/alias', { name: NAME, alias: 'best' }),
  post('number after a deletion', 'model-versions/create', { name: NAME, source: 's3://bucket/new' }),
  send('DELETE', 'delete a model', 'registered-models/delete', { name: '{prefix}-renamed' }),
  send('DELETE', 'delete an unknown model', 'registered-models/delete', { name: 'nobody has this' }),
  send('DELETE', 'delete no model', 'registered-models/delete', {})
];
