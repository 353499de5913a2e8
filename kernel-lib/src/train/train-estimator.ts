import type { LayersModel } from '@tensorflow/tfjs';
import { SlipwayError } from '../errors.js';
import type { Estimator } from '../models/estimator.js';
import { fitLinear } from '../models/linear.js';
import { fitLogistic } from '../models/logistic.js';
import { buildMlp } from '../models/mlp.js';
import { NetworkEstimator } from '../models/network.js';
import { isModelSpec, type ModelSpec } from '../models/specs.js';
import { fitBoosting } from '../models/trees/boosting.js';
import { notebook } from '../notebook/standalone.js';
import type { FittedPrep } from '../prep/prep.js';
import type { Run } from '../runs/run.js';
import { LossChart } from './loss-chart.js';
import type { Target } from './target.js';
import { chooseBackend, tensorflow, type BackendChoice } from './tensorflow.js';
import { trainNetwork, type TrainingSettings } from './train-network.js';

/** Rows and target of a training, and how it is to be done. */
export interface Training {
  readonly run: Run;
  readonly prep: FittedPrep;
  /** Row-major float32 [count, prep.width]. */
  readonly rows: Float32Array;
  readonly target: Target;
  readonly settings: TrainingSettings & { readonly learningRate: number };
  readonly inTimeOrder: boolean;
}

export interface Trained {
  readonly estimator: Estimator;
  readonly backend: BackendChoice;
}

/** Classical models are plain TypeScript. */
const PLAIN: BackendChoice = { backend: 'cpu', refused: [] };

/** Layers whose gradients every backend has. */
const DENSE_LAYERS = new Set([
  'InputLayer',
  'Dense',
  'Dropout',
  'Activation',
  'ReLU',
  'LeakyReLU',
  'ELU',
  'Softmax',
  'Flatten'
]);

/** Fits a described model, or a tfjs network of the user's own. */
export async function trainEstimator(model: ModelSpec | LayersModel, training: Training): Promise<Trained> {
  if (!isModelSpec(model)) return trainTfjs(model, null, training);
  const { prep, rows, target, run, settings } = training;
  const classes = target.labels?.length ?? null;
  switch (model.kind) {
    case 'mlp': {
      const tf = await tensorflow();
      const network = buildMlp(tf, model.options, prep.width, classes, settings.seed);
      run.logParams({ model: 'mlp', hidden: model.options.hidden.join(',') });
      return trainTfjs(null, network, training);
    }
    case 'linear': {
      if (classes !== null) {
        throw new SlipwayError(
          'MODEL_MISMATCH',
          `"${target.name}" holds classes; a linear regression predicts numbers.`,
          {
            remedy: 'Use slip.logistic(), or say { task: "regression" } if the classes are a quantity.'
          }
        );
      }
      const l2 = model.options.l2 ?? 0;
      run.logParams({ model: 'linear', l2 });
      return { estimator: fitLinear(rows, prep.width, target.train, l2), backend: PLAIN };
    }
    case 'logistic': {
      if (classes === null) {
        throw new SlipwayError(
          'MODEL_MISMATCH',
          `"${target.name}" holds numbers; a logistic regression predicts classes.`,
          {
            remedy: 'Use slip.linear() or slip.boosting().'
          }
        );
      }
      const l2 = model.options.l2 ?? 1;
      run.logParams({ model: 'logistic', l2 });
      return { estimator: fitLogistic(rows, prep.width, target.train, classes, l2), backend: PLAIN };
    }
    case 'boosting':
      return { estimator: await trainBoosting(model.options, classes, training), backend: PLAIN };
  }
}

async function trainBoosting(
  options: Extract<ModelSpec, { kind: 'boosting' }>['options'],
  classes: number | null,
  { run, prep, rows, target }: Training
): Promise<Estimator> {
  const rounds = options.trees ?? 100;
  const book = notebook();
  const { signal } = book;
  const chart = new LossChart(book, `Boosting on ${target.name}`, rounds);
  run.logParams({ model: 'boosting', trees: rounds, ...options });
  let done = 0;
  const estimator = await fitBoosting(rows, prep.width, target.train, classes, options, async (round, loss) => {
    done = round + 1;
    run.logMetric('loss', loss, round);
    run.logProgress({ fraction: done / rounds, label: `round ${done} of ${rounds}` });
    chart.add(loss, undefined);
    // Interrupts and heartbeats are heard between two rounds.
    await new Promise(resolve => setImmediate(resolve));
    return signal.aborted;
  });
  chart.finish(done < rounds ? `interrupted after round ${done}; its trees are kept` : `${done} rounds`);
  return estimator;
}

/** @param own the user's network, whose own loss and optimizer are kept. @param built one of ours, not compiled yet. */
async function trainTfjs(own: LayersModel | null, built: LayersModel | null, training: Training): Promise<Trained> {
  const { run, prep, rows, target, settings, inTimeOrder } = training;
  const network = built ?? checkedNetwork(own!, prep);
  const tf = await tensorflow();
  const backend = await chooseBackend(
    tf,
    network.layers.every(layer => DENSE_LAYERS.has(layer.getClassName()))
  );
  if (!network.optimizer) {
    const units = (network.outputs[0]!.shape as (number | null)[]).at(-1);
    const loss = !target.labels ? 'meanSquaredError' : units === 1 ? 'binaryCrossentropy' : 'categoricalCrossentropy';
    network.compile({ optimizer: tf.train.adam(settings.learningRate), loss });
  }
  run.logParams({ backend: backend.backend, seed: settings.seed });
  const epochs = await run.enter(() => trainNetwork(tf, network, rows, prep.width, target, settings, inTimeOrder));
  const classes = target.labels?.length ?? null;
  return { estimator: new NetworkEstimator(tf, network, classes, epochs, backend.backend), backend };
}

function checkedNetwork(network: LayersModel, prep: FittedPrep): LayersModel {
  const shape = network.inputs[0]?.shape as (number | null)[] | undefined;
  const width = shape?.at(-1);
  if (network.inputs.length !== 1 || shape?.length !== 2 || width !== prep.width) {
    const reads = network.inputs.length === 1 ? `[${shape?.join(', ')}]` : `${network.inputs.length} inputs`;
    throw new SlipwayError(
      'MODEL_MISMATCH',
      `The model reads ${reads}, the prep gives ${prep.width} numbers per row.`,
      {
        remedy: `Set inputShape: [${prep.width}] on its first layer, or change the prep (${prep.columns.map(c => c.name).join(', ')}).`
      }
    );
  }
  return network;
}
