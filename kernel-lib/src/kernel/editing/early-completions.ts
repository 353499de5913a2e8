import type { Completions } from '../compiler/editor.js';

/** The last word before the cursor, with what it is a member of. */
const CHAIN = /(?:[\p{ID_Start}$_][\p{ID_Continue}$]*\s*\.\s*)*[\p{ID_Start}$_]?[\p{ID_Continue}$]*$/u;
const NAME = /[\p{ID_Start}$_][\p{ID_Continue}$]*/gu;
const KEYWORDS = (
  'async await break case catch class const continue default delete else enum export extends false finally for function ' +
  'if import in instanceof interface let new null of return static super switch this throw true try type typeof ' +
  'undefined using var void while yield'
).split(' ');

/**
 * Completions without the compiler, for the first seconds of a kernel: members of what is global, words of the language,
 * and names that the cell itself has.
 */
export function earlyCompletions(source: string, position: number): Completions {
  const chain = (CHAIN.exec(source.slice(0, position))?.[0] ?? '').split('.').map(part => part.trim());
  const word = chain.pop() ?? '';
  const start = position - word.length;
  const names = chain.length > 0 ? membersOf(chain) : [...namesIn(source, start), ...KEYWORDS, ...globalNames()];
  const candidates = [...new Set(names)].filter(name => name.startsWith(word) && name !== word);
  return { start, end: position, candidates };
}

/** Names of the cell but for the word that is being written. */
function namesIn(source: string, start: number): string[] {
  return [...source.matchAll(NAME)].filter(({ index }) => index !== start).map(([name]) => name);
}

function globalNames(): string[] {
  return Object.getOwnPropertyNames(globalThis).filter(name => !name.startsWith('_'));
}

/** Members of a global value; none where finding them would run code. */
function membersOf(chain: readonly string[]): string[] {
  let value: unknown = globalThis;
  for (const name of chain) {
    if (!isObject(value)) {
      return [];
    }
    value = Object.getOwnPropertyDescriptor(value, name)?.value;
  }
  const names: string[] = [];
  for (
    let owner: unknown = value;
    isObject(owner) && owner !== Object.prototype;
    owner = Object.getPrototypeOf(owner)
  ) {
    names.push(...Object.getOwnPropertyNames(owner).filter(name => /^[\p{ID_Start}$]/u.test(name)));
  }
  return names;
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
