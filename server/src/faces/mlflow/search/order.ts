import { invalidParameter } from '../errors.js';
import { tokenize } from './tokens.js';
import { unquotedName } from './values.js';

/** One entry of `order_by`: a name as it was written, without the quotes inside it, and a direction. */
export interface OrderClause {
  readonly name: string;
  readonly descending: boolean;
}

/** Reads e.g. `metrics.loss DESC`. @throws MlflowError */
export function parseOrderClause(text: string): OrderClause {
  const [name, direction, ...rest] = tokenize(text);
  const isName = name?.kind === 'identifier' && (direction === undefined || direction.kind === 'identifier');
  if (!isName || rest.length > 0) {
    throw invalidParameter(`Invalid order_by clause '${text}'. Could not be parsed.`);
  }
  const word = direction?.raw.toLowerCase() ?? 'asc';
  if (word !== 'asc' && word !== 'desc') {
    throw invalidParameter(`Invalid ordering key in order_by clause '${text}'.`);
  }
  return { name: name.raw, descending: word === 'desc' };
}

/** Splits `entity.key` at the first point. @returns no entity for a bare name. */
export function splitName(name: string): { readonly entity: string | undefined; readonly key: string } {
  const point =
    name.startsWith('`') || name.startsWith('"')
      ? name.indexOf('.', name.indexOf(name[0] ?? '', 1))
      : name.indexOf('.');
  return point < 0
    ? { entity: undefined, key: unquotedName(name) }
    : { entity: name.slice(0, point), key: unquotedName(name.slice(point + 1)) };
}

/** @throws MlflowError when a field is named twice. */
export function refuseDuplicates(fields: readonly string[], given: readonly string[]): void {
  if (new Set(fields).size < fields.length) {
    throw invalidParameter(`\`order_by\` contains duplicate fields: [${given.map(each => `'${each}'`).join(', ')}]`);
  }
}
