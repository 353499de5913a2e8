import { cellMagics, lineMagics, slipCommands, type SlipCommand, type ValueKind } from './commands.js';
import type { Magic } from './find.js';
import { quoted, wordsOf, type Word } from './words.js';

/** Looks up names that exist: datasets, models, files and the like. */
export type NameSource = (kind: ValueKind['kind'], typed: string) => Promise<readonly string[]>;

/** Completions for the text between `start` and `end`; offsets count UTF-16 units in the cell. */
export interface MagicCandidates {
  readonly start: number;
  readonly end: number;
  readonly candidates: string[];
}

/**
 * Completes a magic line at the cursor: names after `%`, sub-commands of `%slip`, their options, and the values of both
 * places and options.
 */
export async function completeMagic(
  source: string,
  magic: Magic,
  cursor: number,
  names: NameSource
): Promise<MagicCandidates> {
  const typed = source.slice(magic.start, cursor);
  if (/^%{1,2}\w*$/.test(typed)) {
    const all = magic.kind === 'cell' ? [...cellMagics].map(name => `%%${name}`) : [...lineMagics].map(n => `%${n}`);
    return startingWith(typed, all, cursor);
  }
  const nothing = { start: cursor, end: cursor, candidates: [] };
  if (magic.name !== 'slip' || magic.kind === 'cell') {
    return nothing;
  }
  const words = wordsOf(typed);
  const last = words.at(-1);
  const isOpen = last !== undefined && last.end === typed.length;
  const current = isOpen ? last : { text: '', start: typed.length, end: typed.length };
  // The first word is %slip itself.
  const before = words.slice(1, isOpen ? -1 : undefined);
  const start = magic.start + current.start;
  const [command] = before;
  if (!command) {
    return { start, end: cursor, candidates: withPrefix(current.text, commandNames()) };
  }
  const known = slipCommands.find(({ name }) => name === command.text);
  if (!known) {
    return nothing;
  }
  return { start, end: cursor, candidates: await candidatesIn(known, before.slice(1), current, names) };
}

/** @param before the words between the sub-command and the one that is being written. */
async function candidatesIn(
  command: SlipCommand,
  before: readonly Word[],
  current: Word,
  names: NameSource
): Promise<string[]> {
  const [, inline, inlineValue = ''] = /^--([\w-]+)=(.*)$/s.exec(current.text) ?? [];
  const previous = before.at(-1)?.text ?? '';
  const awaited = inline ?? (previous.startsWith('--') && !previous.includes('=') ? previous.slice(2) : undefined);
  if (awaited !== undefined) {
    const option = Object.hasOwn(command.options, awaited) ? command.options[awaited] : undefined;
    if (!option) {
      return [];
    }
    const values = await valuesOf(option.value, inline === undefined ? current.text : inlineValue, names);
    return inline === undefined ? values : values.map(value => `--${inline}=${value}`);
  }
  const used = new Set(before.map(({ text }) => text.split('=')[0]));
  const options = Object.keys(command.options)
    .map(name => `--${name}`)
    .filter(name => !used.has(name));
  if (current.text.startsWith('-')) {
    return withPrefix(current.text, options);
  }
  const place = command.required[placesIn(command, before)];
  if (place) {
    return valuesOf(place.value, current.text, names);
  }
  return withPrefix(current.text, options);
}

/** How many of the words are places: not options, nor values of options. */
function placesIn(command: SlipCommand, words: readonly Word[]): number {
  let count = 0;
  for (let i = 0; i < words.length; i++) {
    const text = words[i]?.text ?? '';
    if (!text.startsWith('--')) {
      count++;
    } else if (!text.includes('=') && Object.hasOwn(command.options, text.slice(2))) {
      i++;
    }
  }
  return count;
}

async function valuesOf(value: ValueKind, typed: string, names: NameSource): Promise<string[]> {
  const all = value.kind === 'one-of' ? value.words : await names(value.kind, typed);
  return withPrefix(typed, all).map(quoted);
}

function startingWith(word: string, names: readonly string[], cursor: number): MagicCandidates {
  return { start: cursor - word.length, end: cursor, candidates: withPrefix(word, names) };
}

function withPrefix(word: string, names: readonly string[]): string[] {
  return names.filter(name => name.startsWith(word));
}

function commandNames(): string[] {
  return slipCommands.map(({ name }) => name);
}
