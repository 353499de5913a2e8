import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { completeMagic, type NameSource } from './complete.js';
import { findMagics } from './find.js';

const names: NameSource = kind =>
  Promise.resolve(
    {
      dataset: ['weather', 'wine list'],
      model: ['rain', 'churn'],
      reference: ['rain', 'rain@1', 'run:0123'],
      experiment: ['end', 'rain'],
      file: ['data/', 'rain.csv'],
      new: [],
      number: [],
      'one-of': []
    }[kind]
  );

/** What is offered at the end of `line`, and where it would be put. */
async function offered(line: string): Promise<[string, string[]]> {
  const source = `const a = 1;\n${line}`;
  const [magic] = findMagics(ts, source);
  if (!magic) {
    throw new Error('no magic line');
  }
  const { start, end, candidates } = await completeMagic(source, magic, source.length, names);
  return [source.slice(start, end), candidates];
}

describe('a magic line is completed', () => {
  it.each([
    ['%sl', '%sl', ['%slip']],
    ['%slip pro', 'pro', ['promote']],
    ['%slip promote ', '', ['rain', 'churn']],
    ['%slip promote r', 'r', ['rain']],
    ['%slip promote rain ', '', ['--to', '--version']],
    ['%slip promote rain --', '--', ['--to', '--version']],
    ['%slip promote rain --to ', '', ['dev', 'staging', 'production']],
    ['%slip promote rain --to sta', 'sta', ['staging']],
    ['%slip promote rain --to=p', '--to=p', ['--to=production']],
    ['%slip promote rain --to production --', '--', ['--version']],
    ['%slip promote --to dev ', '', ['rain', 'churn']],
    ['%slip model rain@', 'rain@', ['rain@1']],
    ['%slip data w', 'w', ['weather', '"wine list"']],
    ['%slip data weather ', '', ['data/', 'rain.csv']],
    ['%slip data "wine list" r', 'r', ['rain.csv']],
    ['%slip data weather rain.csv --t', '--t', ['--time']],
    ['%slip run e', 'e', ['end']],
    ['%slip score o', 'o', ['off']]
  ])('%s', async (line, replaced, candidates) => expect(await offered(line)).toEqual([replaced, candidates]));

  it.each(['%slip bogus ', '%slip status ', '%slip data a b --time ', '%slip promote rain --bogus '])(
    'with nothing where nothing is known: %s',
    async line => expect((await offered(line))[1]).toEqual([])
  );
});
