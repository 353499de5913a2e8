import type { LayersModel } from '@tensorflow/tfjs';
import { SlipwayError } from '../errors.js';
import type { Estimator } from '../models/estimator.js';
import { buildMlp } from '../models/mlp.js';
import { NetworkEstimator } from '../models/network.js';
import { isModelSpec, type ModelSpec } from '../models/specs.js';
import type { FittedPrep } from '../prep/prep.js';
import { withoutAutolog } from '../runs/autolog.js';
import type { Run } from '../runs/run.js';
import type { Target } from './target.js';
import type { BackendChoice } from '../backend/choose.js';
import { tensorflow } from './tensorflow.js';
import { trainClassical } from './train-classical.js';
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

/** Fits a described model, or a tfjs network of the user's own. */
export async function trainEstimator(model: ModelSpec | LayersModel, training: Training): Promise<Trained> {
  if (!isModelSpec(model)) return trainTfjs(model, null, training);
  if (model.kind !== 'mlp') return { estimator: await trainClassical(model, training), backend: PLAIN };
  const { prep, target, run, settings } = training;
  const tf = await tensorflow();
  const network = buildMlp(tf, model.options, prep.width, target.labels?.length ?? null, settings.seed);
  run.logParams({ model: 'mlp', hidden: model.options.hidden.join(',') });
  return trainTfjs(null, network, training);
}

/** @param own the user's network, whose own loss and optimizer are kept. @param built one of ours, not compiled yet. */
async function trainTfjs(own: LayersModel | null, built: LayersModel | null, training: Training): Promise<Trained> {
  const { run, prep, rows, target, settings, inTimeOrder } = training;
  const network = built ?? checkedNetwork(own!, prep);
  const tf = await tensorflow();
  if (!network.optimizer) {
    const units = (network.outputs[0]!.shape as (number | null)[]).at(-1);
    const loss = !target.labels ? 'meanSquaredError' : units === 1 ? 'binaryCrossentropy' : 'categoricalCrossentropy';
    network.compile({ optimizer: tf.train.adam(settings.learningRate), loss });
  }
  run.logParams({ seed: settings.seed });
  const { epochs, backend } = await withoutAutolog(() => {
    return trainNetwork(tf, network, rows, prep.width, target, settings, { run, inTimeOrder });
  });
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
