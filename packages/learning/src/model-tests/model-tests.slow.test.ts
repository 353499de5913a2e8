import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestVectors } from '@slipway/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { data, type Frame } from '@slipway/frames';
import { mlp } from '../models/mlp.js';
import { linearRegression, logisticRegression, decisionTree } from '../models/specs.js';
import { prep } from '../prep/prep.js';
import { Run } from '../runs/run.js';
import { readScoring } from '../scoring/scoring-module.js';
import { RecordingNotebook } from '../../../notebook/testing/notebook-double.js';
import { fit } from '../train/fit.js';
import { tensorflow } from '../backend/load-tfjs.js';
import type { Target } from '../examples/target.js';
import type { TrainedModelParts } from '../train/trained-parts.js';
import { testBehavior as askModel } from './behaviors.js';
import { checkData } from './check.js';
import { smallBatch } from './small-batch.js';
import { labelsKept } from './labels-kept.js';

let folder: string;
let book: RecordingNotebook;
let frame: Frame;

beforeAll(async () => {
  delete process.env['SLIPWAY_URL'];
  folder = mkdtempSync(path.join(tmpdir(), 'slipway-model-tests-'));
  RecordingNotebook.install(folder);
  let state = 5;
  const random = (): number => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
  const lines = Array.from({ length: 400 }, (_, i) => {
    const [x, noise] = [random(), random()];
    const value = 3 * x + 0.4 * noise;
    return [
      new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10),
      x,
      noise,
      value,
      value > 1.7 ? 'high' : 'low'
    ];
  });
  writeFileSync(path.join(folder, 'rows.csv'), ['day,x,noise,value,level', ...lines.map(l => l.join(','))].join('\n'));
  frame = await data('rows', 'rows.csv', { time: 'day' });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  book = RecordingNotebook.install(folder);
});

const parts = (of: Frame) => of.split({ by: 'time', test: 0.25 });
const found = async (of: Frame, inputs: string[], target: string) => {
  const { results } = await checkData(decisionTree(), { ...(await parts(of)), prep: prep().pass(...inputs), target });
  return Object.fromEntries(results.map(result => [result.id, `${result.verdict}: ${result.evidence}`]));
};

describe('rows before a training', () => {
  it('pass when nothing is wrong, and raise nothing', async () => {
    const results = await found(frame, ['x', 'noise'], 'value');
    expect(Object.values(results).map(text => text.split(':')[0])).toEqual(['pass', 'pass', 'pass', 'pass']);
    expect(book.warnings).toEqual([]);
  });

  it('show an input that is the target in another unit, and one that tells it nearly perfectly', async () => {
    const pounds = await frame.derive('pounds', 'value * 2.2046 + 1');
    expect((await found(pounds, ['x', 'pounds'], 'value'))['no-leakage']).toBe(
      'fail: "pounds" is the target "value" in other words: each tells the other in all of 300 rows.'
    );
    const rounded = await frame.derive('rounded', 'round(value, 2)');
    expect((await found(rounded, ['rounded'], 'value'))['no-leakage']).toMatch(
      /^warn: "value" can be told nearly perfectly from "rounded" alone \(R² 0\.999/
    );
    expect((await found(frame, ['value'], 'level'))['no-leakage']).toMatch(/^warn: .*"value" alone \(accuracy/);
    expect(book.warnings.every(text => text.startsWith('Cell In[1]: '))).toBe(true);
  });

  it('show a shift that was made by hand, and an input from the future', async () => {
    const before = await (await frame.derive('before', 'lag(value) over (order by day)')).dropMissing('before');
    expect((await found(before, ['x'], 'before'))['no-future-leak']).toContain('equals "value" of the row before');
    const ahead = await frame.lead('x', { as: 'next_x' });
    expect((await found(ahead, ['next_x'], 'value'))['no-future-leak']).toContain(
      'fail: The input "next_x" is "x" of a later row (Cell In[1])'
    );
  });

  it('show test rows that are training rows, and a split at random in time', async () => {
    const { train } = await parts(frame);
    const same = await checkData(decisionTree(), { train, test: train, prep: prep().pass('x'), target: 'value' });
    expect(same.results[2]!.evidence).toContain('The 300 test rows are the training rows');
    const { train: some, test } = await frame.split({ by: 'random', test: 0.25, seed: 1 });
    const random = await checkData(decisionTree(), { train: some, test, prep: prep().pass('x'), target: 'value' });
    expect(random.results[2]).toMatchObject({ verdict: 'warn' });
    expect(random.results[2]!.evidence).toContain('were split by random');
  });
});

describe('a network before its training', () => {
  it('overfits a small batch when its layers and loss fit the task', async () => {
    const options = { ...(await parts(frame)), prep: prep().standardize('x', 'noise') };
    const good = await checkData(mlp({ hidden: [16], dropout: 0.5 }), { ...options, target: 'value' });
    expect(good.lines.at(-1)).toMatch(/^✓ Learns a few rows: R² 0\.9/);
    expect(good.passed).toBe(true);
  });

  it('is named when it cannot, and stays as it was', async () => {
    const tf = await tensorflow();
    const network = tf.sequential();
    network.add(tf.layers.dense({ inputShape: [2], units: 4, activation: 'relu' }));
    network.add(tf.layers.dense({ units: 1, activation: 'sigmoid' }));
    const before = await network.getWeights()[0]!.data();
    const options = { ...(await parts(frame)), prep: prep().standardize('x', 'noise') };
    const report = await checkData(network, { ...options, target: 'value' });
    expect(report.passed).toBe(false);
    expect(book.warnings.join()).toContain('does not overfit a small batch: R²');
    expect(await network.getWeights()[0]!.data()).toEqual(before);
  });
});

describe('a network that is fitted', () => {
  const verdicts = async (options: { smallBatch?: 'test' | 'skip' }, activation: 'sigmoid' | 'linear') => {
    const tf = await tensorflow();
    const network = tf.sequential();
    network.add(tf.layers.dense({ inputShape: [2], units: 8, activation: 'relu' }));
    network.add(tf.layers.dense({ units: 1, activation }));
    network.compile({ optimizer: tf.train.adam(0.02), loss: 'meanSquaredError' });
    const read = prep().standardize('x', 'noise');
    const { parts: made } = await fit(network, {
      ...(await parts(frame)),
      prep: read,
      target: 'value',
      epochs: 2,
      ...options
    });
    return (made.tests ?? [])
      .filter(({ id }) => id === 'overfits-small-batch')
      .map(({ verdict, evidence }) => [verdict, evidence]);
  };

  it('is asked to overfit a small batch, and the result travels with it', async () => {
    expect(await verdicts({}, 'linear')).toEqual([['pass', 'A fresh copy of the network overfits 12 rows.']]);
    const [[verdict, evidence] = []] = await verdicts({}, 'sigmoid');
    expect(verdict).toBe('warn');
    expect(evidence).toMatch(/^The network does not overfit a small batch: R² 0\.\d+ on 12 rows after 200 steps\.$/);
    expect(book.warnings.join()).toContain('smallBatch: "skip"');
  });

  it('is not judged when that would take too long, which is known before', async () => {
    const train = Array.from({ length: 12 }, (_, i) => i);
    const target: Target = { name: 'value', task: 'regression', labels: null, train, test: [] };
    const rows = Float32Array.from(target.train);
    const spec = mlp({ hidden: [1500, 1500] });
    expect(await smallBatch(spec, [1], rows, target)).toMatchObject({
      id: 'overfits-small-batch',
      verdict: 'not_applicable'
    });
  });

  it('is not asked when its author says so', async () => {
    expect(await verdicts({ smallBatch: 'skip' }, 'sigmoid')).toEqual([]);
    expect(book.warnings.join()).not.toContain('overfit');
  });
});

describe('labels of a fitted model', () => {
  const judged = async (train: Frame, test: Frame, target: string): Promise<string> => {
    const read = prep().standardize('x', 'noise');
    const { parts: made } = await fit(decisionTree({ maxDepth: 3 }), { train, test, prep: read, target });
    const { verdict, evidence } = made.tests!.find(({ id }) => id === 'labels-kept')!;
    return `${verdict}: ${evidence}`;
  };
  const derived = async (name: string, expression: string): Promise<[Frame, Frame]> => {
    const { train, test } = await parts(await (await frame.derive(name, expression)).dropMissing(name));
    return [train, test];
  };

  it('belong to their rows when nothing is wrong', async () => {
    const { train, test } = await parts(frame);
    expect(await judged(train, test, 'level')).toMatch(
      /^pass: "level" seems to belong to its rows: .*correlation of 0\.8/
    );
    expect(await judged(train, test, 'value')).toMatch(/^pass: "value" seems to belong to its rows/);
  });

  it('are found to be exchanged between training and test rows', async () => {
    const { train, test } = await parts(frame);
    const turned = await test.derive('level', "case level when 'high' then 'low' else 'high' end");
    expect(await judged(train, turned, 'level')).toMatch(
      /^fail: Labels of the test rows mean something else .*"low" where the model says "high".* agree in 99 % of 100 test rows, as they are in 1 %/
    );
  });

  it('are found to be shifted by one row, whichever way, and not where they were shifted on purpose', async () => {
    expect(await judged(...(await derived('off', 'lag(value) over (order by day)')), 'off')).toMatch(
      /^warn: "off" seems to be shifted by one row: an input of the row before has a correlation of 0\.9\d+ with it/
    );
    expect(await judged(...(await derived('off', 'lead(level) over (order by day)')), 'off')).toMatch(/row after/);
    const ahead = await frame.lead('level', { as: 'next' });
    const { train, test } = await parts(ahead);
    expect(await judged(train, test, 'next')).not.toContain('one row off');
  });

  it('are found to be shuffled', async () => {
    const mixed = await frame.derive('mixed', 'lag(value, 137, value) over (order by day)');
    const { train, test } = await parts(await mixed.filter("day > '2024-05-20'"));
    expect(await judged(train, test, 'mixed')).toMatch(
      /^warn: "mixed" looks as if it had been shuffled: in \d+ training rows/
    );
  });
});

describe('behaviors of a model', () => {
  it('hold or are broken, and travel with the model', async () => {
    const model = await fit(linearRegression(), {
      ...(await parts(frame)),
      prep: prep().standardize('x', 'noise'),
      target: 'value'
    });
    const report = await askModel(model, {
      'the middle': { rows: { x: 0.5, noise: 0.5 }, expect: 1.7, tolerance: 0.05 },
      'x is all': { vary: 'x', by: 0.2, expect: 'rises' },
      'noise is nothing': { vary: 'noise', to: [0, 1], tolerance: 0.01 }
    });
    expect(report.results.map(({ name, broken }) => [name, broken.length > 0])).toEqual([
      ['the middle', false],
      ['x is all', false],
      ['noise is nothing', true]
    ]);
    expect(model.behaviors.map(({ name }) => name)).toEqual(['the middle', 'x is all', 'noise is nothing']);
    expect(book.warnings.join()).toContain('does not behave as "noise is nothing" says');
  });

  it.each([
    [{ a: { rows: { x: 1 }, expect: 1 } }, 'A row of the test "a" lacks "noise".'],
    [{ a: { vary: 'y', to: [1] } }, 'The model reads no "y"'],
    [{ a: { rows: { x: 1, noise: 1 }, expect: { min: 0, of: 'high' } } }, 'The model knows no class "high"']
  ])('are refused when they do not suit the model', async (tests, message) => {
    const model = await fit(linearRegression(), {
      ...(await parts(frame)),
      prep: prep().pass('x', 'noise'),
      target: 'value'
    });
    await expect(askModel(model, tests)).rejects.toThrow(message);
  });

  it('need a model', async () => {
    await expect(askModel(new Run('empty', undefined), {})).rejects.toThrow('The run has no fitted model to test.');
  });

  it('of classes are probabilities', async () => {
    const model = await fit(logisticRegression(), {
      ...(await parts(frame)),
      prep: prep().standardize('x'),
      target: 'level'
    });
    const report = await askModel(model, {
      'much is high': { rows: [{ x: 1 }, { x: 0.95 }], expect: 'high' },
      'little is hardly high': { rows: { x: 0.1 }, expect: { max: 0.1, of: 'high' } },
      'more is higher': { vary: 'x', by: 0.1, expect: 'rises', of: 'high' }
    });
    expect(report.passed).toBe(true);
  });
});

describe('a scoring module', () => {
  const vectors: TestVectors = {
    rows: 3,
    inputs: { x: [1, 2, 3] },
    outputs: { probabilities: { shape: [3, 2], data: [0.9, 0.1, 0.2, 0.8, 0.3, 0.7] } }
  };
  const judged = async (body: string) => {
    const scoring = await readScoring(`export function after(p: any, row: any) { return ${body}; }`);
    return labelsKept(scoring, { testVectors: vectors, labels: ['dry', 'rain'] } as unknown as TrainedModelParts);
  };

  it.each([
    ['{ label: p.label === "dry" ? "rain" : "dry" }', 'turns "dry" into "rain" in its field "label" (3 of 3'],
    ['{ willRain: true, rain: p.label === "dry" }', 'field "rain" is true where the model says that it is not "rain"'],
    ['{ chanceOfRain: p.probabilities.dry }', 'field "chanceOfRain" holds the probability of "dry", not of "rain"']
  ])('that turns the meaning is found: %s', async (body, evidence) => {
    expect(await judged(body)).toMatchObject({
      verdict: 'fail',
      evidence: expect.stringContaining(evidence) as string
    });
  });

  it.each([
    '{ ...p, rain: p.label === "rain", chanceOfRain: p.probabilities.rain }',
    '{ advice: "hat" }',
    'row.nothing.at'
  ])('that keeps it passes: %s', async body => expect(await judged(body)).toMatchObject({ verdict: 'pass' }));
});
