import { describe, expect, it } from 'vitest';
import { MlflowError } from '../errors.js';
import {
  EXPERIMENTS,
  MODEL_VERSIONS,
  parseEntityFilter,
  parseEntityOrder,
  REGISTERED_MODELS
} from './entity-search.js';
import { parseRunFilter, parseRunOrder } from './run-search.js';

describe('a filter of runs', () => {
  it('is a list of conditions joined by AND', () => {
    expect(parseRunFilter(`metrics.loss < 0.5 and params.solver = 'adam' AND tags.team LIKE 'ra%'`)).toEqual([
      { field: { entity: 'metric', key: 'loss' }, comparison: '<', value: 0.5 },
      { field: { entity: 'param', key: 'solver' }, comparison: '=', value: 'adam' },
      { field: { entity: 'tag', key: 'team' }, comparison: 'LIKE', value: 'ra%' }
    ]);
  });

  it('may be empty, and may leave out or double AND as MLflow lets it', () => {
    expect(parseRunFilter('')).toEqual([]);
    expect(parseRunFilter(`params.a = 'b' params.c = 'd' AND AND params.e = 'f' AND`)).toHaveLength(3);
  });

  it('takes names with points, and any name in quotes', () => {
    const keys = parseRunFilter(
      `tags.mlflow.parentRunId = 'a' AND metrics.\`my metric\` > -1e-3 AND params."a b" = 'x' AND metrics.val/loss >= .2
       AND params.Case = 'x' AND \`params\`.1a = 'x' AND params.größe = "it's"`
    ).map(predicate => predicate.field.key);
    expect(keys).toEqual(['mlflow.parentRunId', 'my metric', 'a b', 'val/loss', 'Case', '1a', 'größe']);
  });

  it('takes attributes with and without their prefix, under all their names', () => {
    const keys = parseRunFilter(
      `attributes.status = 'FINISHED' AND run_name ILIKE 'e%' AND created > 5 AND run_id NOT IN ('a', "b") AND
       "run name" = 'x' AND attr.end_time <= 3 AND artifact_uri like '%x'`
    ).map(predicate => [predicate.field.key, predicate.comparison, predicate.value]);
    expect(keys).toEqual([
      ['status', '=', 'FINISHED'],
      ['run_name', 'ILIKE', 'e%'],
      ['start_time', '>', 5],
      ['run_id', 'NOT IN', ['a', 'b']],
      ['run_name', '=', 'x'],
      ['end_time', '<=', 3],
      ['artifact_uri', 'LIKE', '%x']
    ]);
  });

  it('asks whether a parameter is there at all', () => {
    expect(parseRunFilter('params.a is null AND tags.b IS NOT NULL').map(each => each.comparison)).toEqual([
      'IS NULL',
      'IS NOT NULL'
    ]);
  });

  it.each([
    ['metrics.loss', "Invalid clause(s) in filter string: 'metrics.loss'"],
    ['metrics.loss <', "Invalid clause(s) in filter string: 'metrics.loss', '<'"],
    ['metrics.a BETWEEN 1 AND 2', "Invalid clause(s) in filter string: 'metrics.a', 'BETWEEN', '1', '2'"],
    ['metrics.a > +5', "Invalid clause(s) in filter string: 'metrics.a', '>', '+', '5'"],
    [`metrics.loss < 'x'`, "Expected numeric value type for metric. Found 'x'"],
    ['params.a = 3', "Expected a quoted string value for parameter (e.g. 'my-value'). Got value 3"],
    [
      'params.a = abc',
      'Parameter value is either not quoted or unidentified quote types used for string value abc. Use either single or double quotes.'
    ],
    [`metrics.loss LIKE 'a'`, "Expected numeric value type for metric. Found 'a'"],
    ['metrics.loss LIKE 3', "Invalid comparator 'LIKE' not one of '{'!=', '<', '<=', '=', '>', '>='}"],
    [`params.a == 'x'`, "Invalid comparator '==' not one of '{'!=', '=', 'ILIKE', 'IS NOT NULL', 'IS NULL', 'LIKE'}'"],
    [
      `wings.a = 'b'`,
      "Invalid entity type 'wings'. Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']"
    ],
    [`attributes.size = 'b'`, "Invalid attribute key 'size' specified. Valid keys are"],
    [`dataset.foo = 'a'`, "Invalid dataset key 'foo' specified. Valid keys are '{'context', 'digest', 'name'}'"],
    [`params.a = 'b' OR params.c = 'd'`, "Invalid clause(s) in filter string: 'OR'"],
    [`(params.a = 'b')`, "Invalid clause(s) in filter string: '(params.a = 'b')'"],
    [`'a' = 'b'`, "Invalid comparison clause. Expected 'Identifier' found ''a''"],
    [`start_time > 'x'`, "Expected numeric value type for numeric attribute: start_time. Found 'x'"],
    [`run_name IN ('a')`, "Only ['run_id'] attributes support comparison with a list of quoted string values."],
    [
      'run_id IN ()',
      'While parsing a list in the query, expected a non-empty list of string values, but got empty list'
    ],
    ['metrics.a IS NULL', "IS NULL / IS NOT NULL is only supported for tags and params, not for 'metric' 'a'"],
    [
      `params.a = 'x'; params.b = 'y'`,
      "Search filter contained multiple expression \"params.a = 'x'; params.b = 'y'\". Provide AND-ed expression list."
    ],
    ['   ', "Invalid filter '   '. Could not be parsed."]
  ])('that is wrong is refused in the words that clients test for: %s', (filter, message) => {
    expect(() => parseRunFilter(filter)).toThrow(MlflowError);
    expect(() => parseRunFilter(filter)).toThrow(message);
  });

  it.each([
    '('.repeat(50_000),
    "'".repeat(50_001),
    '/*'.repeat(50_000),
    'a.'.repeat(50_000),
    'AND '.repeat(25_000) + 'x',
    `params.a = 'b' `.repeat(5000),
    `params.a LIKE '${'%a'.repeat(20_000)}'`
  ])('of a hundred thousand characters is refused as well as any other', filter => {
    expect(() => parseRunFilter(filter)).toThrow(MlflowError);
  });
});

describe('an order of runs', () => {
  it('is ascending unless it says otherwise', () => {
    expect(parseRunOrder(['metrics.loss', 'start_time DESC', 'params.`a b` asc'])).toEqual([
      { field: { entity: 'metric', key: 'loss' }, descending: false },
      { field: { entity: 'attribute', key: 'start_time' }, descending: true },
      { field: { entity: 'param', key: 'a b' }, descending: false }
    ]);
  });

  it.each([
    [['metrics.loss down'], "Invalid ordering key in order_by clause 'metrics.loss down'."],
    [['metrics.loss DESC more'], "Invalid order_by clause 'metrics.loss DESC more'. Could not be parsed."],
    [[''], "Invalid order_by clause ''. Could not be parsed."],
    [['dataset.name'], "Invalid identifier type 'dataset'"],
    [['metrics.a', 'metrics.a DESC'], "`order_by` contains duplicate fields: ['metrics.a', 'metrics.a DESC']"]
  ])('that is wrong is refused: %j', (clauses, message) => {
    expect(() => parseRunOrder(clauses)).toThrow(message);
  });
});

describe('a filter of experiments, models and versions', () => {
  it('compares attributes and tags', () => {
    expect(
      parseEntityFilter(`tags.\`a b\` IS NULL AND attribute.name ILIKE 'x%' AND creation_time > 5`, EXPERIMENTS)
    ).toEqual([
      { field: { entity: 'tag', key: 'a b' }, comparison: 'IS NULL', value: '' },
      { field: { entity: 'attribute', key: 'name' }, comparison: 'ILIKE', value: 'x%' },
      { field: { entity: 'attribute', key: 'creation_time' }, comparison: '>', value: 5 }
    ]);
    expect(parseEntityFilter(`experiment_id IN ('1', '02')`, EXPERIMENTS)[0]?.value).toEqual(['1', '2']);
    expect(parseEntityFilter(`version_number = '3'`, MODEL_VERSIONS)[0]?.value).toBe(3);
  });

  it.each([
    [EXPERIMENTS, `name = 'a' OR name = 'b'`, 'Invalid clause(s) in filter string: OR'],
    [
      EXPERIMENTS,
      `attributes.name = 'x'`,
      "Invalid entity type 'attributes'. Valid entity types are ('attribute', 'tag', 'tags')"
    ],
    [EXPERIMENTS, `name IN ('a')`, "Only ['experiment_id'] attributes support comparison with a list"],
    [EXPERIMENTS, `experiment_id LIKE '1'`, 'Invalid comparator for experiment_id: LIKE'],
    [EXPERIMENTS, 'creation_time > 1.5', "Invalid value for numeric attribute 'creation_time': '1.5'"],
    [EXPERIMENTS, 'name IS NULL', "IS NULL / IS NOT NULL is only supported for tags, not for attribute 'name'"],
    [EXPERIMENTS, `tags.a > 'x'`, 'Invalid comparator for tag: >'],
    [REGISTERED_MODELS, `name > 'a'`, 'Invalid comparator for attribute: >'],
    [
      REGISTERED_MODELS,
      'name = 3',
      'Expected a quoted string value or a list of quoted string values for attributes. Got value 3'
    ],
    [REGISTERED_MODELS, 'tags.a IS NULL', 'IS NULL / IS NOT NULL is only supported for tags'],
    [MODEL_VERSIONS, `version_number = 'x'`, "Invalid value for numeric attribute 'version_number': 'x'"],
    [MODEL_VERSIONS, 'version_number = 1.5', "Invalid value for numeric attribute 'version_number': 1.5"],
    [MODEL_VERSIONS, 'run_id = 3', 'attributes support comparison with numeric values.'],
    [MODEL_VERSIONS, `source_path IN ('a')`, "Only ['name', 'run_id'] attributes support comparison with a list"]
  ])('that is wrong is refused with an explanation: %#', (language, filter, message) => {
    expect(() => parseEntityFilter(filter, language)).toThrow(message);
  });

  it('is ordered by attributes only', () => {
    expect(() => parseEntityOrder(['tags.a'], EXPERIMENTS)).toThrow('Invalid order_by entity: tag');
    expect(() => parseEntityOrder(['size'], MODEL_VERSIONS)).toThrow("Invalid attribute key 'size' specified.");
  });
});
