import { invalidParameter } from '../errors.js';
import { listed } from '../python-text.js';
import type { Token } from './tokens.js';

/** A text without its quotes. @throws MlflowError when it has none. */
export function unquotedText({ kind, raw }: Token): string {
  const quote = raw[0];
  if ((kind === 'text' || (kind === 'identifier' && quote === '"')) && raw.length >= 2 && raw.endsWith(quote ?? '')) {
    return raw.slice(1, -1);
  }
  throw invalidParameter(
    `Parameter value is either not quoted or unidentified quote types used for string value ${raw}. Use either single ` +
      'or double quotes.'
  );
}

/** A name without the quotes that may surround it. */
export function unquotedName(raw: string): string {
  const quote = raw[0] ?? '';
  return raw.length >= 2 && '`"\''.includes(quote) && raw.endsWith(quote) ? raw.slice(1, -1) : raw;
}

export function isText(token: Token): boolean {
  return token.kind === 'text' || token.kind === 'identifier';
}

const ITEM = /\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^,'"()]+))\s*(,|$)/y;

/**
 * The texts in a list such as `('a', 'b')`.
 *
 * @param supported keys that may be compared with a list; undefined: all. @throws MlflowError
 */
export function textsOfList({ raw }: Token, key: string, supported?: readonly string[]): string[] {
  if (supported !== undefined && !supported.includes(key)) {
    throw invalidParameter(
      `Only ${listed(supported)} attributes support comparison with a list of quoted string values.`
    );
  }
  const inner = raw.slice(1, -1);
  if (inner.trim() === '') {
    throw invalidParameter(
      'While parsing a list in the query, expected a non-empty list of string values, but got empty list'
    );
  }
  const texts: string[] = [];
  let position = 0;
  while (position < inner.length) {
    ITEM.lastIndex = position;
    const match = ITEM.exec(inner);
    const [whole = '', single, double, bare] = match ?? [];
    if (match === null) {
      throw invalidParameter(
        'While parsing a list in the query, expected a non-empty list of string values, but got ill-formed list.'
      );
    }
    if (bare !== undefined) {
      if (bare.trim() !== '' || texts.length === 0) {
        throw notAText(raw);
      }
    } else {
      texts.push((single ?? double ?? '').replace(/\\(.)/g, '$1'));
    }
    position += whole.length;
  }
  return texts;
}

function notAText(raw: string) {
  return invalidParameter(
    'While parsing a list in the query, expected string value, punctuation, or whitespace, but got different type in ' +
      `list: ${raw}`
  );
}
