import { SlipwayError, suggestion } from '@slipway/notebook/errors';
import { formOf, slipCommands, type SlipCommand, type SlipValue } from './commands.js';
import { wordsOf } from './words.js';

/** A `%slip` line that has the right form. */
export interface SlipLine {
  readonly command: SlipCommand;
  /** One for each required place. */
  readonly places: readonly string[];
  /** By name, without the dashes. */
  readonly options: ReadonlyMap<string, string>;
}

/**
 * Reads what follows `%slip`. An empty line is `help`.
 *
 * @throws SlipwayError MAGIC_UNKNOWN that says what is wrong and shows the right form.
 */
export function parseSlipLine(line: string): SlipLine {
  const [first = 'help', ...rest] = wordsOf(line).map(({ text }) => text);
  const command = slipCommands.find(({ name }) => name === first);
  if (!command) {
    const names = slipCommands.map(({ name }) => name);
    throw new SlipwayError('MAGIC_UNKNOWN', `%slip has no command "${first}".`, {
      remedy: `${suggestion(first, names)} %slip help lists all of them.`
    });
  }
  const { places, options } = partsOf(command, rest);
  const missing = command.required[places.length];
  if (missing) {
    throw wrong(command, `${missing.name} is missing in this %slip ${command.name} line.`);
  }
  const surplus = places[command.required.length];
  if (surplus !== undefined) {
    throw wrong(command, `"${surplus}" is one word too many for %slip ${command.name}.`);
  }
  command.required.forEach((place, i) => check(command, place, places[i] ?? ''));
  return { command, places, options };
}

function partsOf(command: SlipCommand, words: readonly string[]): { places: string[]; options: Map<string, string> } {
  const places: string[] = [];
  const options = new Map<string, string>();
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    const [, name, given] = /^--([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    if (name === undefined) {
      places.push(word);
      continue;
    }
    const option = Object.hasOwn(command.options, name) ? command.options[name] : undefined;
    if (!option) {
      const known = Object.keys(command.options).map(each => `--${each}`);
      const hint = known.length > 0 ? ` ${suggestion(`--${name}`, known)}` : '';
      throw wrong(command, `%slip ${command.name} has no option --${name}.${hint}`);
    }
    const value = given ?? words[++i];
    if (value === undefined || value === '' || (given === undefined && value.startsWith('--'))) {
      throw wrong(command, `--${name} needs a value: --${name} ${option.name}.`);
    }
    check(command, { ...option, name: `--${name}` }, value);
    options.set(name, value);
  }
  return { places, options };
}

function check(command: SlipCommand, { name, value: expected }: SlipValue, given: string): void {
  if (expected.kind === 'number' && !/^[1-9]\d*$/.test(given)) {
    throw wrong(command, `${name} is a whole number from 1 on, not "${given}".`);
  }
  if (expected.kind === 'one-of' && expected.others === 'refused' && !expected.words.includes(given)) {
    throw wrong(command, `${name} cannot be "${given}". ${suggestion(given, expected.words)}`);
  }
}

function wrong(command: SlipCommand, message: string): SlipwayError {
  return new SlipwayError('MAGIC_UNKNOWN', message, { remedy: `Its form is: ${formOf(command)}` });
}
