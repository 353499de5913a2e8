import { invalidParameter, type MlflowError } from '../errors.js';
import { quoted } from '../python-text.js';
import { tokenize, type Token } from './tokens.js';

/** One condition as it was written: `left comparator right`; IS NULL has no right. */
export interface Clause {
  readonly left: Token;
  /** Upper case. */
  readonly comparator: string;
  readonly right: Token | undefined;
}

/** A hundred thousand conditions would be a query that no database plans. */
const MOST_CLAUSES = 200;
/** SQLite refuses longer patterns. */
const LONGEST_PATTERN = 10_000;
const VALUES: readonly Token['kind'][] = ['identifier', 'number', 'text', 'list'];

/**
 * Reads a filter as conditions. As in MLflow, AND between them may be missing or doubled.
 *
 * @param strayed makes the error for text that is not part of a condition.
 * @throws MlflowError
 */
export function parseClauses(filter: string, strayed: (tokens: readonly Token[]) => MlflowError): Clause[] {
  if (filter === '') {
    return [];
  }
  const tokens = tokenize(filter);
  if (tokens.length === 0) {
    throw invalidParameter(`Invalid filter '${filter}'. Could not be parsed.`);
  }
  const end = tokens.findIndex(token => token.kind === 'end');
  if (end >= 0 && end < tokens.length - 1) {
    throw invalidParameter(
      `Search filter contained multiple expression ${quoted(filter)}. Provide AND-ed expression list.`
    );
  }
  const { clauses, strays } = group(tokens);
  if (strays.length > 0) {
    throw strayed(strays);
  }
  if (clauses.length > MOST_CLAUSES) {
    throw invalidParameter(`A filter may have at most ${MOST_CLAUSES} conditions; this one has ${clauses.length}.`);
  }
  const pattern = clauses.find(
    each => each.comparator.endsWith('LIKE') && (each.right?.raw ?? '').length > LONGEST_PATTERN
  );
  if (pattern !== undefined) {
    throw invalidParameter(`A pattern may have at most ${LONGEST_PATTERN} characters.`);
  }
  return clauses;
}

/** The usual error, which names everything that strayed. @param inQuotes as in the search of runs. */
export function invalidClauses(inQuotes: boolean): (tokens: readonly Token[]) => MlflowError {
  return tokens => {
    const shown = tokens.map(token => (inQuotes ? `'${token.raw}'` : token.raw)).join(', ');
    return invalidParameter(`Invalid clause(s) in filter string: ${shown}`);
  };
}

function group(tokens: readonly Token[]): { clauses: Clause[]; strays: Token[] } {
  const clauses: Clause[] = [];
  const strays: Token[] = [];
  let position = 0;
  while (position < tokens.length) {
    const found = comparisonAt(tokens, position);
    const token = tokens[position];
    if (found !== undefined) {
      clauses.push(found.clause);
      position += found.length;
    } else {
      if (token !== undefined && !isWord(token, 'AND')) {
        strays.push(token);
      }
      position += 1;
    }
  }
  return { clauses, strays };
}

function comparisonAt(tokens: readonly Token[], at: number): { clause: Clause; length: number } | undefined {
  const [left, second, third, fourth] = tokens.slice(at, at + 4);
  if (left === undefined || second === undefined || third === undefined || !VALUES.includes(left.kind)) {
    return undefined;
  }
  const found = (comparator: string, right: Token | undefined, length: number) => ({
    clause: { left, comparator, right },
    length
  });
  if (second.kind === 'comparison' && VALUES.includes(third.kind)) {
    return found(second.raw.toUpperCase(), third, 3);
  }
  if (left.kind !== 'identifier') {
    return undefined;
  }
  if (isWord(second, 'IN') && third.kind === 'list') {
    return found('IN', third, 3);
  }
  if (isWord(second, 'NOT') && isWord(third, 'IN') && fourth?.kind === 'list') {
    return found('NOT IN', fourth, 4);
  }
  if (isWord(second, 'IS') && isWord(third, 'NULL')) {
    return found('IS NULL', undefined, 3);
  }
  if (isWord(second, 'IS') && isWord(third, 'NOT') && fourth !== undefined && isWord(fourth, 'NULL')) {
    return found('IS NOT NULL', undefined, 4);
  }
  return undefined;
}

function isWord(token: Token, word: string): boolean {
  return token.kind === 'keyword' && token.raw.toUpperCase() === word;
}
