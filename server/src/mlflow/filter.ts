import {
  NUMBER_ATTRIBUTES,
  TEXT_ATTRIBUTES,
  type Attribute,
  type Comparison,
  type RunField,
  type RunOrder,
  type RunPredicate
} from '../store/run-query.js';
import { invalidParameter } from './errors.js';
import { tokenize, type FilterToken } from './filter-tokens.js';

/** Names that MLflow's clients use for the same attribute. */
const ATTRIBUTE_ALIASES: Readonly<Record<string, Attribute>> = {
  run_uuid: 'run_id',
  'run name': 'run_name',
  'Run name': 'run_name',
  'Run Name': 'run_name',
  created: 'start_time',
  Created: 'start_time',
  user: 'user_id'
};

const NUMERIC: readonly Comparison[] = ['=', '!=', '<', '<=', '>', '>='];
const TEXTUAL: readonly Comparison[] = ['=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN'];
const NULLABLE: readonly Comparison[] = [...TEXTUAL, 'IS NULL', 'IS NOT NULL'];

/** Parses the filter of `runs/search`. @throws MlflowError that says what is wrong. */
export function parseFilter(filter: string): RunPredicate[] {
  const tokens = tokenize(filter);
  const predicates: RunPredicate[] = [];
  const reader = new TokenReader(tokens);
  while (!reader.atEnd) {
    if (predicates.length > 0) {
      reader.keyword('AND');
    }
    predicates.push(readPredicate(reader));
  }
  return predicates;
}

/** Parses one entry of `order_by`, e.g. `metrics.loss DESC`. @throws MlflowError */
export function parseOrder(text: string): RunOrder {
  const reader = new TokenReader(tokenize(text));
  const field = readField(reader);
  const direction = reader.atEnd ? 'ASC' : reader.word().toUpperCase();
  if (field.entity === 'dataset' || (direction !== 'ASC' && direction !== 'DESC') || !reader.atEnd) {
    throw invalidParameter(`Invalid order_by clause '${text}'. Expected a field, and ASC or DESC.`);
  }
  return { field, descending: direction === 'DESC' };
}

function readPredicate(reader: TokenReader): RunPredicate {
  const field = readField(reader);
  const comparison = readComparison(reader);
  const allowed = allowedComparisons(field);
  if (!allowed.includes(comparison)) {
    throw invalidParameter(
      `Invalid comparator '${comparison}' for ${field.entity} '${field.key}'; it must be one of ${allowed.join(', ')}.`
    );
  }
  switch (comparison) {
    case 'IS NULL':
    case 'IS NOT NULL':
      return { field, comparison, value: '' };
    case 'IN':
    case 'NOT IN':
      return { field, comparison, value: reader.list() };
    default:
      return { field, comparison, value: isNumeric(field) ? reader.number(field.key) : reader.text(field.key) };
  }
}

function readField(reader: TokenReader): RunField {
  const first = reader.name();
  if (!reader.takePunctuation('.')) {
    return attribute(first);
  }
  const key = reader.dottedName();
  switch (first.toLowerCase()) {
    case 'metric':
    case 'metrics':
      return { entity: 'metric', key };
    case 'param':
    case 'params':
    case 'parameter':
    case 'parameters':
      return { entity: 'param', key };
    case 'tag':
    case 'tags':
      return { entity: 'tag', key };
    case 'attribute':
    case 'attributes':
    case 'attr':
    case 'run':
      return attribute(key);
    case 'dataset':
    case 'datasets':
      if (key === 'name' || key === 'digest' || key === 'context') {
        return { entity: 'dataset', key };
      }
      throw invalidParameter(`Invalid dataset attribute '${key}'; it must be name, digest or context.`);
    default:
      throw invalidParameter(
        `Invalid entity type '${first}'. Valid values are metric, parameter, tag, attribute and dataset.`
      );
  }
}

function attribute(name: string): RunField {
  const known = ATTRIBUTE_ALIASES[name] ?? [...TEXT_ATTRIBUTES, ...NUMBER_ATTRIBUTES].find(each => each === name);
  if (known === undefined) {
    throw invalidParameter(
      `Invalid attribute key '${name}' specified. Valid keys are ${[...TEXT_ATTRIBUTES, ...NUMBER_ATTRIBUTES].join(', ')}.`
    );
  }
  return { entity: 'attribute', key: known };
}

function isNumeric(field: RunField): boolean {
  return (
    field.entity === 'metric' || (field.entity === 'attribute' && NUMBER_ATTRIBUTES.some(each => each === field.key))
  );
}

function allowedComparisons(field: RunField): readonly Comparison[] {
  if (isNumeric(field)) {
    return NUMERIC;
  }
  return field.entity === 'param' || field.entity === 'tag' ? NULLABLE : TEXTUAL;
}

function readComparison(reader: TokenReader): Comparison {
  const operator = reader.operatorOrWord().toUpperCase();
  switch (operator) {
    case '=':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
    case 'LIKE':
    case 'ILIKE':
    case 'IN':
      return operator;
    case 'NOT':
      reader.keyword('IN');
      return 'NOT IN';
    case 'IS':
      if (reader.takeWord('NOT')) {
        reader.keyword('NULL');
        return 'IS NOT NULL';
      }
      reader.keyword('NULL');
      return 'IS NULL';
    default:
      throw invalidParameter(`Invalid comparator '${operator}' in filter string.`);
  }
}

class TokenReader {
  readonly #tokens: readonly FilterToken[];
  #position = 0;

  constructor(tokens: readonly FilterToken[]) {
    this.#tokens = tokens;
  }

  get atEnd(): boolean {
    return this.#position >= this.#tokens.length;
  }

  /** A bare or quoted name. */
  name(): string {
    const token = this.#next();
    if (token.kind === 'word' || token.kind === 'quoted-name' || token.kind === 'text') {
      return token.text;
    }
    throw unexpected(token);
  }

  /** A name that may have points in it, as `val.loss.mean` does. */
  dottedName(): string {
    let name = this.#peek()?.kind === 'number' ? this.#next().text : this.name();
    while (this.takePunctuation('.')) {
      name += `.${this.#next().text}`;
    }
    return name;
  }

  word(): string {
    const token = this.#next();
    if (token.kind !== 'word') {
      throw unexpected(token);
    }
    return token.text;
  }

  operatorOrWord(): string {
    const token = this.#next();
    if (token.kind !== 'operator' && token.kind !== 'word') {
      throw unexpected(token);
    }
    return token.text;
  }

  keyword(expected: string): void {
    const word = this.#next();
    if (word.kind !== 'word' || word.text.toUpperCase() !== expected) {
      throw unexpected(word);
    }
  }

  takeWord(expected: string): boolean {
    const token = this.#peek();
    const found = token?.kind === 'word' && token.text.toUpperCase() === expected;
    this.#position += found ? 1 : 0;
    return found;
  }

  takePunctuation(expected: string): boolean {
    const token = this.#peek();
    const found = token?.kind === 'punctuation' && token.text === expected;
    this.#position += found ? 1 : 0;
    return found;
  }

  number(key: string): number {
    const token = this.#next();
    if (token.kind !== 'number') {
      throw invalidParameter(`Expected numeric value type for metric '${key}'. Found ${token.text}`);
    }
    return Number(token.text);
  }

  text(key: string): string {
    const token = this.#next();
    if (token.kind !== 'text') {
      throw invalidParameter(`Expected a quoted string value for '${key}' (e.g. 'my-value'). Got value ${token.text}`);
    }
    return token.text;
  }

  list(): string[] {
    if (!this.takePunctuation('(')) {
      throw invalidParameter('Expected a list of quoted strings in parentheses after IN.');
    }
    const values = [this.text('list')];
    while (this.takePunctuation(',')) {
      values.push(this.text('list'));
    }
    if (!this.takePunctuation(')')) {
      throw invalidParameter('The list after IN is not closed.');
    }
    return values;
  }

  #peek(): FilterToken | undefined {
    return this.#tokens[this.#position];
  }

  #next(): FilterToken {
    const token = this.#peek();
    if (token === undefined) {
      throw invalidParameter('Invalid filter string: it ends too early.');
    }
    this.#position += 1;
    return token;
  }
}

function unexpected(token: FilterToken) {
  return invalidParameter(`Invalid clause(s) in filter string: '${token.text}'`);
}
