import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { data, type Frame, type PlainValue } from '@slipway/frames';
import { SlipwayError } from '@slipway/notebook';
import { ElementType, OnnxGraph } from '@slipway/onnx/graph';
import { addPreprocessing } from '../export/preprocessing.js';
import { RecordingNotebook } from '../../../notebook/testing/notebook-double.js';
import { FittedPrep, prep } from './prep.js';
import type { FittedColumn, FittedStep } from './steps.js';

/** What the exported graph makes of columns. */
async function throughOnnx(fitted: FittedPrep, values: readonly (readonly PlainValue[])[]): Promise<Float32Array> {
  const graph = new OnnxGraph();
  graph.output(addPreprocessing(graph, fitted), 'y', ElementType.FLOAT, ['rows', fitted.width]);
  const session = await InferenceSession.create(graph.finish('test', {}), { logSeverityLevel: 3 });
  const rows = values[0]!.length;
  const feeds = Object.fromEntries(
    fitted.columns.map((column, i) => [column.name, tensorOf(column, values[i]!, rows)] as const)
  );
  const answers = await session.run(feeds);
  return answers['y']!.data as Float32Array;
}

function tensorOf(column: FittedColumn, values: readonly PlainValue[], rows: number): Tensor {
  const shape = [rows, 1];
  if (column.type !== 'numeric' && column.type !== 'boolean') {
    return new Tensor(
      'string',
      values.map(value => (value === null ? '' : String(value))),
      shape
    );
  }
  return new Tensor(
    'float32',
    Float32Array.from(values, value => (value === null ? NaN : Number(value))),
    shape
  );
}

describe('preprocessing', () => {
  let frame: Frame;
  beforeAll(async () => {
    delete process.env['SLIPWAY_URL'];
    const folder = mkdtempSync(path.join(tmpdir(), 'slipway-prep-'));
    RecordingNotebook.install(folder);
    const sizes = ['low', 'high', 'medium', 'low', '', 'high', 'low', 'medium', 'low', 'low', 'high'];
    const lines = Array.from({ length: 11 }, (_, i) => `${i},${i === 10 ? 1000 : i},${sizes[i]}`);
    writeFileSync(path.join(folder, 'sizes.csv'), `place,cost,size\n${lines.join('\n')}\n`);
    frame = await data('sizes', 'sizes.csv');
  });

  it('measures by median and quartiles, so that an outlier does not squeeze the rest', async () => {
    const fitted = await prep().robust('cost').fit(frame);
    const [column] = fitted.columns;
    expect(column).toMatchObject({ steps: [{ kind: 'robust', median: 5, range: 5 }] });
    expect(Array.from(await fitted.transform(frame)).slice(0, 3)).toEqual([-1, Math.fround(-0.8), Math.fround(-0.6)]);
  });

  it('puts a value on an edge into the bin above it, and loses none outside of the edges', async () => {
    const fitted = await prep().bin([2, 5], 'cost').fit(frame);
    expect(Array.from(await fitted.transform(frame))).toEqual([0, 0, 1, 1, 1, 2, 2, 2, 2, 2, 2]);
    expect(Array.from(fitted.transformColumns([[-1e9, 1e9]], 2, 'a request'))).toEqual([0, 2]);
  });

  it('makes bins of as many rows as can be', async () => {
    const fitted = await prep().bin(3, 'cost').fit(frame);
    const counts = [0, 0, 0];
    for (const bin of await fitted.transform(frame)) {
      counts[bin]!++;
    }
    expect(counts.every(count => count === 3 || count === 4)).toBe(true);
  });

  it('keeps the order of categories, and marks what is not among them', async () => {
    const fitted = await prep().ordinal(['low', 'medium', 'high'], 'size').fit(frame);
    expect(Array.from(await fitted.transform(frame)).slice(0, 5)).toEqual([0, 2, 1, 0, -1]);
    expect(Array.from(fitted.transformColumns([['huge', null]], 2, 'a request'))).toEqual([-1, -1]);
  });

  it('refuses an order that leaves out a value, and invalid bins', async () => {
    const failed: unknown = await prep()
      .ordinal(['low', 'high'], 'size')
      .fit(frame)
      .catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(SlipwayError);
    expect((failed as SlipwayError).message).toContain('"medium", which is not in its order');
    for (const bins of [1, 2.5, [], [2, 1], [1, 1], [NaN]]) {
      expect(() => prep().bin(bins, 'cost')).toThrow('rising edges');
    }
    expect(() => prep().ordinal(['a', 'a'], 'size')).toThrow('each once');
  });

  it('is the same in the exported graph, for every step and every value', async () => {
    const number = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 });
    const step: fc.Arbitrary<FittedStep> = fc.oneof(
      fc.record({
        kind: fc.constant('standardize' as const),
        mean: number,
        std: fc.float({ min: 0.5, max: 100, noNaN: true })
      }),
      fc.record({
        kind: fc.constant('robust' as const),
        median: number,
        range: fc.float({ min: 0.5, max: 100, noNaN: true })
      }),
      fc
        .uniqueArray(number, { minLength: 1, maxLength: 6 })
        .map(edges => ({ kind: 'bin' as const, edges: [...edges].sort((a, b) => a - b) }))
    );
    const categories = ['low', 'medium', 'high'];
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 2 }),
        fc.array(fc.tuple(fc.option(number), fc.option(fc.constantFrom(...categories, 'other'))), {
          minLength: 1,
          maxLength: 8
        }),
        number,
        async (steps, rows, filled) => {
          const fitted = new FittedPrep([
            {
              name: 'x',
              type: 'numeric',
              steps: [{ kind: 'impute', value: filled }, ...steps],
              range: { min: 0, max: 1 }
            },
            { name: 's', type: 'ordinal', categories, of: 'text' },
            { name: 'c', type: 'category', categories, of: 'text' }
          ]);
          const columns = [rows.map(([x]) => x), rows.map(([, s]) => s), rows.map(([, s]) => s)];
          const expected = fitted.transformColumns(columns, rows.length, 'the test');
          // The runtime does not keep the sign of a zero.
          const plain = (values: ArrayLike<number>): number[] => Array.from(values, value => value + 0);
          expect(plain(await throughOnnx(fitted, columns))).toEqual(plain(expected));
        }
      ),
      { numRuns: 30 }
    );
  });
});
