import type { DatasetChoice, LoggedModelQuery } from '../../../tracking/logged-models/logged-model-search.js';
import type { EntityCondition, EntityField } from '../../../platform/store/search/conditions.js';
import type { Comparison } from '../../../platform/store/run-query.js';
import { invalidParameter } from '../errors.js';
import { asTuple, listed, quoted } from '../python-text.js';
import { type JsonObject, RpcRequest } from '../request.js';
import { parseClauses, type Clause } from './clauses.js';
import { textsOfList } from './values.js';

const NUMERIC: readonly Comparison[] = ['<', '<=', '>', '>=', '=', '!='];
const TEXTUAL: readonly Comparison[] = ['=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN'];
const ENTITIES: Readonly<Record<string, EntityField['entity']>> = {
  attributes: 'attribute',
  metrics: 'metric',
  params: 'param',
  tags: 'tag'
};
const ALIASES: Readonly<Record<string, string>> = {
  creation_time: 'creation_timestamp_ms',
  creation_timestamp: 'creation_timestamp_ms',
  last_updated_timestamp: 'last_updated_timestamp_ms'
};
const TIMES = ['creation_timestamp_ms', 'last_updated_timestamp_ms'];
const ATTRIBUTES = ['experiment_id', 'model_id', 'model_type', 'name', 'source_run_id', 'status', ...TIMES];

/** Parses the filter of `logged-models/search`, whose language is a little different. @throws MlflowError */
export function parseLoggedModelFilter(filter: string): EntityCondition[] {
  const clauses = parseClauses(filter, () =>
    invalidParameter(
      `Invalid filter string: ${quoted(filter)}. Expected a list of comparisons separated by 'AND' ` +
        "(e.g. 'metrics.loss > 0.1 AND params.lr = 0.01')."
    )
  );
  return clauses.map(readClause);
}

/** Parses its `order_by`: objects with `field_name`, `ascending` and maybe a dataset. @throws MlflowError */
export function parseLoggedModelOrder(entries: readonly JsonObject[]): LoggedModelQuery['order'] {
  return entries.map(entry => {
    const fields = new RpcRequest(entry);
    const name = fields.optionalText('field_name') ?? '';
    const dataset = readDataset(fields);
    const descending = !(fields.optionalBoolean('ascending') ?? true);
    if (!name.includes('.')) {
      const key = alias(name);
      if (!ATTRIBUTES.includes(key)) {
        throw invalidParameter(`Invalid order by field name: ${name}`);
      }
      return { field: { entity: 'attribute', key }, descending, dataset };
    }
    const [entity, ...rest] = name.split('.');
    if (entity !== 'metrics') {
      throw invalidParameter(`Invalid order by field name: ${name}. Only metrics are supported.`);
    }
    return { field: { entity: 'metric', key: rest.join('.') }, descending, dataset };
  });
}

/** @throws MlflowError when one has no name. */
export function parseDatasets(entries: readonly JsonObject[]): DatasetChoice[] {
  return entries.map(entry => {
    const dataset = readDataset(new RpcRequest(entry));
    if (dataset.name === undefined) {
      throw invalidParameter('`dataset_name` in the `datasets` clause must be specified.');
    }
    return dataset;
  });
}

function readDataset(fields: RpcRequest): DatasetChoice {
  const name = fields.optionalText('dataset_name') || undefined;
  const digest = fields.optionalText('dataset_digest') || undefined;
  return { ...(name === undefined ? {} : { name }), ...(digest === undefined ? {} : { digest }) };
}

function readClause({ left, comparator, right }: Clause): EntityCondition {
  if (right === undefined) {
    throw invalidParameter(`Invalid comparison: ${left.raw}${comparator}. Expected a comparison with 3 tokens.`);
  }
  const field = readField(left.raw);
  const numeric = field.entity === 'metric' || (field.entity === 'attribute' && TIMES.includes(field.key));
  const allowed = numeric ? NUMERIC : TEXTUAL;
  const comparison = allowed.find(each => each === comparator);
  if (comparison === undefined) {
    const shown = `${field.entity}s.${field.key}`;
    throw invalidParameter(
      `Invalid comparison operator for ${shown}: ${quoted(comparator)}. Expected one of ${asTuple(allowed)}.`
    );
  }
  if (numeric) {
    const number = Number(right.raw);
    if (right.kind !== 'number') {
      throw invalidParameter(`Expected numeric value type for ${left.raw}. Found ${right.raw}`);
    }
    return { field, comparison, value: number };
  }
  const value = right.kind === 'list' ? textsOfList(right, field.key) : right.raw.replace(/^'+|'+$/g, '');
  return { field, comparison, value };
}

function readField(raw: string): EntityField {
  const [, prefix, rest = ''] = /^([a-z]+)\.(.+)$/s.exec(raw) ?? [];
  if (prefix === undefined) {
    const bare = raw.replace(/^`|`$/g, '');
    return attribute(alias(bare));
  }
  const entity = Object.hasOwn(ENTITIES, prefix) ? ENTITIES[prefix] : undefined;
  if (entity === undefined) {
    throw invalidParameter(
      `Invalid entity type: ${quoted(prefix)}. Expected one of ${listed(['attributes', 'metrics', 'params', 'tags'])}.`
    );
  }
  const key = rest.replace(/^["`]|["`]$/g, '');
  return entity === 'attribute' ? attribute(alias(key)) : { entity, key };
}

/** The attribute that a name refers to; names of object members have no special meaning. */
function alias(name: string): string {
  return (Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined) ?? name;
}

function attribute(key: string): EntityField {
  if (!ATTRIBUTES.includes(key)) {
    throw invalidParameter(`Invalid attribute key '${key}' specified. Valid keys are ${listed(ATTRIBUTES)}.`);
  }
  return { entity: 'attribute', key };
}
