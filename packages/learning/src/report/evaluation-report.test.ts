import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { data, type Split } from '@slipway/frames';
import type { MimeBundle } from '@slipway/notebook';
import { linearRegression, logisticRegression } from '../models/specs.js';
import { prep } from '../prep/prep.js';
import { RecordingNotebook } from '../../../notebook/testing/notebook-double.js';
import { fit } from '../train/fit.js';
import { evaluationReport } from './evaluation-report.js';

describe('the report of an evaluation', () => {
  let parts: Split;
  beforeAll(async () => {
    delete process.env['SLIPWAY_URL'];
    RecordingNotebook.install(mkdtempSync(path.join(tmpdir(), 'slipway-report-')));
    const weather = await data('weather', 'npm:vega-datasets/data/seattle-weather.csv', { time: 'date' });
    const sky = await weather.derive('sky', "case when precipitation > 0 then 'rain <b>' else 'dry' end");
    parts = await sky.split({ by: 'time', test: 0.2 });
  });
  const read = (): ReturnType<typeof prep> => prep().standardize('temp_max', 'temp_min', 'wind');
  const all = (html: string, pattern: RegExp): string[] =>
    [...html.matchAll(pattern)].map(match => match[1] ?? match[0]);
  const titles = (html: string): string[] => all(html, /<h3>(.*?)<\/h3>/g);

  it('shows the confusion matrix, ROC, precision and recall, and calibration of classes, with the numbers of the model', async () => {
    const model = await fit(logisticRegression(), { ...parts, prep: read(), target: 'sky' });
    const html = model.report().html;
    expect(titles(html)).toEqual([
      'Confusion matrix',
      'ROC of &#34;rain &#60;b&#62;&#34;',
      'Precision and recall',
      'Calibration'
    ]);
    const counts = all(html, /<td class="(?:right|wrong)"[^>]*>(\d+)</g).map(Number);
    expect(counts.reduce((a, b) => a + b, 0)).toBe(model.evaluation.rows);
    expect((counts[0]! + counts[3]!) / model.evaluation.rows).toBeCloseTo(model.metrics['accuracy']!, 9);
    expect(html).toContain('baseline: majority');
    expect(all(html, /<svg role="img" aria-label="[^"]+"/g)).toHaveLength(3);
    // Nothing is loaded from elsewhere, nothing runs, nothing of the data is taken for markup.
    expect(html).not.toMatch(/<script|https?:|src=|<b>/);
    expect(html).toContain('prefers-color-scheme:dark');
    expect(html).not.toContain('NaN');
  });

  it('as the last value of a cell is shown as a page, not as HTML text, and gives its HTML as text', async () => {
    const model = await fit(logisticRegression(), { ...parts, prep: read(), target: 'sky' });
    const report = model.report();
    const shown = (report as unknown as Record<symbol, () => MimeBundle>)[Symbol.for('Jupyter.display')]!();
    const page = /<iframe sandbox="" [^>]*srcdoc="([^"]*)"/.exec(String(shown['text/html']))![1]!;
    expect(page.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))).toBe(report.html);
    expect(shown['text/plain']).toMatch(/^Model for sky: \d+ test rows/);
    expect(String(shown['text/plain'])).not.toContain('<');
    expect(String(report)).toBe(report.html);
  });

  it('has a curve for each of several classes', async () => {
    const model = await fit(logisticRegression(), { ...parts, prep: read(), target: 'weather' });
    const html = model.report().html;
    expect(titles(html)[1]).toBe('ROC of each class against the rest');
    const roc = html.split('<figure>')[2]!;
    expect(all(roc, /class="line c\d"/g)).toHaveLength(model.labels!.length);
  });

  it('shows predictions and residuals of numbers', async () => {
    const model = await fit(linearRegression(), {
      ...parts,
      prep: prep().standardize('temp_min', 'wind'),
      target: 'temp_max'
    });
    const html = evaluationReport(model.parts);
    expect(titles(html)).toEqual(['Predictions', 'Residuals', 'Share of rows within an error']);
    expect(all(html.split('<figure>')[1]!, /<circle/g)).toHaveLength(model.evaluation.rows);
    expect(html).toContain('baseline: mean');
  });
});
