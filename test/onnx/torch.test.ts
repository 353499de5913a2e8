import { writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { importOnnx, LoadedGraph, namedFeeds, OnnxImportError } from '../../packages/onnx/dist/import/index.js';
import * as slip from '../../kernel-lib/dist/index.js';
import { call, slipway } from '../server/slipway-process.js';
import { torchModels } from './foreign-models.js';
import { itServes } from './foreign-serving.js';

describe('ONNX files of PyTorch', () => {
  const { file, server, data } = itServes(
    [
      'torch2-softmax',
      'torch2-one-logit',
      'torch2-amounts',
      'torch1-logits',
      'torch1-amount',
      'torch1-frames',
      'torch2-frames'
    ],
    torchModels
  );
  const NAMES = ['length', 'width', 'height', 'weight'];
  const LABELS = ['small', 'medium', 'large'];
  const refusal = (name: string, options: object): Promise<unknown> =>
    importOnnx(file(name), options).then(
      () => null,
      (error: unknown) => error
    );

  it('come with their weights, which the newer exporter writes into a file beside, and say what made them', async () => {
    const softmax = await importOnnx(file('torch2-softmax'), { inputs: NAMES, labels: LABELS });
    expect(softmax.provenance).toMatchObject({ producer: 'pytorch', producer_version: '2.9.1+cu128' });
    expect(softmax.provenance.edits[0]).toBe('The tensors in torch2-softmax.onnx.data were embedded in the file.');
    const older = await importOnnx(file('torch1-amount'), { inputs: NAMES });
    expect(older.provenance).toMatchObject({ producer: 'pytorch', producer_version: '1.13.0' });
    expect(older.provenance.edits.join()).not.toContain('were embedded in the file');
  });

  it.each(['torch1-logits', 'torch2-logits', 'torch1-one-logit', 'torch2-one-logit'])(
    'are not taken for probabilities where the graph ends in scores: %s',
    async name => {
      const labels = name.endsWith('one-logit') ? ['kept', 'sold'] : LABELS;
      const error = await refusal(name, { inputs: NAMES, labels });
      expect(error).toBeInstanceOf(OnnxImportError);
      const { message, questions } = error as OnnxImportError;
      expect(message).toMatch(/^The numbers of "output" are scores, not probabilities: the graph ends in (Gemm|Add)/);
      expect(questions).toEqual([{ option: 'scores', example: 'logits' }]);
    }
  );

  it('are not taken for probabilities on rows where their scores look like some', async () => {
    const said = { inputs: NAMES, labels: ['kept', 'sold'] };
    const model = await importOnnx(file('torch1-one-logit'), { ...said, scores: 'logits' });
    const { rows, expected } = (await torchModels()).models['torch1-one-logit']!;
    const of = (label: string): number => expected.label!.indexOf(label);
    const steps = Array.from({ length: 200 }, (_, step) => step / 200);
    // On the way from a row of one class to one of the other, scores pass from 0 to 1.
    const between = Object.fromEntries(
      NAMES.map(name => {
        const [from, to] = [of('kept'), of('sold')].map(row => rows[name]![row] as number);
        return [name, steps.map(step => from! + step * (to! - from!))];
      })
    );
    const graph = await LoadedGraph.load(model.onnx);
    const { probabilities } = await graph.run(namedFeeds(model.signature.inputs, between, 0, steps.length));
    await graph.release();
    const alike = steps.flatMap((_, row) => {
      const second = Number(probabilities!.data[2 * row + 1]);
      return second > 0.51 && second < 0.73 ? [row] : [];
    });
    expect(alike).not.toEqual([]);
    const sample = Object.fromEntries(NAMES.map(name => [name, alike.map(row => between[name]![row]!)]));
    const error = await refusal('torch1-one-logit', { ...said, sample });
    expect((error as OnnxImportError).message).toContain('the graph ends in Gemm');
  });

  it('are not given a second softmax', async () => {
    const error = await refusal('torch2-softmax', { inputs: NAMES, labels: LABELS, scores: 'logits' });
    expect((error as OnnxImportError).message).toBe(
      'The graph ends in Softmax: the numbers of "output" are probabilities already, no logits.'
    );
  });

  it('are asked about by names: of classes for probabilities, of quantities where there are several', async () => {
    const classes = (await refusal('torch2-softmax', { inputs: NAMES })) as OnnxImportError;
    expect(classes.message).toContain('The graph ends in Softmax');
    expect(classes.questions).toEqual([{ option: 'labels', example: ['…', '…', '…'] }]);
    const numbers = (await refusal('torch2-amounts', { inputs: NAMES })) as OnnxImportError;
    expect(numbers.message).toContain('gives 2 numbers in each row');
    const values = (await refusal('torch2-amounts', { inputs: NAMES, task: 'regression' })) as OnnxImportError;
    expect(values.questions).toEqual([{ option: 'values', example: ['…', '…'] }]);
    const one = (await refusal('torch2-amounts', { inputs: NAMES, values: ['amount'] })) as OnnxImportError;
    expect(one.message).toBe('The output "output" gives 2 numbers in each row, and 1 name was given.');
  });

  const FRAMES = ['upper left', 'upper right', 'lower left', 'lower right'];

  it('that read images keep their tensor, channels first as PyTorch has it', async () => {
    const model = await importOnnx(file('torch2-frames'), { labels: FRAMES, scores: 'logits' });
    expect(model.signature.inputs).toEqual([
      { name: 'image', datatype: 'FP32', shape: [-1, 1, 8, 8], nullable: false, range: null }
    ]);
    expect(model.testVectors.inputs['image']![0]).toHaveLength(64);
  });

  it.each(['torch1-frames', 'torch2-frames'])(
    '%s takes pixels from 0 to 255 when it is said to be of images, and answers as in Python',
    async name => {
      const { models } = await torchModels();
      const { rows, expected } = models[name]!;
      const image = { mean: 0.25, std: [0.5] };
      // Pixels of which the graph makes the very numbers that Python was asked about.
      const pixels = (rows['image'] as number[][]).map(row => row.map(value => (value * 0.5 + 0.25) * 255));
      const plain = await importOnnx(file(name), { labels: FRAMES, scores: 'logits', image });
      expect(plain.signature.inputs).toEqual([
        {
          name: 'image',
          datatype: 'FP32',
          shape: [-1, 8, 8, 1],
          nullable: false,
          range: { min: 0, max: 255 },
          format: 'image'
        }
      ]);
      expect(plain.provenance.edits).toContain(
        'The input image takes images of 8×8×1, pixels from 0 to 255; the graph divides them by 255, ' +
          'subtracts 0.25, divides them by 0.5, puts the channels first.'
      );
      const model = await importOnnx(file(name), {
        labels: FRAMES,
        scores: 'logits',
        image,
        sample: { image: pixels }
      });
      const { shape, data } = model.testVectors.outputs['probabilities']!;
      expect(shape).toEqual([16, 4]);
      (data as number[]).forEach((value, i) => {
        expect(Math.abs(value - expected.probabilities![Math.floor(i / 4)]![i % 4]!)).toBeLessThan(1e-4);
      });
    }
  );

  it('that read images are measured on images of the notebook, which know their truth', async () => {
    process.env['SLIPWAY_URL'] = server().url;
    process.env['SLIPWAY_TOKEN'] = server().token;
    const { models } = await torchModels();
    const { rows, expected } = models['torch1-frames']!;
    const values = rows['image'] as number[][];
    const frames = await slip.tensors('frames', {
      values,
      shape: [1, 8, 8],
      labels: expected.label!,
      target: 'quarter',
      scaling: 'none'
    });
    const said = { labels: FRAMES, scores: 'logits' as const, test: frames };
    const { version } = await slip.importOnnx(file('torch1-frames'), { name: 'measured-frames', ...said });
    expect(version!.signature!.target).toBe('quarter');
    expect(version!.headline).toMatchObject({ metric: 'accuracy', value: 1, baseline: { name: 'majority' } });
    const asImages = slip.importOnnx(file('torch1-frames'), { ...said, image: {} });
    await expect(asImages).rejects.toThrow('The model reads 8×8×1; the test rows are 1×8×8.');
  });

  it('take image files, once the command line says what their pixels are', async () => {
    const asked = ['--labels', FRAMES.join(','), '--scores', 'logits', '--pixels', '0/1', '--data', data()];
    const imported = await slipway(['models', 'import', file('torch2-frames'), '--name', 'image-frames', ...asked]);
    expect(imported.stdout).toContain('reads     image (FP32 8×8×1 image)');
    const promoted = await slipway(['promote', 'image-frames', '--to', 'dev', '--data', data()]);
    const url = /answers in dev at (\S+)/.exec(promoted.stdout)![1]!;
    const pixels = Uint8Array.from({ length: 64 }, (_, i) => (i % 8 >= 4 && i < 32 ? 170 : 40));
    const png = await sharp(pixels, { raw: { width: 8, height: 8, channels: 1 } })
      .png()
      .toBuffer();
    const answer = await call({ url, token: '' }, 'POST', '/predict', { image: png.toString('base64') });
    expect(answer).toMatchObject({ predictions: [{ label: 'upper right' }] });
    const wrong = await slipway(['models', 'import', file('torch2-frames'), '--pixels', 'half', '--data', data()]);
    expect(wrong.stderr).toContain("--pixels takes 255, 1 or MEAN/STD, not 'half'");
  });

  it('are refused as images when their rows are none', async () => {
    const table = (await refusal('torch1-logits', { inputs: NAMES, labels: LABELS, image: {} })) as OnnxImportError;
    expect(table.message).toContain('No input of the model is a tensor that could be an image.');
    const strange = (await refusal('torch1-frames', { labels: FRAMES, image: { mean: [1, 2] } })) as OnnxImportError;
    expect(strange.message).toContain('1-channel pixels cannot be scaled as (pixel / 255 − [1, 2]) / [1].');
    const sample = { image: [[1, 2, 3]] };
    const short = (await refusal('torch1-frames', { labels: FRAMES, image: {}, sample })) as OnnxImportError;
    expect(short.message).toBe('Row 1 of the sample is not a list of 64 numbers (8×8×1, row-major) for "image".');
  });

  it('of several quantities are measured on test rows, each in its own unit', async () => {
    process.env['SLIPWAY_URL'] = server().url;
    process.env['SLIPWAY_TOKEN'] = server().token;
    const { models } = await torchModels();
    const { rows, expected } = models['torch2-amounts']!;
    const lines = expected.values!.map(([amount, margin], row) => {
      const off = row % 2 === 0 ? 0.5 : -0.5;
      return [...NAMES.map(name => (rows[name] as number[])[row]), amount! + off, margin!].join(',');
    });
    const text = [[...NAMES, 'amount', 'margin'].join(','), ...lines].join('\n');
    writeFileSync(path.join(path.dirname(data()), 'amounts.csv'), text);
    const test = await slip.data('amounts', path.join(path.dirname(data()), 'amounts.csv'));
    const values = ['amount', 'margin'];
    const { version } = await slip.importOnnx(file('torch2-amounts'), { name: 'amounts', inputs: NAMES, values, test });
    const { metrics, headline } = version!;
    expect(metrics['rmse.amount']).toBeCloseTo(0.5, 4);
    expect(metrics['rmse.margin']).toBeLessThan(1e-4);
    expect(headline).toMatchObject({ metric: 'nrmse', baseline: { name: 'mean' } });
    expect(headline!.baseline!.value).toBeCloseTo(1, 6);
    const promoted = await slipway(['promote', 'amounts', '--to', 'dev', '--data', data()]);
    expect(promoted.stdout).toMatch(/Better than the baselines: Better: nrmse 0\.\d+ against 1 of mean/);
    const unknown = slip.importOnnx(file('torch2-amounts'), { inputs: NAMES, values: ['amount', 'marge'], test });
    await expect(unknown).rejects.toThrow('Did you mean "margin"?');
  });

  it('keep the label of each recorded row beside the numbers', async () => {
    const { models } = await torchModels();
    const { rows, expected, options } = models['torch1-logits']!;
    const model = await importOnnx(path.join(file('torch1-logits')), {
      ...options,
      outputs: undefined,
      sample: rows as Record<string, number[]>
    });
    expect(model.testVectors.labels).toEqual(expected.label);
  });
});
