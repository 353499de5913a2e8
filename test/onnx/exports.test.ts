import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { LayersModel, Tensor } from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fitKMeans } from '../../packages/learning/dist/models/k-means.js';
import { fitLasso } from '../../packages/learning/dist/models/lasso.js';
import { fitLinear } from '../../packages/learning/dist/models/linear.js';
import { fitLinearSvm } from '../../packages/learning/dist/models/linear-svm.js';
import { fitLogistic } from '../../packages/learning/dist/models/logistic.js';
import { fitNaiveBayes } from '../../packages/learning/dist/models/naive-bayes.js';
import { fitNeighbors } from '../../packages/learning/dist/models/neighbors.js';
import { fitPca } from '../../packages/learning/dist/models/pca.js';
import type { Estimator } from '../../packages/learning/dist/models/estimator.js';
import { at, index, WIDTH, X } from '../../packages/learning/testing/models.js';
import { fitBoosting } from '../../packages/learning/dist/models/trees/boosting.js';
import { fitDecisionTree, fitForest } from '../../packages/learning/dist/models/trees/forest.js';
import { exportModel } from '../../packages/learning/dist/export/export.js';
import { ElementType, OnnxGraph } from '../../packages/onnx/dist/graph/graph.js';
import { addLayers, EXPORTABLE_LAYERS } from '../../packages/learning/dist/export/layers/index.js';
import { inputValues, layerCases, scatterWeights } from '../../packages/learning/testing/layer-cases.js';
import { partWidth } from '../../packages/learning/dist/prep/calendar.js';
import { buildCnn } from '../../packages/learning/dist/models/cnn.js';
import { NetworkEstimator } from '../../packages/learning/dist/models/network.js';
import { FittedPrep } from '../../packages/learning/dist/prep/prep.js';
import { TensorInput } from '../../packages/learning/dist/prep/tensor-input.js';
import { tensorflow } from '../../packages/learning/dist/backend/load-tfjs.js';
import type { Tf } from '../../packages/learning/dist/backend/tfjs.js';
import { pythonPath } from '../harness/places.js';
import { freshFolder, run } from '../server/slipway-process.js';

/** Largest relative difference to Python's onnxruntime. */
const TOLERANCE = 1e-5;
const ROWS = 3;
const ROWS_OF_PREP = 4;

interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly (number | string | boolean | null)[];
}
interface Written {
  readonly inputs: Record<string, Numbers>;
  readonly outputs: Record<string, Numbers>;
}

describe('an exported model passes the checker of the onnx package and says in Python what it says here:', () => {
  let folder: Awaited<ReturnType<typeof freshFolder>>;
  const written: Record<string, Written> = {};
  const layers = new Set<string>();
  let report: Record<string, number | string>;

  const write = (name: string, onnx: Uint8Array, values: Written): void => {
    writeFileSync(path.join(folder.path, `${name}.onnx`), onnx);
    written[name] = values;
  };

  beforeAll(async () => {
    folder = await freshFolder();
    mkdirSync(folder.path, { recursive: true });
    const tf = await tensorflow();
    await tf.setBackend('cpu');
    for (const [name, make] of Object.entries(layerCases(tf))) {
      writeLayers(tf, name, make());
    }
    for (const [name, [estimator, classes]] of Object.entries(await estimators())) {
      writeEstimator(name, estimator, classes);
    }
    writeColumns();
    writeTensors(tf);
    writeStructure();
    writeFileSync(path.join(folder.path, 'models.json'), JSON.stringify(written));
    const ended = await run(pythonPath(), [path.join(import.meta.dirname, 'check_models.py'), folder.path]);
    expect(ended.stderr).toBe('');
    report = JSON.parse(ended.stdout) as Record<string, number | string>;
  });
  afterAll(() => {
    rmSync(folder.path, { recursive: true, force: true });
  });

  const writeLayers = (tf: Tf, name: string, model: LayersModel): void => {
    noteLayers(model);
    scatterWeights(tf, model);
    const inputs = inputValues(model, ROWS, name.includes('whole numbers'));
    const graph = new OnnxGraph();
    const names = inputs.map(({ shape }, i) => graph.input(`x${i}`, ElementType.FLOAT, ['rows', ...shape.slice(1)]));
    addLayers(graph, model, names).forEach((value, i) => {
      graph.output(value, `y${i}`, ElementType.FLOAT, ['rows', ...(model.outputs[i]!.shape.slice(1) as number[])]);
    });
    const tensors = inputs.map(({ shape, data }) => tf.tensor(data, shape));
    const answers = ([] as Tensor[]).concat(
      model.predict(tensors.length === 1 ? tensors[0]! : tensors) as Tensor | Tensor[]
    );
    write(name, graph.finish(name, {}), {
      inputs: Object.fromEntries(inputs.map(({ shape, data }, i) => [`x${i}`, { shape, data: Array.from(data) }])),
      outputs: Object.fromEntries(
        answers.map((tensor, i) => [`y${i}`, { shape: tensor.shape, data: Array.from(tensor.dataSync()) }])
      )
    });
  };

  const noteLayers = (model: LayersModel): void => {
    for (const layer of model.layers) {
      layers.add(layer.getClassName());
      if ('layers' in layer) {
        noteLayers(layer as LayersModel);
      }
    }
  };

  const writeEstimator = (name: string, estimator: Estimator, classes: number | null): void => {
    const graph = new OnnxGraph();
    const input = graph.input('x', ElementType.FLOAT, ['rows', WIDTH]);
    graph.output(estimator.write(graph, input), 'y', ElementType.FLOAT, ['rows', classes ?? 1]);
    write(name, graph.finish(name, {}), {
      inputs: { x: { shape: [index.length, WIDTH], data: Array.from(X) } },
      outputs: { y: { shape: [index.length, classes ?? 1], data: Array.from(estimator.predict(X, WIDTH)) } }
    });
  };

  const writePreprocessing = (
    name: string,
    columns: ConstructorParameters<typeof FittedPrep>[0],
    values: (number | string | boolean | null)[][]
  ): void => {
    const prep = new FittedPrep(columns);
    const rows = prep.transformColumns(values, ROWS_OF_PREP, 'test');
    const line = fitLinear(
      X,
      WIDTH,
      index.map(() => 0),
      0
    );
    const weights = Float64Array.from({ length: prep.width }, (_, i) => 1 + i / 3);
    const estimator = new (line.constructor as new (w: Float64Array, b: number) => typeof line)(weights, 0.5);
    const { onnx } = exportModel(estimator, prep, null, 'prep');
    const shape = [ROWS_OF_PREP, 1];
    write(name, onnx, {
      inputs: Object.fromEntries(prep.columns.map((column, c) => [column.name, { shape, data: values[c]! }])),
      outputs: { value: { shape, data: Array.from(estimator.predict(rows, prep.width)) } }
    });
  };

  /** Pixels for a network, and windows for a model that reads all numbers of a row. */
  const writeTensors = (tf: Tf): void => {
    const parts = { offset: [0], scale: [255], range: { min: 0, max: 255 } };
    const pixels = new TensorInput({ ...parts, name: 'image', shape: [6, 5, 3], format: 'image' });
    const network = buildCnn(tf, { filters: [3, 4], kernel: 2, dense: [5], dropout: 0.1 }, pixels.shape, 3, 1);
    const colors = ['red', 'green', 'blue'];
    writeTensorModel('pixels', pixels, new NetworkEstimator(tf, network, pixels.shape, 3, 1, 'cpu'), colors);
    const window = new TensorInput({
      ...parts,
      name: 'window',
      shape: [WIDTH, 2],
      offset: [10, -2],
      scale: [3, 0.5],
      format: null
    });
    const flat = window.scaled(numbersFor(window));
    const truth = Array.from({ length: ROWS }, (_, row) => row * 2);
    writeTensorModel('window', window, fitLinear(flat, window.width, truth, 1), null);
  };

  const numbersFor = (input: TensorInput): number[] =>
    Array.from({ length: ROWS * input.width }, (_, i) => (i * 37) % 256);

  const writeTensorModel = (name: string, input: TensorInput, estimator: Estimator, labels: string[] | null): void => {
    const numbers = numbersFor(input);
    const { onnx } = exportModel(estimator, input, labels, name);
    const data = Array.from(estimator.predict(input.scaled(numbers), input.width));
    write(name, onnx, {
      inputs: { [input.parts.name]: { shape: [ROWS, ...input.shape], data: numbers } },
      outputs: { [labels ? 'probabilities' : 'value']: { shape: [ROWS, labels?.length ?? 1], data } }
    });
  };

  const writeColumns = (): void => {
    const range = { min: 0, max: 9 };
    writePreprocessing(
      'preprocessing',
      [
        {
          name: 'filled',
          type: 'numeric',
          steps: [
            { kind: 'impute', value: 2 },
            { kind: 'standardize', mean: 3, std: 2 }
          ],
          range
        },
        { name: 'scaled', type: 'numeric', steps: [{ kind: 'minMax', min: 1, max: 5 }], range },
        { name: 'robust', type: 'numeric', steps: [{ kind: 'robust', median: 4, range: 3 }], range },
        { name: 'binned', type: 'numeric', steps: [{ kind: 'bin', edges: [1, 2.5, 7] }], range },
        { name: 'small', type: 'numeric', steps: [{ kind: 'log1p' }], range },
        { name: 'open', type: 'boolean' },
        { name: 'color', type: 'category', categories: ['blue', 'red'], of: 'text' },
        { name: 'size', type: 'ordinal', categories: ['S', 'M', 'L'], of: 'text' }
      ],
      [
        [null, 1, 2.5, 9],
        [1, 2, 3, 4],
        [0, 4, 5, 6],
        [0.5, 1, 2.5, 8],
        [0, 1, 2, 9],
        [true, false, true, false],
        ['red', 'blue', 'green', 'red'],
        ['S', 'L', 'XL', 'M']
      ]
    );
    const parts = ['year', 'month', 'weekday', 'season', 'timeOfDay'] as const;
    const numbers = parts.reduce((sum, part) => sum + partWidth(part), 0);
    writePreprocessing(
      'moments and words',
      [
        {
          name: 'at',
          type: 'moment',
          parts,
          means: new Array<number>(numbers).fill(1),
          stds: new Array<number>(numbers).fill(2)
        },
        { name: 'text', type: 'words', buckets: 16 }
      ],
      [
        ['2024-02-29', '1999-12-31T23:59:00', '2026-11-21T06:30:00', '2000-01-01'],
        ['the quick Brown fox, the lazy dog', 'naïve café', '', 'fox']
      ]
    );
  };

  /** Clusters and components have outputs of their own. */
  const writeStructure = (): void => {
    const x = { shape: [index.length, WIDTH], data: Array.from(X) };
    const written = (
      name: string,
      model: { write(graph: OnnxGraph, input: string): void },
      outputs: Written['outputs']
    ): void => {
      const graph = new OnnxGraph();
      model.write(graph, graph.input('x', ElementType.FLOAT, ['rows', WIDTH]));
      write(name, graph.finish(name, {}), { inputs: { x }, outputs });
    };
    const clusters = fitKMeans(X, WIDTH, { k: 4, starts: 3, seed: 2 });
    written('k-means', clusters, {
      cluster: { shape: [index.length], data: clusters.assign(X) },
      distances: { shape: [index.length, 4], data: Array.from(clusters.distances(X)) }
    });
    const components = fitPca(X, WIDTH, 2);
    written('pca', components, { components: { shape: [index.length, 2], data: Array.from(components.transform(X)) } });
  };

  it('networks of every layer class that can be exported', () => {
    expect(EXPORTABLE_LAYERS.filter(layer => !layers.has(layer))).toEqual([]);
  });

  it('each of them, classical models and preprocessing', () => {
    const bad = Object.entries(report).filter(([, gap]) => !(typeof gap === 'number' && gap < TOLERANCE));
    expect(bad).toEqual([]);
    expect(Object.keys(report).length).toBeGreaterThan(40);
  });
});

async function estimators(): Promise<Record<string, [Estimator, number | null]>> {
  const values = index.map(i => 1.5 * at(i, 0) - 0.7 * at(i, 1) + 2 * at(i, 2));
  const three = index.map(i => (at(i, 0) < -0.7 ? 0 : at(i, 0) < 0.7 ? 1 : 2));
  const two = three.map(label => (label > 0 ? 1 : 0));
  const never = (): boolean => false;
  const tree = { depth: 4, minRows: 2 };
  const forest = { ...tree, trees: 5, columns: undefined, seed: 3 };
  const boosting = { trees: 5, minSamplesLeaf: 3 };
  const rules = [true, false, true].map(categorical => ({ categorical, monotone: 0 as const }));
  return {
    linear: [fitLinear(X, WIDTH, values, 0), null],
    lasso: [fitLasso(X, WIDTH, values, 0.1), null],
    logistic: [fitLogistic(X, WIDTH, three, 3, 1), 3],
    svm: [fitLinearSvm(X, WIDTH, two, 2, 1, 7), 2],
    'naive bayes': [fitNaiveBayes(X, WIDTH, three, 3), 3],
    'neighbors of classes': [fitNeighbors(X, WIDTH, three, 3, 3), 3],
    'neighbors of numbers': [fitNeighbors(X, WIDTH, values, null, 3), null],
    'tree of classes': [fitDecisionTree(X, WIDTH, three, 3, tree), 3],
    'tree of numbers': [fitDecisionTree(X, WIDTH, values, null, tree), null],
    forest: [await fitForest(X, WIDTH, three, 3, forest, never), 3],
    'boosting of two classes': [await fitBoosting(X, WIDTH, two, 2, boosting, never), 2],
    'boosting of three classes': [await fitBoosting(X, WIDTH, three, 3, boosting, never), 3],
    'boosting of categories': [await fitBoosting(X, WIDTH, values, null, { ...boosting, rules }, never), null],
    'boosting of numbers': [await fitBoosting(X, WIDTH, values, null, boosting, never), null]
  };
}
