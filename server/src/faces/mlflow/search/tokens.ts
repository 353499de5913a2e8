export type TokenKind = 'identifier' | 'number' | 'text' | 'comparison' | 'keyword' | 'list' | 'end' | 'other';

export interface Token {
  readonly kind: TokenKind;
  /** As written in the filter, quotes included. */
  readonly raw: string;
}

const NAME = '(?:`[^`]*`|"[^"]*"|[\\p{L}_$][\\p{L}\\p{N}_$\\-/]*)';
const REST = '(?:`[^`]*`|"[^"]*"|[\\p{L}\\p{N}_$][\\p{L}\\p{N}_$\\-/]*)';
const TOKEN = new RegExp(
  [
    '(?<space>\\s+)',
    '(?<other>--[^\\n]*)',
    '(?<number>-?(?:\\d+\\.\\d*|\\.\\d+|\\d+)(?:[eE]-?\\d+)?(?![\\p{L}\\p{N}_]))',
    `(?<identifier>${NAME}(?:\\.${REST})*)`,
    "(?<text>'(?:[^']|'')*')",
    '(?<comparison>[<>=~!]+)',
    '(?<end>;)'
  ].join('|'),
  'uy'
);
const OUTSIDE_LISTS = /'(?:[^']|'')*'|"[^"]*"|`[^`]*`|[^'"`()]+|['"`]/uy;
const KEYWORDS = new Set(['AND', 'OR', 'NOT', 'IN', 'IS', 'NULL', 'BETWEEN']);
const COMPARISONS = new Set(['LIKE', 'ILIKE', 'RLIKE']);

/** Splits a filter into its words; text that is not a word of the language is a token of the kind `other`. */
export function tokenize(filter: string): Token[] {
  const tokens: Token[] = [];
  const lists = closings(filter);
  let position = 0;
  while (position < filter.length) {
    const end = lists.get(position);
    if (end !== undefined) {
      tokens.push({ kind: 'list', raw: filter.slice(position, end) });
      position = end;
      continue;
    }
    TOKEN.lastIndex = position;
    const match = TOKEN.exec(filter);
    const found = match?.[0] ?? String.fromCodePoint(filter.codePointAt(position) ?? 0);
    position += found.length;
    const kind = kindOf(match?.groups ?? {}, found);
    if (kind !== undefined) {
      tokens.push({ kind, raw: found });
    }
  }
  return tokens;
}

/** @returns undefined for white space. */
function kindOf(groups: Record<string, string | undefined>, raw: string): TokenKind | undefined {
  if (groups['space'] !== undefined) {
    return undefined;
  }
  if (groups['identifier'] !== undefined) {
    const word = raw.toUpperCase();
    return KEYWORDS.has(word) ? 'keyword' : COMPARISONS.has(word) ? 'comparison' : 'identifier';
  }
  const named = (['number', 'text', 'comparison', 'end'] as const).find(kind => groups[kind] !== undefined);
  return named ?? 'other';
}

/** Where each parenthesis that is closed ends, by where it begins; found in one pass. */
function closings(filter: string): Map<number, number> {
  const ends = new Map<number, number>();
  const open: number[] = [];
  let position = 0;
  while (position < filter.length) {
    const sign = filter[position];
    if (sign === '(') {
      open.push(position);
      position += 1;
    } else if (sign === ')') {
      position += 1;
      const start = open.pop();
      if (start !== undefined) {
        ends.set(start, position);
      }
    } else {
      OUTSIDE_LISTS.lastIndex = position;
      position += OUTSIDE_LISTS.exec(filter)?.[0].length ?? 1;
    }
  }
  return ends;
}
