import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { ElementType, OnnxGraph } from '@slipway/onnx/graph';
import { fitKMeans } from './k-means.js';
import { fitPca } from './pca.js';
import { COUNT, WIDTH, X } from '../../testing/models.js';

/* Reference values: scikit-learn 1.9 on the same numbers. */
const close = (got: ArrayLike<number>, expected: readonly number[], digits = 6): void => {
  expect(got.length).toBe(expected.length);
  expected.forEach((value, i) => expect(got[i]).toBeCloseTo(value, digits));
};

async function onnxOutputs(model: { write(graph: OnnxGraph, input: string): void }): Promise<Record<string, Tensor>> {
  const graph = new OnnxGraph();
  model.write(graph, graph.input('x', ElementType.FLOAT, ['rows', WIDTH]));
  const session = await InferenceSession.create(graph.finish('test', {}), { logSeverityLevel: 3 });
  return (await session.run({ x: new Tensor('float32', X, [COUNT, WIDTH]) })) as Record<string, Tensor>;
}

describe('k-means', () => {
  const settings = { k: 3, starts: 10, seed: 7 };

  it('finds the centers of scikit-learn from the same start', () => {
    const centers = Float64Array.from(X.subarray(0, 9));
    const found = fitKMeans(X, WIDTH, { ...settings, centers });
    close(
      found.centers,
      [
        -1.3759279938207731, 1.3739285113082993, 0.43434344232082367, 1.397240954625886, 1.8702284892400107,
        0.49242425461610156, 0.8543024510145187, 0.2178923033177853, 0.46363636553287507
      ]
    );
    expect(found.inertia).toBeCloseTo(57.980874570759966, 6);
    expect(found.assign(X).slice(0, 12)).toEqual([2, 1, 2, 0, 0, 2, 2, 2, 0, 0, 1, 1]);
  });

  it('is the same for the same seed, and no worse from more starts', () => {
    const one = fitKMeans(X, WIDTH, settings);
    expect(fitKMeans(X, WIDTH, settings).centers).toEqual(one.centers);
    expect(one.inertia).toBeLessThanOrEqual(fitKMeans(X, WIDTH, { ...settings, starts: 1 }).inertia);
  });

  it('refuses more clusters than there are different rows', () => {
    expect(() => fitKMeans(Float32Array.of(1, 1, 1, 2), 1, settings)).toThrow('only 2 different rows for 3 clusters');
    expect(() => fitKMeans(Float32Array.of(1, 2), 1, settings)).toThrow('3 clusters need at least as many rows');
  });

  it('assigns as ONNX does', async () => {
    const found = fitKMeans(X, WIDTH, settings);
    const { cluster, distances } = await onnxOutputs(found);
    expect(Array.from(cluster!.data as BigInt64Array, Number)).toEqual(found.assign(X));
    expect(distances!.dims).toEqual([COUNT, 3]);
    close(distances!.data as Float32Array, Array.from(found.distances(X)), 5);
  });
});

describe('principal components', () => {
  it('are those of scikit-learn, with their variances', () => {
    const found = fitPca(X, WIDTH, 2);
    close(
      found.components,
      [
        0.9905613062752983, -0.1368325782066121, 0.00807118649927013, 0.13669105172335264, 0.9904836518359902,
        0.016052782450525497
      ]
    );
    close(found.variances, [2.0142894222901506, 1.445543644647293]);
    close(found.explained, [0.5678746846861787, 0.40753212141226514]);
    close(
      found.transform(X).slice(0, 4),
      [0.014835220199444527, -0.2408104328993953, 1.9473923557930335, -0.101047074020854],
      5
    );
  });

  it('keep all variance when all are kept', () => {
    const { explained } = fitPca(X, WIDTH, WIDTH);
    expect(explained.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
    expect(() => fitPca(X, WIDTH, 4)).toThrow('4 components need as many columns');
  });

  it('compute the same as ONNX', async () => {
    const found = fitPca(X, WIDTH, 2);
    const { components } = await onnxOutputs(found);
    close(components!.data as Float32Array, Array.from(found.transform(X)), 5);
  });
});
