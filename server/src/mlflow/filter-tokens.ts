import { invalidParameter } from './errors.js';

export type FilterToken =
  | { readonly kind: 'word' | 'quoted-name' | 'text'; readonly text: string }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'operator'; readonly text: string }
  | { readonly kind: 'punctuation'; readonly text: '(' | ')' | ',' | '.' };

const TOKEN =
  /\s*(?:(?<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])|(?<word>[\w][\w\-/]*)|`(?<backtick>[^`]+)`|"(?<double>[^"]*)"|'(?<single>[^']*)'|(?<operator><=|>=|!=|=|<|>)|(?<punctuation>[(),.]))/y;

/** Splits MLflow's filter language into its words. @throws MlflowError at what is not part of it. */
export function tokenize(filter: string): FilterToken[] {
  const tokens: FilterToken[] = [];
  let position = 0;
  while (filter.slice(position).trim() !== '') {
    TOKEN.lastIndex = position;
    const match = TOKEN.exec(filter);
    if (match === null) {
      throw invalidParameter(`Invalid clause(s) in filter string: '${filter.slice(position).trim()}'`);
    }
    position = TOKEN.lastIndex;
    tokens.push(tokenOf(match.groups ?? {}));
  }
  return tokens;
}

function tokenOf(groups: Record<string, string | undefined>): FilterToken {
  const { number, word, backtick, double, single, operator, punctuation } = groups;
  if (number !== undefined) {
    return { kind: 'number', text: number };
  }
  if (word !== undefined) {
    return { kind: 'word', text: word };
  }
  if (backtick !== undefined) {
    return { kind: 'quoted-name', text: backtick };
  }
  if (single !== undefined) {
    return { kind: 'text', text: single };
  }
  if (double !== undefined) {
    // A name where a name stands, a text where a value stands: the parser knows which.
    return { kind: 'text', text: double };
  }
  if (operator !== undefined) {
    return { kind: 'operator', text: operator };
  }
  return { kind: 'punctuation', text: punctuation as '(' | ')' | ',' | '.' };
}
