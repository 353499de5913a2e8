import type { LayersModel } from '@tensorflow/tfjs';
import { shapeText } from '@slipway/tensor-inputs';
import { SlipwayError } from '@slipway/notebook';
import type { Estimator } from '../models/estimator.js';
import { buildNetwork, networkParams } from '../models/build-network.js';
import { NetworkEstimator } from '../models/network.js';
import { isModelSpec, isNetworkSpec, type ModelSpec } from '../models/specs.js';
import type { ModelInputs } from '../prep/model-inputs.js';
import { withoutAutolog } from '../runs/autolog.js';
import type { Run } from '../runs/run.js';
import type { Target } from '../examples/target.js';
import type { BackendChoice } from '../backend/choose.js';
import { tensorflow } from '../backend/load-tfjs.js';
import type { KeptState } from './kept-state.js';
import { trainClassical } from './train-classical.js';
import { trainNetwork, type TrainingSettings } from './train-network.js';

/** Rows and target of a training, and how it is to be done. */
export interface Training {
  readonly run: Run;
  readonly inputs: ModelInputs;
  /** Row-major float32 [count, …inputs.shape]. */
  readonly rows: Float32Array;
  readonly target: Target;
  readonly settings: TrainingSettings & { readonly learningRate: number };
  readonly inTimeOrder: boolean;
}

export interface Trained {
  readonly estimator: Estimator;
  readonly backend: BackendChoice;
  /** The state that a training can go on from; null for everything but networks, and where it is not wanted. */
  readonly state: KeptState | null;
}

/** Classical models are plain TypeScript. */
const PLAIN: BackendChoice = { backend: 'cpu', refused: [] };

/** Fits a described model, or a tfjs network of the user's own. */
export async function trainEstimator(model: ModelSpec | LayersModel, training: Training): Promise<Trained> {
  if (!isModelSpec(model)) {
    return trainTfjs(model, null, training);
  }
  if (!isNetworkSpec(model)) {
    return { estimator: await trainClassical(model, training), backend: PLAIN, state: null };
  }
  const { inputs, target, run, settings } = training;
  const tf = await tensorflow();
  const network = buildNetwork(tf, model, inputs.shape, target.labels?.length ?? null, settings.seed);
  run.logParams(networkParams(model));
  return trainTfjs(null, network, training);
}

/** @param own the user's network, whose own loss and optimizer are kept. @param built one of ours, not compiled yet. */
async function trainTfjs(own: LayersModel | null, built: LayersModel | null, training: Training): Promise<Trained> {
  const { run, inputs, rows, target, settings, inTimeOrder } = training;
  const network = built ?? checkedNetwork(own!, inputs, target);
  const tf = await tensorflow();
  if (!network.optimizer) {
    const units = (network.outputs[0]!.shape as (number | null)[]).at(-1);
    const loss = !target.labels ? 'meanSquaredError' : units === 1 ? 'binaryCrossentropy' : 'categoricalCrossentropy';
    network.compile({ optimizer: tf.train.adam(settings.learningRate), loss });
  }
  run.logParams({ seed: settings.seed });
  const { epochs, backend, state } = await withoutAutolog(() => {
    return trainNetwork(tf, network, rows, inputs.shape, target, settings, { run, inTimeOrder });
  });
  const classes = target.labels?.length ?? null;
  return {
    estimator: new NetworkEstimator(tf, network, inputs.shape, classes, epochs, backend.backend),
    backend,
    state
  };
}

/** @throws SlipwayError MODEL_MISMATCH for a network that reads other rows, or answers something else. */
function checkedNetwork(network: LayersModel, inputs: ModelInputs, target: Target): LayersModel {
  refuseOtherRows(network, inputs);
  refuseOtherAnswers(network, target);
  return network;
}

function refuseOtherRows(network: LayersModel, inputs: ModelInputs): void {
  const [reads] = network.inputs.map(input => (input.shape as (number | null)[]).slice(1));
  const fits =
    reads?.length === inputs.shape.length && reads.every((size, i) => size === null || size === inputs.shape[i]);
  if (network.inputs.length === 1 && fits) {
    return;
  }
  const batch = network.inputs.length === 1 ? `[${[null, ...reads!].join(', ')}]` : `${network.inputs.length} inputs`;
  if (inputs.kind === 'columns') {
    throw new SlipwayError(
      'MODEL_MISMATCH',
      `The model reads ${batch}, the prep gives ${inputs.width} numbers per row.`,
      {
        remedy: `Set inputShape: [${inputs.width}] on its first layer, or change the prep (${inputs.names.join(', ')}).`
      }
    );
  }
  const { shape, parts } = inputs;
  const isImage = parts.format === 'image';
  const expects = network.inputs.length === 1 ? shapeText(reads!.map(size => size ?? -1)) : batch;
  const otherwise =
    isImage && reads?.length === 3
      ? `, or read the images with { size: [${reads[0]}, ${reads[1]}], channels: ${reads[2]} }`
      : '';
  throw new SlipwayError(
    'MODEL_MISMATCH',
    `The model expects ${expects}; the ${isImage ? 'images are read as' : 'rows are'} ${shapeText(shape)}.`,
    { remedy: `Set inputShape: [${shape.join(', ')}] on its first layer${otherwise}.` }
  );
}

/** Answers of another width would be learned as something else. */
function refuseOtherAnswers(network: LayersModel, { name, labels }: Target): void {
  const units = (network.outputs[0]!.shape as (number | null)[]).at(-1) ?? null;
  const fits = labels === null ? units === 1 : units === labels.length || (units === 1 && labels.length === 2);
  if (network.outputs.length === 1 && fits) {
    return;
  }
  throw new SlipwayError(
    'MODEL_MISMATCH',
    `The model gives ${units ?? 'an unknown number of'} numbers per row, but ` +
      (labels === null ? `"${name}" is one number.` : `there are ${labels.length} classes of "${name}".`),
    {
      remedy:
        labels === null
          ? 'End the model with a dense layer of 1 unit without activation.'
          : `End the model with a softmax over ${labels.length} units.`
    }
  );
}
