import { tmpdir } from 'node:os';
import { SlipwayError } from '@slipway/notebook';
import { SpoolRecord, type NamedMetric } from '@slipway/contract';
import { beforeEach, describe, expect, it } from 'vitest';
import { RecordingNotebook } from '../../../notebook/testing/notebook-double.js';
import { Run, run as inRun } from './run.js';

let book: RecordingNotebook;
beforeEach(() => {
  book = RecordingNotebook.install(tmpdir());
});

/** Logs as code does that is not type-checked. */
type Loose = {
  logMetric(key: unknown, value: unknown, step?: unknown): void;
  logParam(key: unknown, value: unknown): void;
};

function logged(): { metrics: NamedMetric[]; params: { key: string; value: string }[] } {
  const parts = book.records.flatMap(record => (record.type === 'run.logged' ? [record] : []));
  // What the server would refuse takes everything beside it along.
  for (const part of parts) {
    expect(SpoolRecord.safeParse({ seq: 1, at: 0, ...part })).toMatchObject({ success: true });
  }
  return { metrics: parts.flatMap(part => part.metrics), params: parts.flatMap(part => part.params) };
}

describe('a metric that cannot be kept is named under the cell, and the others are kept:', () => {
  it.each<[string, unknown, unknown, unknown, string]>([
    ['a step that is not a whole number', 'loss', 1, 0.5, 'its step is 0.5'],
    ['a step that is NaN', 'loss', 1, Number.NaN, 'its step is NaN'],
    [
      'a step beyond 2^53',
      'loss',
      1,
      2 ** 60,
      'its step is 1152921504606847000, and a step is a whole number up to 2^53'
    ],
    ['a name that is empty', '', 1, 0, 'its name is empty'],
    ['a name over 250 characters', 'x'.repeat(251), 1, 0, 'its name has 251 characters, and 250 are allowed'],
    ['undefined', 'loss', undefined, 0, 'its value is undefined, not a number'],
    ['null', 'loss', null, 0, 'its value is null, not a number'],
    ['true', 'loss', true, 0, 'its value is true. Log 1 or 0'],
    ['a bigint', 'loss', 5n, 0, 'its value is the bigint 5n. Write Number(…) around it'],
    ['a number as text', 'loss', '0.5', 0, "its value is the text '0.5'. Write Number(…) around it"],
    ['a tensor', 'loss', { dataSync: () => [1] }, 0, 'its value is a tensor. Write (await tensor.data())[0]']
  ])('%s', (_, key, value, step, reason) => {
    const run = new Run('e', undefined);
    run.logMetric('kept', 1);
    (run as unknown as Loose).logMetric(key, value, step);
    run.logMetric('kept', 2);
    run.finish('FINISHED');
    expect(logged().metrics).toMatchObject([
      { key: 'kept', value: 1, step: 0 },
      { key: 'kept', value: 2, step: 1 }
    ]);
    expect(book.warnings).toHaveLength(1);
    expect(book.warnings[0]).toContain(reason);
    expect([...run.metrics]).toEqual([['kept', 2]]);
  });
});

it('NaN and infinities are kept as what they are', () => {
  const run = new Run('e', undefined);
  run.logMetrics({ a: Number.NaN, b: Number.POSITIVE_INFINITY, c: Number.NEGATIVE_INFINITY, d: -1.5 });
  run.finish('FINISHED');
  expect(logged().metrics.map(({ value }) => value)).toEqual(['NaN', 'Infinity', '-Infinity', -1.5]);
  expect(book.warnings).toEqual([]);
});

it('a loop of bad points warns once, and says at the end how many there were', () => {
  const run = new Run('e', undefined);
  for (let step = 0; step < 1000; step++) {
    (run as unknown as Loose).logMetric('loss', null);
  }
  run.finish('FINISHED');
  expect(book.warnings).toEqual([
    'Cell In[1]: The metric "loss" was not logged: its value is null, not a number.',
    'Cell In[1]: The metric "loss" was refused 999 more times.'
  ]);
});

it('parameters without a value are refused, and objects are kept as JSON', () => {
  const run = new Run('e', undefined);
  const loose = run as unknown as Loose;
  loose.logParam('layers', [8, 4]);
  loose.logParam('missing', undefined);
  loose.logParam('', 1);
  run.logProgress({ fraction: Number.NaN });
  run.finish('FINISHED');
  expect(logged().params).toEqual([{ key: 'layers', value: '[8,4]' }]);
  expect(book.warnings.map(text => text.replace(/^Cell In\[1\]: /, ''))).toEqual([
    'The parameter "missing" was not logged: its value is undefined.',
    'The parameter "" was not logged: its name is empty.',
    'The progress was not logged: its fraction is NaN, not a number from 0 to 1.'
  ]);
});

it('a run that fails by a typing mistake says what to write instead, without a prefix', async () => {
  const failing = inRun('e', () => {
    throw new SlipwayError('COLUMN_UNKNOWN', 'There is no column "wnd".', { remedy: 'Did you mean "wind"?' });
  });
  await expect(failing).rejects.toThrow('Did you mean');
  await expect(inRun('e', () => JSON.parse('{'))).rejects.toThrow(SyntaxError);
  const failures = book.records.flatMap(record => (record.type === 'run.finished' ? [record.failure?.message] : []));
  expect(failures[0]).toBe('There is no column "wnd". Did you mean "wind"?');
  expect(failures[1]).toMatch(/^SyntaxError: /);
});
