import type { EntityCondition, EntityField, EntityOrder } from '../../../platform/store/search/conditions.js';
import type { Comparison } from '../../../platform/store/run-query.js';
import { invalidParameter } from '../errors.js';
import { asSet, asTuple, quoted } from '../python-text.js';
import { invalidClauses, parseClauses, type Clause } from './clauses.js';
import { parseOrderClause, refuseDuplicates, splitName } from './order.js';
import type { Token } from './tokens.js';
import { isText, textsOfList, unquotedName, unquotedText } from './values.js';

const ENTITIES = ['attribute', 'tag', 'tags'];
const NUMERIC: readonly Comparison[] = ['!=', '<', '<=', '=', '>', '>='];
const TEXTUAL: readonly Comparison[] = ['!=', '=', 'ILIKE', 'IN', 'LIKE', 'NOT IN'];
const EQUALITY: readonly Comparison[] = ['!=', '=', 'ILIKE', 'LIKE'];

/** What differs between the searches of experiments, registered models and model versions. */
export interface SearchLanguage {
  readonly filterKeys: readonly string[];
  readonly orderKeys: readonly string[];
  readonly numeric: readonly string[];
  /** Numbers may be written as texts too. */
  readonly numbersAsTexts: boolean;
  /** Attributes that may be compared with a list. */
  readonly lists: readonly string[];
  /** Ids: compared by equality only, and always whole numbers. */
  readonly ids: readonly string[];
  /** Whether a refused comparator is answered with those allowed. */
  readonly namesComparators: boolean;
  /** Tags may be asked for with IS NULL. */
  readonly nullableTags: boolean;
}

export const EXPERIMENTS: SearchLanguage = {
  filterKeys: ['creation_time', 'experiment_id', 'last_update_time', 'name'],
  orderKeys: ['creation_time', 'experiment_id', 'last_update_time', 'name'],
  numeric: ['creation_time', 'last_update_time'],
  numbersAsTexts: false,
  lists: ['experiment_id'],
  ids: ['experiment_id'],
  namesComparators: true,
  nullableTags: true
};

export const REGISTERED_MODELS: SearchLanguage = {
  filterKeys: ['name'],
  orderKeys: ['last_updated_timestamp', 'name', 'timestamp'],
  numeric: [],
  numbersAsTexts: false,
  lists: ['name'],
  ids: [],
  namesComparators: false,
  nullableTags: false
};

export const MODEL_VERSIONS: SearchLanguage = {
  filterKeys: ['name', 'run_id', 'source_path', 'version_number'],
  orderKeys: ['creation_timestamp', 'last_updated_timestamp', 'name', 'version_number'],
  numeric: ['creation_timestamp', 'last_updated_timestamp', 'version_number'],
  numbersAsTexts: true,
  lists: ['name', 'run_id'],
  ids: [],
  namesComparators: false,
  nullableTags: false
};

/** Parses a filter over attributes and tags. @throws MlflowError that says what is wrong. */
export function parseEntityFilter(filter: string, language: SearchLanguage): EntityCondition[] {
  const read = parseClauses(filter, invalidClauses(false)).map(clause => readClause(clause, language));
  return read.map(condition => checked(condition, language));
}

/** Conditions on names with what names of a workspace begin with. */
export function withNamePrefix(conditions: readonly EntityCondition[], prefix: string): EntityCondition[] {
  return conditions.map(condition => {
    const { field, value } = condition;
    if (prefix === '' || field.entity !== 'attribute' || field.key !== 'name' || typeof value === 'number') {
      return condition;
    }
    const whole = (name: string): string => prefix + name;
    return { ...condition, value: typeof value === 'string' ? whole(value) : value.map(whole) };
  });
}

/** @throws MlflowError */
export function parseEntityOrder(clauses: readonly string[], language: SearchLanguage): EntityOrder[] {
  const orders = clauses.map(text => {
    const { name, descending } = parseOrderClause(text);
    refuseModelKey(name, language);
    const field = entityField(name, language.orderKeys);
    if (field.entity !== 'attribute' && language === MODEL_VERSIONS) {
      throw invalidParameter(
        `Invalid order by key '${field.key}' specified. Valid keys are ${asSet(language.orderKeys)}`
      );
    }
    if (field.entity !== 'attribute') {
      throw invalidParameter(`Invalid order_by entity: ${field.entity}`);
    }
    return { field, descending };
  });
  refuseDuplicates(
    orders.map(({ field }) => field.key),
    clauses
  );
  return orders;
}

/** Registered models are ordered by bare names only. */
function refuseModelKey(name: string, language: SearchLanguage): void {
  if (language === REGISTERED_MODELS && !language.orderKeys.includes(unquotedName(name))) {
    throw invalidParameter(
      `Invalid order by key '${name}' specified. Valid keys are '${asSet(['name', 'timestamp'])}'`
    );
  }
}

interface ReadClause {
  readonly field: EntityField;
  readonly comparator: string;
  readonly value: EntityCondition['value'];
}

function readClause({ left, comparator, right }: Clause, language: SearchLanguage): ReadClause {
  if (left.kind !== 'identifier') {
    throw invalidParameter(`Invalid comparison clause. Expected 'Identifier' found '${left.raw}'`);
  }
  const field = entityField(left.raw, language.filterKeys);
  if (right !== undefined) {
    return { field, comparator, value: readValue(field, right, language) };
  }
  if (field.entity !== 'tag' || !language.nullableTags) {
    const kind = language.nullableTags ? `attribute '${field.key}'` : `'${field.key}'`;
    throw invalidParameter(`IS NULL / IS NOT NULL is only supported for tags, not for ${kind}`);
  }
  return { field, comparator, value: '' };
}

function entityField(name: string, keys: readonly string[]): EntityField {
  const { entity = 'attribute', key } = splitName(name);
  if (!ENTITIES.includes(entity)) {
    throw invalidParameter(`Invalid entity type '${entity}'. Valid entity types are ${asTuple(ENTITIES)}`);
  }
  if (entity !== 'attribute') {
    return { entity: 'tag', key };
  }
  if (!keys.includes(key)) {
    throw invalidParameter(`Invalid attribute key '${key}' specified. Valid keys are '${asSet(keys)}'`);
  }
  return { entity, key };
}

function readValue(field: EntityField, token: Token, language: SearchLanguage): EntityCondition['value'] {
  if (field.entity === 'tag') {
    if (!isText(token)) {
      throw invalidParameter(`Expected a quoted string value for tag (e.g. 'my-value'). Got value ${token.raw}`);
    }
    return unquotedText(token);
  }
  const numeric = language.numeric.includes(field.key);
  if (numeric && token.kind === 'number') {
    return Number(token.raw);
  }
  if (numeric && !language.numbersAsTexts) {
    throw invalidParameter(`Expected numeric value type for numeric attribute: ${field.key}. Found ${token.raw}`);
  }
  if (token.kind === 'list') {
    return textsOfList(token, field.key, language.lists);
  }
  if (isText(token)) {
    return unquotedText(token);
  }
  throw invalidParameter(
    language.numbersAsTexts
      ? `Only the '${asSet(language.numeric)}' attributes support comparison with numeric values.`
      : `Expected a quoted string value${language.ids.length > 0 ? '' : ' or a list of quoted string values'} for ` +
          `attributes. Got value ${token.raw}`
  );
}

function checked({ field, comparator, value }: ReadClause, language: SearchLanguage): EntityCondition {
  const of = (allowed: readonly Comparison[], refusal: string): Comparison => {
    const known = allowed.find(each => each === comparator);
    if (known === undefined && language.namesComparators && field.entity === 'attribute') {
      const numeric = language.numeric.includes(field.key);
      throw invalidParameter(`Invalid comparator '${comparator}' not one of '${asSet(TEXTUAL)}${numeric ? '' : "'"}`);
    }
    if (known === undefined) {
      throw invalidParameter(`${refusal}: ${comparator}`);
    }
    return known;
  };
  if (field.entity === 'tag') {
    const nulls: readonly Comparison[] = language.nullableTags ? ['IS NULL', 'IS NOT NULL'] : [];
    return { field, comparison: of([...EQUALITY, ...nulls], 'Invalid comparator for tag'), value };
  }
  if (language.ids.includes(field.key)) {
    const comparison = (['=', '!=', 'IN', 'NOT IN'] as const).find(each => each === comparator);
    if (comparison === undefined) {
      throw invalidParameter(`Invalid comparator for ${field.key}: ${comparator}`);
    }
    return { field, comparison, value: idOf(value) };
  }
  if (language.numeric.includes(field.key)) {
    const comparison = of(NUMERIC, `Invalid comparator for attribute ${field.key}`);
    return { field, comparison, value: wholeNumber(field.key, value, language) };
  }
  const lists: readonly Comparison[] = language.lists.includes(field.key) ? ['IN', 'NOT IN'] : [];
  return { field, comparison: of([...EQUALITY, ...lists], 'Invalid comparator for attribute'), value };
}

function wholeNumber(key: string, value: EntityCondition['value'], language: SearchLanguage): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) && (typeof value === 'number' || /^\s*[+-]?\d+\s*$/.test(String(value)))) {
    return number;
  }
  const shown = typeof value === 'number' && language.numbersAsTexts ? String(value) : quoted(String(value));
  throw invalidParameter(`Invalid value for numeric attribute '${key}': ${shown}`);
}

function idOf(value: EntityCondition['value']): number | string[] {
  const check = (text: string): number => {
    if (!/^\s*\d+\s*$/.test(text)) {
      throw invalidParameter(`Invalid experiment ID '${text}'. Experiment ID must be a valid integer.`);
    }
    return Number(text);
  };
  return Array.isArray(value) ? value.map(text => String(check(text as string))) : check(String(value));
}
