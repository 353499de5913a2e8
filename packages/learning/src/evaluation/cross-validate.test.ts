import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { data, foldsOf, type Frame } from '@slipway/frames';
import type { SlipwayError } from '@slipway/notebook';
import { linearRegression, logisticRegression } from '../models/specs.js';
import { prep } from '../prep/prep.js';
import { RecordingNotebook } from '../../../notebook/testing/notebook-double.js';
import { crossValidate } from './cross-validate.js';

describe('cross-validation', () => {
  let weather: Frame;
  let sky: Frame;
  let book: RecordingNotebook;

  beforeAll(async () => {
    delete process.env['SLIPWAY_URL'];
    book = RecordingNotebook.install(mkdtempSync(path.join(tmpdir(), 'slipway-folds-')));
    weather = await data('weather', 'npm:vega-datasets/data/seattle-weather.csv', { time: 'date' });
    sky = await weather.derive('sky', "case when precipitation > 0 then 'rain' else 'dry' end");
  });

  it('tests each row once by models that did not learn from it', async () => {
    for (const by of ['random', 'stratified', 'group'] as const) {
      const folds = await foldsOf(weather, { by, folds: 4, ...(by === 'random' ? {} : { column: 'weather' }) });
      const dates = await Promise.all(folds.map(async ({ test }) => (await test.values(['date']))[0]!.map(String)));
      expect(new Set(dates.flat()).size).toBe(weather.rowCount);
      for (const { train, test } of folds) {
        expect(train.rowCount + test.rowCount).toBe(weather.rowCount);
        const learned = new Set((await train.values(['date']))[0]!.map(String));
        expect((await test.values(['date']))[0]!.some(date => learned.has(String(date)))).toBe(false);
      }
    }
  });

  it('keeps the shares of classes, or groups together, or the future in the future', async () => {
    const share = async (frame: Frame): Promise<number> => {
      const values = (await frame.values(['weather']))[0]!;
      return values.filter(value => value === 'snow').length / values.length;
    };
    const whole = await share(weather);
    for (const { test } of await foldsOf(weather, { by: 'stratified', column: 'weather', folds: 4 })) {
      expect(Math.abs((await share(test)) - whole)).toBeLessThan(0.004);
    }
    for (const { train, test } of await foldsOf(weather, { by: 'group', column: 'weather', folds: 4 })) {
      const kinds = new Set((await train.values(['weather']))[0]);
      expect((await test.values(['weather']))[0]!.some(kind => kinds.has(kind))).toBe(false);
    }
    const inTime = await foldsOf(weather, { by: 'time', folds: 4 });
    const rows = inTime.map(({ train }) => train.rowCount);
    expect(rows.every((count, i) => i === 0 || count > rows[i - 1]!)).toBe(true);
    for (const { train, test } of inTime) {
      const last = String((await train.values(['date']))[0]!.at(-1));
      expect((await test.values(['date']))[0]!.every(date => String(date) > last)).toBe(true);
    }
  });

  it('gives mean and spread beside the baselines, and a run for each fold', async () => {
    book.records.length = 0;
    const read = prep().standardize('temp_max', 'temp_min', 'wind');
    const result = await crossValidate(logisticRegression(), {
      frame: sky,
      target: 'sky',
      prep: read,
      by: 'time',
      folds: 3
    });
    expect(result.folds).toHaveLength(3);
    expect(result.metric).toBe('accuracy');
    const values = result.folds.map(fold => fold.evaluation.value);
    expect(result.mean()).toBeCloseTo((values[0]! + values[1]! + values[2]!) / 3, 9);
    expect(result.deviation()).toBeGreaterThan(0);
    expect(Object.keys(result.baselines)).toContain('majority');
    const started = book.records.flatMap(record => (record.type === 'run.started' ? [record.name] : []));
    expect(started).toHaveLength(4);
    expect(started[1]).toBe('cross-validation of logisticRegression, fold 1 of 3');
    const shown = result[Symbol.for('Jupyter.display') as never] as unknown as () => Record<string, string>;
    expect(shown.call(result)['text/plain']).toContain('better than every baseline in');
  });

  it('tells once what is wrong in several folds, with their number', async () => {
    book.warnings.length = 0;
    const noise = await sky.derive('noise', '(epoch(date)::bigint * 7919) % 1009');
    const guess = await noise.derive(
      'coin',
      "case when (epoch(date)::bigint * 104729) % 997 < 500 then 'a' else 'b' end"
    );
    const read = prep().standardize('noise');
    await crossValidate(logisticRegression(), {
      frame: guess,
      target: 'coin',
      prep: read,
      by: 'random',
      folds: 3,
      seed: 5
    });
    const told = book.warnings.filter(text => text.includes('not better than a one-line rule'));
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^Cell In\[1\]: In [123] of 3 folds, here fold \d: The model is not better/);
  });

  it('says what folds cannot be', async () => {
    const refusal = async (work: Promise<unknown>): Promise<string> =>
      work.then(
        () => '',
        (error: unknown) => (error as SlipwayError).message
      );
    expect(await refusal(foldsOf(weather, { by: 'random', folds: 1 }))).toContain('a whole number from 2 to 50');
    expect(await refusal(foldsOf(weather, { by: 'group' }))).toContain('Folds by group need a column');
    expect(await refusal(foldsOf(weather, { by: 'group', column: 'weather', folds: 9 }))).toContain('too few values');
    expect(await refusal(foldsOf(weather, { by: 'group', column: 'wether' }))).toContain('Did you mean "weather"?');
    expect(await refusal(crossValidate(linearRegression(), { frame: sky, target: 'sky', by: 'random' }))).toContain(
      'Use slip.logisticRegression()'
    );
  });
});
