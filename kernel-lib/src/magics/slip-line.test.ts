import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formOf, slipCommands } from './commands.js';
import { parseSlipLine } from './slip-line.js';
import { quoted, wordsOf } from './words.js';

const parsed = (line: string): unknown[] => {
  const { command, places, options } = parseSlipLine(line);
  return [command.name, places, Object.fromEntries(options)];
};

describe('a %slip line', () => {
  it.each([
    ['run rain', ['run', ['rain'], {}]],
    ['data weather seattle-weather.csv --time date', ['data', ['weather', 'seattle-weather.csv'], { time: 'date' }]],
    ['data --time=date weather x.csv', ['data', ['weather', 'x.csv'], { time: 'date' }]],
    [`data "my weather" 'a file.csv' --time="the date"`, ['data', ['my weather', 'a file.csv'], { time: 'the date' }]],
    ['promote rain --to staging --version 3', ['promote', ['rain'], { to: 'staging', version: '3' }]],
    ['score off', ['score', ['off'], {}]],
    ['', ['help', [], {}]]
  ])('%s', (line, expected) => expect(parsed(line)).toEqual(expected));

  it.each([
    ['stats', '%slip has no command "stats".', 'Did you mean "status"'],
    ['data', 'NAME is missing in this %slip data line.', '%slip data NAME FILE [--time COLUMN]'],
    ['data weather', 'FILE is missing in this %slip data line.', '%slip data NAME FILE [--time COLUMN]'],
    ['data weather a.csv b.csv', '"b.csv" is one word too many', '%slip data NAME FILE [--time COLUMN]'],
    ['data weather a.csv --tme date', '%slip data has no option --tme. Did you mean "--time"?', '[--time COLUMN]'],
    ['data weather a.csv --time', '--time needs a value: --time COLUMN.', '[--time COLUMN]'],
    ['run', 'EXPERIMENT is missing', '%slip run EXPERIMENT'],
    ['promote', 'NAME is missing', '%slip promote NAME [--to ENVIRONMENT] [--version N]'],
    ['promote rain --to prod', '--to cannot be "prod". Did you mean "production"?', '[--to ENVIRONMENT]'],
    ['promote rain --version two', '--version is a whole number from 1 on, not "two".', '[--version N]'],
    ['promote rain --to --version 2', '--to needs a value', '[--to ENVIRONMENT]'],
    ['score on', 'off cannot be "on".', '%slip score off'],
    ['status now', '"now" is one word too many', '%slip status'],
    ['cells --all', '%slip cells has no option --all.', '%slip cells']
  ])('%s is refused, and the right form shown', (line, message, form) => {
    const refusal = (): unknown => {
      try {
        return parsed(line);
      } catch (error) {
        return error;
      }
    };
    expect(refusal()).toMatchObject({ name: 'SlipwayError', code: 'MAGIC_UNKNOWN' });
    expect(String(refusal())).toContain(message);
    expect(String(refusal())).toContain(form);
  });

  it('of the form that help shows is accepted, for every command', () => {
    for (const command of slipCommands) {
      const sample: Record<string, string> = { N: '2', ENVIRONMENT: 'dev', off: 'off' };
      const line = formOf(command)
        .replace('%slip ', '')
        .replace(/[[\]]/g, '')
        .replace(/\b(?:[A-Z]+|off)\b/g, word => sample[word] ?? 'x');
      expect(parsed(line)[0]).toBe(command.name);
    }
  });

  it('gives every word back as it was meant, with blanks in it too', () => {
    const word = fc.stringMatching(/^[a-z0-9._ü-]+( [a-z'ü]+){0,2}$/).filter(text => !text.startsWith('-'));
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), words => {
        expect(wordsOf(words.map(quoted).join('  ')).map(({ text }) => text)).toEqual(words);
      })
    );
  });
});
