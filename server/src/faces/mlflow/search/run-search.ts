import {
  NUMBER_ATTRIBUTES,
  TEXT_ATTRIBUTES,
  type Attribute,
  type Comparison,
  type DatasetField,
  type RunField,
  type RunOrder,
  type RunPredicate
} from '../../../platform/store/run-query.js';
import { invalidParameter } from '../errors.js';
import { asSet, listed } from '../python-text.js';
import { invalidClauses, parseClauses, type Clause } from './clauses.js';
import { parseOrderClause, refuseDuplicates, splitName } from './order.js';
import type { Token } from './tokens.js';
import { isText, textsOfList, unquotedText } from './values.js';

/** Other names of attributes that clients use. */
const ALIASES: Readonly<Record<string, Attribute>> = {
  created: 'start_time',
  Created: 'start_time',
  'run name': 'run_name',
  'Run name': 'run_name',
  'Run Name': 'run_name'
};
const ENTITIES: Readonly<Record<string, RunField['entity']>> = {
  metric: 'metric',
  metrics: 'metric',
  param: 'param',
  params: 'param',
  parameter: 'param',
  parameters: 'param',
  tag: 'tag',
  tags: 'tag',
  attribute: 'attribute',
  attributes: 'attribute',
  attr: 'attribute',
  run: 'attribute',
  dataset: 'dataset',
  datasets: 'dataset'
};
const ATTRIBUTES: readonly Attribute[] = [...TEXT_ATTRIBUTES, ...NUMBER_ATTRIBUTES];
const FILTER_KEYS = [...ATTRIBUTES, ...Object.keys(ALIASES)].sort();
const ORDER_KEYS = [...ATTRIBUTES, 'created', 'Created'].sort();
const DATASET_FIELDS: readonly DatasetField[] = ['context', 'digest', 'name'];

const NUMERIC: readonly Comparison[] = ['!=', '<', '<=', '=', '>', '>='];
const TEXTUAL: readonly Comparison[] = ['!=', '=', 'ILIKE', 'IN', 'LIKE', 'NOT IN'];
const NULLABLE: readonly Comparison[] = ['!=', '=', 'ILIKE', 'IS NOT NULL', 'IS NULL', 'LIKE'];

/** Parses the filter of `runs/search`. @throws MlflowError that says what is wrong. */
export function parseRunFilter(filter: string): RunPredicate[] {
  const read = parseClauses(filter, invalidClauses(true)).map(readClause);
  return read.map(({ field, comparator, value }) => ({ field, comparison: checkComparator(field, comparator), value }));
}

/** Parses `order_by` of `runs/search`, e.g. `['metrics.loss DESC']`. @throws MlflowError */
export function parseRunOrder(clauses: readonly string[]): RunOrder[] {
  const orders = clauses.map(text => {
    const { name, descending } = parseOrderClause(text);
    const field = runField(name, ORDER_KEYS);
    if (field.entity === 'dataset') {
      throw invalidParameter("Invalid identifier type 'dataset'");
    }
    return { field, descending };
  });
  refuseDuplicates(
    orders.map(({ field }) => `${field.entity}.${field.key}`),
    clauses
  );
  return orders;
}

function readClause({ left, comparator, right }: Clause) {
  if (left.kind !== 'identifier') {
    throw invalidParameter(`Invalid comparison clause. Expected 'Identifier' found '${left.raw}'`);
  }
  const field = runField(left.raw, FILTER_KEYS);
  if (right === undefined) {
    if (field.entity !== 'tag' && field.entity !== 'param') {
      throw invalidParameter(
        `IS NULL / IS NOT NULL is only supported for tags and params, not for '${field.entity}' '${field.key}'`
      );
    }
    return { field, comparator, value: '' };
  }
  return { field, comparator, value: readValue(field, left.raw, right) };
}

function runField(name: string, attributes: readonly string[]): RunField {
  const { entity: prefix, key } = splitName(name);
  const bare = prefix?.replace(/^`(.*)`$/, '$1') ?? 'attribute';
  const entity = Object.hasOwn(ENTITIES, bare) ? ENTITIES[bare] : undefined;
  switch (entity) {
    case undefined:
      throw invalidParameter(
        `Invalid entity type '${bare}'. Valid values are ${listed(['metric', 'parameter', 'tag', 'attribute', 'dataset'])}`
      );
    case 'attribute': {
      const attribute = Object.hasOwn(ALIASES, key) ? ALIASES[key] : ATTRIBUTES.find(each => each === key);
      if (attribute === undefined || !attributes.includes(key)) {
        throw invalidParameter(`Invalid attribute key '${key}' specified. Valid keys are '${asSet(attributes)}'`);
      }
      return { entity, key: attribute };
    }
    case 'dataset': {
      const field = DATASET_FIELDS.find(each => each === key);
      if (field === undefined) {
        throw invalidParameter(`Invalid dataset key '${key}' specified. Valid keys are '${asSet(DATASET_FIELDS)}'`);
      }
      return { entity, key: field };
    }
    default:
      return { entity, key };
  }
}

function isNumeric(field: RunField): boolean {
  return (
    field.entity === 'metric' || (field.entity === 'attribute' && NUMBER_ATTRIBUTES.some(each => each === field.key))
  );
}

function readValue(field: RunField, written: string, token: Token): RunPredicate['value'] {
  switch (field.entity) {
    case 'metric':
      if (token.kind !== 'number') {
        throw invalidParameter(`Expected numeric value type for metric. Found ${token.raw}`);
      }
      return Number(token.raw);
    case 'param':
    case 'tag': {
      if (!isText(token)) {
        const name = field.entity === 'param' ? 'parameter' : 'tag';
        throw invalidParameter(`Expected a quoted string value for ${name} (e.g. 'my-value'). Got value ${token.raw}`);
      }
      return unquotedText(token);
    }
    case 'attribute':
      return readAttributeValue(field, written, token);
    case 'dataset':
      if (token.kind === 'list') {
        return textsOfList(token, field.key);
      }
      if (!isText(token)) {
        throw invalidParameter(`Expected a quoted string value for dataset attributes. Got value ${token.raw}`);
      }
      return unquotedText(token);
  }
}

function readAttributeValue(field: RunField, written: string, token: Token): RunPredicate['value'] {
  if (isNumeric(field)) {
    if (token.kind !== 'number') {
      const { key } = splitName(written);
      throw invalidParameter(`Expected numeric value type for numeric attribute: ${key}. Found ${token.raw}`);
    }
    return Number(token.raw);
  }
  if (token.kind === 'list') {
    return textsOfList(token, field.key, ['run_id']);
  }
  if (!isText(token)) {
    throw invalidParameter(`Expected a quoted string value for attributes. Got value ${token.raw}`);
  }
  return unquotedText(token);
}

function checkComparator(field: RunField, comparator: string): Comparison {
  const { allowed, end } = comparatorsOf(field);
  const known = allowed.find(each => each === comparator);
  if (known === undefined) {
    const shown = field.entity === 'attribute' ? TEXTUAL : allowed;
    throw invalidParameter(`Invalid comparator '${comparator}' not one of '${asSet(shown)}${end}`);
  }
  return known;
}

/** What a field may be compared by, and how MLflow ends the sentence that refuses another. */
function comparatorsOf(field: RunField): { readonly allowed: readonly Comparison[]; readonly end: string } {
  if (isNumeric(field)) {
    return { allowed: NUMERIC, end: '' };
  }
  switch (field.entity) {
    case 'param':
      return { allowed: NULLABLE, end: "'" };
    case 'tag':
      return { allowed: NULLABLE, end: '' };
    case 'attribute':
      return { allowed: TEXTUAL, end: "'" };
    default:
      return { allowed: TEXTUAL, end: '' };
  }
}
