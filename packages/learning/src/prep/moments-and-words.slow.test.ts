import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { data, type Frame, type PlainValue } from '@slipway/frames';
import { ElementType, OnnxGraph } from '@slipway/onnx/graph';
import { addPreprocessing } from '../export/preprocessing.js';
import { RecordingNotebook } from '../../../notebook/testing/notebook-double.js';
import { DATE_PARTS, momentNumbers } from './calendar.js';
import { murmurHash3, wordsOf } from './hashed-words.js';
import { FittedPrep, prep } from './prep.js';

let frame: Frame;
beforeAll(async () => {
  delete process.env['SLIPWAY_URL'];
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-prep-'));
  RecordingNotebook.install(folder);
  const lines = [
    '2024-02-29,2024-02-29 23:59:00,"Rain, rain in KÖLN!"',
    '2023-12-31,2023-12-31 00:00:00,',
    '2000-03-01,2000-03-01 06:30:00,日本 rain 12'
  ];
  writeFileSync(path.join(folder, 'notes.csv'), ['day,at,note', ...lines].join('\n'));
  frame = await data('notes', 'notes.csv');
});

/** What the exported graph makes of text columns. */
async function throughOnnx(fitted: FittedPrep, values: readonly (readonly PlainValue[])[]): Promise<Float32Array> {
  const graph = new OnnxGraph();
  graph.output(addPreprocessing(graph, fitted), 'y', ElementType.FLOAT, ['rows', fitted.width]);
  const session = await InferenceSession.create(graph.finish('test', {}), { logSeverityLevel: 3 });
  const rows = values[0]!.length;
  const feeds = fitted.columns.map(({ name }, i) => {
    const texts = values[i]!.map(value => (value === null ? '' : String(value)));
    return [name, new Tensor('string', texts, [rows, 1])] as const;
  });
  return (await session.run(Object.fromEntries(feeds)))['y']!.data as Float32Array;
}

function expectClose(got: Float32Array, expected: Float32Array): void {
  expect(got).toHaveLength(expected.length);
  got.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(2e-5));
}

describe('parts of dates', () => {
  it('are those of the calendar', () => {
    const parts = ['year', 'month', 'day', 'weekday', 'dayOfYear', 'hour', 'minute'] as const;
    expect(momentNumbers('2024-02-29', parts)).toEqual([2024, 2, 29, 4, 60, 0, 0]);
    expect(momentNumbers('2023-12-31T23:59:00.000Z', parts)).toEqual([2023, 12, 31, 7, 365, 23, 59]);
    expect(momentNumbers('29.2.2024', ['year'])).toEqual([NaN]);
  });

  it('agree with the calendar of JavaScript on any day', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date('1900-01-01'), max: new Date('2200-01-01'), noInvalidDate: true }), date => {
        const [year, weekday, dayOfYear] = momentNumbers(date.toISOString(), ['year', 'weekday', 'dayOfYear']);
        const first = Date.UTC(date.getUTCFullYear(), 0, 1);
        expect(year).toBe(date.getUTCFullYear());
        expect(weekday! % 7).toBe(date.getUTCDay());
        expect(dayOfYear).toBe(Math.floor((date.getTime() - first) / 86_400_000) + 1);
      })
    );
  });

  it('are standardized by the training rows, and are points on a circle', async () => {
    const fitted = await prep().dateParts(['month', 'season'], 'day').fit(frame);
    expect(fitted.width).toBe(3);
    const rows = await fitted.transform(frame);
    const months = [rows[0]!, rows[3]!, rows[6]!];
    expect(months.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 5);
    const years = await prep().dateParts(['season'], 'day').fit(frame);
    const [newYear, eve] = [years, years].map((p, i) =>
      p.transformColumns([[['2023-01-01', '2022-12-31'][i]!]], 1, 'a')
    );
    newYear!.forEach((value, i) => expect(Math.abs(value - eve![i]!)).toBeLessThan(0.06));
  });

  it('are the same in the exported graph, on any day and time, also in a mixture of both', async () => {
    const fitted = await prep().dateParts(DATE_PARTS, 'day').fit(frame);
    const date = fc.date({ min: new Date('1900-01-01'), max: new Date('2200-01-01'), noInvalidDate: true });
    const moment = fc.tuple(date, fc.boolean()).map(([d, short]) => d.toISOString().slice(0, short ? 10 : 24));
    await fc.assert(
      fc.asyncProperty(fc.array(moment, { minLength: 1, maxLength: 8 }), async moments => {
        const expected = fitted.transformColumns([moments], moments.length, 'the test');
        expectClose(await throughOnnx(fitted, [moments]), expected);
      }),
      { numRuns: 30 }
    );
  });

  it('are refused for columns that hold no dates, and for unknown parts', async () => {
    await expect(prep().dateParts(['year'], 'note').fit(frame)).rejects.toThrow('dateParts needs dates or times');
    await expect(prep().dateParts(['year'], 'day').pass('day').fit(frame)).rejects.toThrow('other steps do not apply');
    expect(() => prep().dateParts(['century' as never], 'day')).toThrow('There is: year, month');
  });
});

describe('hashed words', () => {
  it('are hashed as in the published vectors', () => {
    const hash = (text: string): number => murmurHash3(new TextEncoder().encode(text));
    // Of the reference implementation with seed 0.
    expect([hash(''), hash('test'), hash('Hello, world!')]).toEqual([0, 0xba6bd213, 0xc0363e43]);
  });

  it('are letters and digits of any script, A–Z as a–z', () => {
    expect(wordsOf('The RAIN, in Köln: 日本 12.5')).toEqual(['the', 'rain', 'in', 'köln', '日本', '12', '5']);
    expect(wordsOf(' ,.! ')).toEqual([]);
  });

  it('are counted in buckets; a missing text has none', async () => {
    const fitted = await prep().hashWords(16, 'note').fit(frame);
    const rows = await fitted.transform(frame);
    expect(fitted.width).toBe(16);
    expect([...rows.slice(0, 16)].reduce((a, b) => a + b)).toBe(4);
    expect([...rows.slice(16, 32)].every(count => count === 0)).toBe(true);
    expect(fitted.acceptsMissing(fitted.columns[0]!)).toBe(true);
  });

  it('are the same in the exported graph, for any text', async () => {
    const fitted = new FittedPrep([{ name: 'note', type: 'words', buckets: 13 }]);
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 30 }),
      fc
        .array(fc.constantFrom('rain', 'Rain', 'KÖLN', 'ärger', '12', '日本', '!?', 'é'), { maxLength: 9 })
        .map(w => w.join(' '))
    );
    const storable = text.map(t => t.replaceAll('\0', ''));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(storable), { minLength: 1, maxLength: 6 }), async texts => {
        const expected = fitted.transformColumns([texts], texts.length, 'the test');
        expect(Array.from(await throughOnnx(fitted, [texts]))).toEqual(Array.from(expected));
      }),
      { numRuns: 60 }
    );
  });

  it('are refused for columns that hold no text', async () => {
    await expect(prep().hashWords(16, 'day').fit(frame)).rejects.toThrow('hashWords needs text');
    expect(() => prep().hashWords(1, 'note')).toThrow('2 to 65536 buckets');
  });
});
