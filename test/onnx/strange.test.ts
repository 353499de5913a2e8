import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  importedBundle,
  importOnnx,
  LoadedGraph,
  namedFeeds,
  OnnxImportError,
  type ImportedModel,
  type ImportOptions
} from '../../packages/onnx/dist/import/index.js';
import { pythonPath } from '../harness/places.js';
import { freshFolder, run } from '../server/slipway-process.js';

const LABELS = ['red', 'green', 'blue'];

describe('an ONNX file that a service cannot run unchanged', () => {
  let folder: string;

  beforeAll(async () => {
    folder = path.join((await freshFolder()).path, 'models');
    const made = await run(pythonPath(), [path.join(import.meta.dirname, 'make_strange_models.py'), folder]);
    expect(made.stderr).toBe('');
  });
  afterAll(() => rm(path.dirname(folder), { recursive: true, force: true }));

  const bring = (name: string, options: ImportOptions = {}): Promise<ImportedModel> =>
    importOnnx(path.join(folder, `${name}.onnx`), options);
  const refusal = async (name: string, options: ImportOptions = {}): Promise<OnnxImportError> => {
    const error: unknown = await bring(name, options).then(
      () => null,
      (e: unknown) => e
    );
    expect(error).toBeInstanceOf(OnnxImportError);
    return error as OnnxImportError;
  };
  /** What the imported graph answers. */
  const ask = async (model: ImportedModel, rows: Record<string, number[]>): Promise<Record<string, unknown[]>> => {
    const graph = await LoadedGraph.load(model.onnx);
    const count = Object.values(rows)[0]!.length;
    const answers = await graph.run(namedFeeds(model.signature.inputs, rows, 0, count));
    await graph.release();
    return Object.fromEntries(
      Object.entries(answers).map(([name, { data }]) => [name, Array.from(data as ArrayLike<unknown>)])
    );
  };
  const named = { inputs: ['a', 'b'], labels: LABELS };

  it('gets probabilities and labels where it gives logits', async () => {
    const model = await bring('logits', { ...named, scores: 'logits', target: 'colour' });
    const { probabilities, label } = await ask(model, { a: [2, 0], b: [0, 3] });
    const parts = [2, -2, 1].map(Math.exp);
    const sum = parts.reduce((a, b) => a + b, 0);
    parts.forEach((part, i) => expect(probabilities![i]).toBeCloseTo(part / sum, 6));
    expect(label).toEqual(['red', 'green']);
    expect(model.provenance.edits).toContain('A softmax converts the logits of scores to probabilities.');
  });

  it('is asked about, when its numbers may mean anything', async () => {
    const meaning = await refusal('logits', { inputs: ['a', 'b'] });
    expect(meaning.code).toBe('IMPORT_UNCLEAR');
    expect(meaning.message).toContain('gives 3 numbers in each row');
    expect(meaning.questions.map(question => question.option)).toEqual(['labels']);
    const scores = await refusal('logits', named);
    expect(scores.questions).toEqual([{ option: 'scores', example: 'logits' }]);
    const labels = await refusal('logits', { ...named, labels: ['yes', 'no'] });
    expect(labels.message).toContain('knows 3 classes, and 2 labels were given');
  });

  it('is a classifier of two with one logit, or a regression', async () => {
    const classes = await bring('one-logit', { inputs: ['a', 'b'], labels: ['no', 'yes'], scores: 'logits' });
    const { probabilities, label } = await ask(classes, { a: [1], b: [0] });
    expect(probabilities![1]).toBeCloseTo(1 / (1 + Math.exp(-1)), 6);
    expect(label).toEqual(['yes']);
    const number = await bring('one-logit', { inputs: ['a', 'b'] });
    expect(await ask(number, { a: [1], b: [2] })).toEqual({ value: [-3] });
  });

  it('may have its number of rows fixed, unless it is built in', async () => {
    const model = await bring('fixed-rows', { ...named, scores: 'logits' });
    expect((await ask(model, { a: [2, 0, 1], b: [0, 3, 2] }))['label']).toEqual(['red', 'green', 'green']);
    const builtIn = await refusal('rows-built-in', { ...named, scores: 'logits' });
    expect(builtIn.message).toContain('its number of rows is built into the graph');
    expect(builtIn.remedy).toContain('dynamic_axes');
  });

  it('is refused when a row is answered by the others that are asked with it', async () => {
    const error = await refusal('rows-mixed', { inputs: ['a', 'b'] });
    expect(error.message).toContain('depends on the other rows');
    expect(error.remedy).toContain('model.eval()');
  });

  it('may use the names of our outputs and new inputs internally, also in branches', async () => {
    const model = await bring('names-taken', { inputs: ['label', 'total'], target: 'amount' });
    expect(model.signature.inputs.map(input => input.name)).toEqual(['label', 'total']);
    expect(await ask(model, { label: [2, 4], total: [4, 8] })).toEqual({ value: [2, 4] });
  });

  it('may compute in half precision', async () => {
    const model = await bring('half', named);
    expect(model.signature.inputs.map(input => input.datatype)).toEqual(['FP32', 'FP32']);
    // What is larger would become infinite, and is refused.
    expect(model.signature.inputs.map(input => input.limits)).toEqual(Array(2).fill({ min: -65_504, max: 65_504 }));
    expect((await ask(model, { a: [2], b: [0] }))['label']).toEqual(['red']);
  });

  it('takes an image as numbered inputs', async () => {
    const model = await bring('image', { inputs: { x: 'pixel' } });
    expect(model.signature.inputs.map(input => input.name)).toEqual(Array.from({ length: 9 }, (_, i) => `pixel_${i}`));
    const rows = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`pixel_${i}`, [i, 1]]));
    expect(await ask(model, rows)).toEqual({ value: [36, 9] });
  });

  it('takes an image as one tensor, when nobody names its numbers', async () => {
    const model = await bring('image', { inputs: ['image'] });
    expect(model.signature.inputs).toMatchObject([{ name: 'image', shape: [-1, 1, 3, 3] }]);
    expect(model.provenance.edits).toEqual(['The input x is named image.']);
    const graph = await LoadedGraph.load(model.onnx);
    const rows = { image: [Array.from({ length: 9 }, (_, i) => i), Array<number>(9).fill(1)] };
    const answers = await graph.run(namedFeeds(model.signature.inputs, rows, 0, 2));
    await graph.release();
    expect([...(answers['value']!.data as Float32Array)]).toEqual([36, 9]);
  });

  it('takes pixels, scaled for each channel and put in the order of the file', async () => {
    const image = { divide: 1, mean: [1, 2, 3], std: [1, 2, 4] };
    const pixels = [10, 20, 30, 11, 21, 31, 12, 22, 32, 13, 23, 33];
    const model = await bring('channels-image', { image, sample: { x: [pixels, pixels.map(pixel => pixel + 1)] } });
    expect(model.signature.inputs).toMatchObject([{ name: 'x', shape: [-1, 2, 2, 3], format: 'image' }]);
    // By channels: (10 … 13 − 1) / 1, (20 … 23 − 2) / 2, (30 … 33 − 3) / 4, each with its weight from 1 to 12.
    const numbers = [9, 10, 11, 12, 9, 9.5, 10, 10.5, 6.75, 7, 7.25, 7.5];
    const sum = numbers.reduce((total, number, i) => total + number * (i + 1), 0);
    expect(model.testVectors.outputs['value']!.data[0]).toBeCloseTo(sum, 4);
  });

  it('takes bytes as pixels, which are not to be scaled', async () => {
    const model = await bring('bytes-image', { image: {} });
    expect(model.signature.inputs).toMatchObject([{ datatype: 'INT32', shape: [-1, 2, 2, 3], format: 'image' }]);
    expect(model.provenance.edits).toContain(
      'The input x takes images of 2×2×3, pixels from 0 to 255; the graph takes them as they are.'
    );
    expect((await refusal('bytes-image', { image: { divide: 255 } })).message).toContain('must not be scaled');
    expect((await refusal('several-inputs', { inputs: { b: ['c', 'd'] }, image: {} })).message).toContain(
      'No input of the model is a tensor'
    );
  });

  it('takes several inputs, each with its own names', async () => {
    const model = await bring('several-inputs', { inputs: { b: ['tens', 'hundreds'] } });
    expect(await ask(model, { a: [1], tens: [2], hundreds: [3] })).toEqual({ value: [321] });
    const error = await refusal('several-inputs', { inputs: ['a', 'b', 'c'] });
    expect(error.message).toContain('3 names were given for the 2 inputs a, b');
  });

  it('gives the only element of a sequence', async () => {
    const model = await bring('sequence', { ...named, scores: 'logits' });
    expect((await ask(model, { a: [2], b: [0] }))['label']).toEqual(['red']);
  });

  it('names its columns in its metadata, which are kept with its words on the card', async () => {
    const model = await bring('feature-names', { labels: LABELS, scores: 'logits', licence: 'Apache-2.0' });
    expect(model.signature.inputs.map(input => input.name)).toEqual(['length', 'width']);
    const bundle = importedBundle('kinds', model, null, {});
    const card = new TextDecoder().decode(bundle.contents.get('README.md'));
    for (const text of ['Three kinds.', 'by hand', 'Apache-2.0', 'A \\| B', model.provenance.sha256]) {
      expect(card).toContain(text);
    }
    expect([...bundle.contents.keys()]).not.toContain('evaluation.json');
    const again = importedBundle(
      'kinds',
      await bring('feature-names', { labels: LABELS, scores: 'logits', licence: 'Apache-2.0' }),
      null,
      {}
    );
    expect(again.digest).toBe(bundle.digest);
  });

  it('is refused with the names of operators that only its author has', async () => {
    const { code, message } = await refusal('custom', { inputs: ['a', 'b'] });
    expect(code).toBe('ONNX_UNSUPPORTED');
    expect(message).toContain('Magic of "org.example", Trick of "org.example"');
  });

  it('is refused when it is newer than the runtime of the services', async () => {
    expect((await refusal('future-opset', named)).message).toMatch(
      /uses operator set 99 of ai\.onnx; services support versions up to \d+/
    );
    expect((await refusal('future-format', named)).message).toMatch(
      /has IR version 99; services read versions up to \d+/
    );
  });

  it('is taken in with the file that holds its tensors', async () => {
    const model = await bring('external', { ...named, scores: 'logits' });
    expect((await ask(model, { a: [2], b: [0] }))['label']).toEqual(['red']);
    expect(model.provenance.edits[0]).toContain('external.data');
  });

  it('is refused when its tensors are elsewhere', async () => {
    for (const [name, why] of [
      ['external-escape', "not in the model's folder"],
      ['external-absolute', "not in the model's folder"],
      ['external-missing', 'is not there'],
      ['external-link', 'is a link']
    ] as const) {
      const error = await refusal(name, named);
      expect(error.code).toBe('ONNX_UNSUPPORTED');
      expect(error.message).toContain(why);
    }
  });

  it('is refused when it is not an ONNX file', async () => {
    for (const name of ['broken', 'empty', 'nothing']) {
      expect((await refusal(name)).code).toBe('ONNX_INVALID');
    }
  });

  it('fails on generated rows only until it gets sample rows', async () => {
    const sample = { a: [1, 2], b: [3, 4] };
    const model = await bring('logits', { ...named, scores: 'logits', sample });
    expect(model.signature.inputs[0]!.range).toEqual({ min: 1, max: 2 });
    expect(model.provenance.vectors).toBe('sample');
    expect((await refusal('logits', { ...named, scores: 'logits', sample: { a: [1] } })).message).toContain(
      'no values for the input "b"'
    );
  });
});
