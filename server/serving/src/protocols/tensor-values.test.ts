import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { ModelSignature, SignatureInput } from '@slipway/contract';
import { type DecodedRows, decodeImage, joinRows, withImages } from '@slipway/tensor-inputs';
import { decodeCsv, decodeInvocations } from './mlflow-invocations.js';
import { decodeInfer, modelMetadata } from './open-inference.js';
import { decodePredict } from './predict.js';

function signatureOf(...inputs: SignatureInput[]): ModelSignature {
  return {
    task: 'classification',
    target: 'label',
    labels: ['circle', 'square'],
    inputs,
    outputs: [{ name: 'label', datatype: 'BYTES', shape: [-1], role: 'label' }],
    training_frame: null
  };
}

const image: SignatureInput = {
  name: 'image',
  datatype: 'FP32',
  shape: [-1, 2, 3, 1],
  nullable: false,
  range: null,
  format: 'image'
};
const images = signatureOf(image);
const steps: SignatureInput = { name: 'steps', datatype: 'FP32', shape: [-1, 2, 2], nullable: false, range: null };
const age: SignatureInput = { name: 'age', datatype: 'FP32', shape: [-1, 1], nullable: false, range: null };
const flat = [1, 2, 3, 4, 5, 255];
const nested = [
  [[1], [2], [3]],
  [[4], [5], [255]]
];
const pixels = { image: Float32Array.from(flat) };

/** An image that is white on the right. */
const png = await sharp(Uint8Array.of(0, 255), { raw: { width: 2, height: 1, channels: 1 } })
  .png()
  .toBuffer();
const base64 = png.toString('base64');

const filled = (rows: DecodedRows): Promise<DecodedRows> => withImages(images, rows, rows.images!);

describe('an input that is an image', () => {
  it.each([
    ['flat', flat],
    ['nested as its shape says', nested]
  ])('takes pixels %s, over every protocol', (_, row) => {
    expect(decodePredict(images, { image: row }).inputs).toEqual(pixels);
    for (const body of [
      { instances: [row] },
      { inputs: [row] },
      { inputs: { image: [row] } },
      { dataframe_records: [{ image: row }] },
      { dataframe_split: { columns: ['image'], data: [[row]] } }
    ]) {
      expect(decodeInvocations(images, body)).toEqual({ rows: 1, inputs: pixels });
    }
    const tensor = { name: 'image', datatype: 'UINT8', shape: [1, 2, 3, 1] };
    for (const data of [row, [row]]) {
      expect(decodeInfer(images, { inputs: [{ ...tensor, data }] }).rows).toEqual({ rows: 1, inputs: pixels });
    }
  });

  it('takes a file as base64, over every protocol, with the pixels that training reads', async () => {
    const expected = { image: Float32Array.from(await decodeImage(png, [2, 3, 1])) };
    expect(expected.image[2]! - expected.image[0]!).toBeGreaterThan(200);
    const asked = [
      decodePredict(images, { image: base64 }),
      decodePredict(images, { image: `data:image/png;base64,${base64}` }),
      decodeInvocations(images, { instances: [base64] }),
      decodeInvocations(images, { dataframe_records: [{ image: base64 }] }),
      decodeCsv(images, `image\n${base64}\n`),
      decodeInfer(images, { inputs: [{ name: 'image', datatype: 'BYTES', shape: [1], data: [base64] }] }).rows
    ];
    for (const rows of asked) {
      expect(await filled(rows)).toEqual({ rows: 1, inputs: expected });
    }
  });

  it('puts files and numbers of a request in their rows', async () => {
    const rows = await filled(decodePredict(images, { rows: [{ image: flat }, { image: base64 }, { image: nested }] }));
    const values = rows.inputs['image'] as Float32Array;
    expect([...values.slice(0, 6)]).toEqual(flat);
    expect([...values.slice(6, 12)]).not.toEqual([0, 0, 0, 0, 0, 0]);
    expect([...values.slice(12)]).toEqual(flat);
  });

  it.each([
    [
      { image: [1, 2] },
      'image: expected an image file (PNG, JPEG) as base64, or 6 numbers, flat or nested as 2×3×1, got 2'
    ],
    [{ image: [[1, 2, 3, 4, 5, 6]] }, 'got a list nested as 1×6'],
    [{ image: null }, 'got null'],
    [
      {
        image: [
          [[1], [[2]], [3]],
          [[4], [5], [6]]
        ]
      },
      'image[1]: expected a pixel from 0 to 255, got a list'
    ],
    [{ image: 7 }, 'got 7'],
    [{ image: [1, 2, 3, 4, 5, 'x'] }, 'image[5]: expected a pixel from 0 to 255, got "x"'],
    [{ image: [1, 2, 3, 4, 5, 256] }, 'image[5]: expected a pixel from 0 to 255, got 256'],
    [{ image: 'cat.png' }, 'image: the text is not an image: it is not the base64 of a file'],
    [{ rows: [{ image: flat }, { image: [-1, 2, 3, 4, 5, 6] }] }, 'rows[1].image[0]: expected a pixel from 0 to 255']
  ])('refuses %j and says where', (body, message) => {
    expect(() => decodePredict(images, body)).toThrow(message);
  });

  it('refuses a file that is damaged or not an image, and says where', async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>').toString('base64');
    const second = (text: string): Promise<DecodedRows> =>
      filled(decodePredict(images, { rows: [{ image: flat }, { image: text }] }));
    await expect(second(svg)).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('rows[1].image: the file is not an image') as string
    });
    await expect(second(png.subarray(0, 50).toString('base64'))).rejects.toMatchObject({ status: 400 });
  });

  it('refuses more images than may wait, and answers again when these are done', async () => {
    const rows = Array.from({ length: 400 }, () => ({ image: base64 }));
    const first = filled(decodePredict(images, { rows }));
    await expect(filled(decodePredict(images, { rows }))).rejects.toMatchObject({ status: 503 });
    expect((await first).rows).toBe(400);
    expect((await filled(decodePredict(images, { rows }))).rows).toBe(400);
  });

  it('refuses more images than fit into memory before it makes room for them', () => {
    const large = signatureOf({ ...image, shape: [-1, 1024, 1024, 3] });
    const rows = Array.from({ length: 6 }, () => ({ image: base64 }));
    expect(() => decodePredict(large, { rows })).toThrow('6 rows are too many; send at most 5 at a time');
  });

  it('is described as one by the Open Inference Protocol', () => {
    expect(modelMetadata(images, 'shapes', '1')['inputs']).toEqual([
      { name: 'image', datatype: 'FP32', shape: [-1, 2, 3, 1], parameters: { format: 'image' } }
    ]);
    const infer = (shape: number[], data: unknown[]): unknown =>
      decodeInfer(images, { inputs: [{ name: 'image', datatype: 'FP32', shape, data }] });
    expect(() => infer([1, 3, 2, 1], flat)).toThrow('inputs[0].shape: expected [rows, 2, 3, 1], got [1, 3, 2, 1]');
    expect(() => infer([2, 2, 3, 1], flat)).toThrow('inputs[0].data: has 6 values where the shape says 12');
  });
});

describe('a window of a series', () => {
  const both = signatureOf(steps, age);

  it('can be given beside other inputs, in order of the signature', () => {
    const expected = { steps: Float32Array.of(1, 2, -3, 4.5), age: Float32Array.of(40) };
    const window = [
      [1, 2],
      [-3, 4.5]
    ];
    expect(decodePredict(both, { age: 40, steps: window }).inputs).toEqual(expected);
    expect(decodeInvocations(both, { instances: [[window, 40]] }).inputs).toEqual(expected);
    expect(decodeInvocations(both, { inputs: { age: [[40]], steps: [window] } }).inputs).toEqual(expected);
  });

  it('is no text, and keeps its rows when requests are joined', () => {
    expect(() => decodePredict(both, { age: 1, steps: base64 })).toThrow('steps: expected 4 numbers');
    const parts = [1, 2].map(from =>
      decodePredict(both, { rows: Array.from({ length: from }, (_, i) => ({ age: i, steps: [from, i, 0, 1] })) })
    );
    const joined = joinRows(both, parts);
    expect(joined.rows).toBe(3);
    expect([...(joined.inputs['steps'] as Float32Array)]).toEqual([1, 0, 0, 1, 2, 0, 0, 1, 2, 1, 0, 1]);
  });
});
