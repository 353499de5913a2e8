import type { LayersModel, layers as TfLayers, Tensor } from '@tensorflow/tfjs';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { tensorflow } from '../../backend/load-tfjs.js';
import type { Tf } from '../../backend/tfjs.js';
import { ElementType, OnnxGraph } from '@slipway/onnx/graph';
import { addLayers, assertExportable } from './index.js';
import { IMAGE, inputValues, layerCases, scatterWeights, STEPS } from '../../../testing/layer-cases.js';

const ROWS = 3;

describe('a layer written as ONNX computes what tfjs computes:', () => {
  let tf: Tf;
  beforeAll(async () => {
    tf = await tensorflow();
    await tf.setBackend('cpu');
  });

  /** Largest difference between the model's outputs in tfjs and in ONNX Runtime. */
  const difference = async (model: LayersModel, whole = false): Promise<number> => {
    scatterWeights(tf, model);
    const fed = inputValues(model, ROWS, whole);
    const [shapes, values] = [fed.map(input => input.shape), fed.map(input => input.data)];
    const graph = new OnnxGraph();
    const names = shapes.map((shape, i) => graph.input(`x${i}`, ElementType.FLOAT, ['rows', ...shape.slice(1)]));
    const outputs = addLayers(graph, model, names);
    outputs.forEach((value, i) => {
      const shape = model.outputs[i]!.shape.slice(1) as number[];
      graph.output(value, `y${i}`, ElementType.FLOAT, ['rows', ...shape]);
    });
    const session = await InferenceSession.create(graph.finish('test', {}), { logSeverityLevel: 3 });
    const feeds = Object.fromEntries(names.map((name, i) => [name, new OrtTensor('float32', values[i]!, shapes[i]!)]));
    const answers = await session.run(feeds);
    const inputs = values.map((data, i) => tf.tensor(data, shapes[i]!));
    const expected = ([] as Tensor[]).concat(
      model.predict(inputs.length === 1 ? inputs[0]! : inputs) as Tensor | Tensor[]
    );
    let worst = 0;
    expected.forEach((tensor, i) => {
      const got = answers[`y${i}`]!;
      expect([...got.dims]).toEqual(tensor.shape);
      const data = got.data as Float32Array;
      tensor.dataSync().forEach((value, at) => {
        worst = Math.max(worst, Math.abs(value - data[at]!) / Math.max(1, Math.abs(value)));
      });
    });
    await session.release();
    return worst;
  };

  const sequence = (...layers: TfLayers.Layer[]): LayersModel => tf.sequential({ layers });
  const equal = async (model: LayersModel, whole = false): Promise<void> => {
    expect(await difference(model, whole)).toBeLessThan(3e-6);
  };

  for (const name of Object.keys(layerCases({} as Tf))) {
    it(name, async () => {
      await equal(layerCases(tf)[name]!(), name.includes('whole numbers'));
    });
  }

  it('refuses, by name, what has no ONNX form', () => {
    const refusal =
      (layer: TfLayers.Layer): (() => void) =>
      () =>
        assertExportable(sequence(layer));
    expect(refusal(tf.layers.lstm({ name: 'memory', units: 2, stateful: true, batchInputShape: [1, 5, 4] }))).toThrow(
      'Layer "memory" cannot be exported to ONNX: it keeps its state between batches.'
    );
    expect(refusal(tf.layers.masking({ name: 'mask', inputShape: STEPS } as never))).toThrow(
      'its class Masking has no ONNX form here'
    );
    expect(
      refusal(tf.layers.embedding({ name: 'words', inputDim: 3, outputDim: 2, maskZero: true, inputLength: 2 }))
    ).toThrow('it masks zeros');
    expect(
      refusal(tf.layers.upSampling2d({ name: 'up', interpolation: 'bilinear', inputShape: IMAGE } as never))
    ).toThrow('bilinear interpolation');
  });
});
