import { Evaluation, ModelSignature, BUNDLE_FILES, type BundleFile, type RunArtifact } from '@slipway/contract';
import type { LayersModel } from '@tensorflow/tfjs';
import { type MimeBundle, SlipwayError } from '@slipway/notebook';
import { messageOf } from '@slipway/wording';
import type { z } from 'zod';
import { tensorflow } from '../backend/load-tfjs.js';
import { installedVersions } from '../bundle/installed-versions.js';
import { NetworkEstimator } from '../models/network.js';
import type { InputRow } from '../prep/model-inputs.js';
import { buildPortable } from '../train/process/portable-network.js';
import type { FittedModel } from './fitted-model.js';
import { readCheckpoint, type NetworkCheckpoint, type Shapes } from './network-checkpoint.js';
import { Predictor, type Prediction } from './predictor.js';
import { storedModelBundle } from './stored-model-display.js';

/** Where the files of a stored model are. */
export interface StoredFiles {
  /** How a person names it: `run:…`, `rain@2`. */
  readonly reference: string;
  readonly runId: string | null;
  /** With the names inside the bundle; none for a model that could not be exported to ONNX. */
  readonly bundle: readonly BundleFile[];
  /** null for everything but networks. */
  readonly checkpoint: Pick<RunArtifact, 'sha256' | 'size'> | null;
  read(sha256: string): Promise<Uint8Array>;
}

type Checkpoint = NetworkCheckpoint & { readonly shapes: Shapes };

/** What is read of a model before anybody asks it. */
interface Described {
  readonly signature: ModelSignature | null;
  readonly evaluation: Evaluation | null;
  readonly target: string;
  readonly labels: readonly string[] | null;
}

/** A model that was trained elsewhere, or before: to predict with, to register, and, a network, to go on training. */
export class StoredModel implements FittedModel {
  readonly reference: string;
  readonly runId: string | null;
  readonly target: string;
  readonly labels: readonly string[] | null;
  /** Inputs and outputs; null of a model that could not be exported to ONNX. */
  readonly signature: ModelSignature | null;
  readonly evaluation: Evaluation | null;
  /** Where its files are. */
  readonly files: StoredFiles;
  #checkpoint: Promise<Checkpoint> | undefined;
  #predictor: Promise<Predictor> | undefined;

  private constructor(files: StoredFiles, { signature, evaluation, target, labels }: Described) {
    this.files = files;
    this.reference = files.reference;
    this.runId = files.runId;
    this.signature = signature;
    this.evaluation = evaluation;
    this.target = target;
    this.labels = labels;
  }

  /**
   * Reads what a stored model says of itself; its graph and its weights are read when they are needed.
   *
   * @throws SlipwayError MODEL_UNREADABLE for a bundle of a version that this kernel does not know; CHECKPOINT_INVALID.
   */
  static async open(files: StoredFiles): Promise<StoredModel> {
    if (files.bundle.length === 0) {
      const { target, labels } = await readCheckpointOf(files);
      return new StoredModel(files, { signature: null, evaluation: null, target, labels });
    }
    const signature = await readJson(files, BUNDLE_FILES.signature, ModelSignature);
    const hasEvaluation = files.bundle.some(({ path }) => path === BUNDLE_FILES.evaluation);
    const evaluation = hasEvaluation ? await readJson(files, BUNDLE_FILES.evaluation, Evaluation) : null;
    return new StoredModel(files, { signature, evaluation, target: signature.target, labels: signature.labels });
  }

  get metrics(): Readonly<Record<string, number>> {
    return this.evaluation?.metrics ?? {};
  }

  /** Whether a training can go on from it: `slip.fit(model, …)`. */
  get isResumable(): boolean {
    return this.files.checkpoint !== null;
  }

  /**
   * Predicts one row or several in this process, as its service would: with the bundle's graph, or, where there is none, with
   * the network itself.
   *
   * @throws SlipwayError REQUEST_REFUSED naming the value that the model cannot take; SERVER_UNREACHABLE the first time, when the
   * files of the model cannot be read.
   * @example
   * const model = await slip.model('weather@1');
   * await model.predict({ temp_max: 11.2, temp_min: 4.1, wind: 3.3 });
   */
  async predict(row: InputRow): Promise<Prediction>;
  async predict(rows: InputRow[]): Promise<Prediction[]>;
  async predict(rows: InputRow | InputRow[]): Promise<Prediction | Prediction[]> {
    const predictor = await this.#loaded();
    return Array.isArray(rows) ? predictor.predict(rows) : (await predictor.predict([rows]))[0]!;
  }

  /**
   * What a training goes on from.
   *
   * @throws SlipwayError MODEL_MISSING for a model that is no network, or whose checkpoint was not stored; CHECKPOINT_INVALID for one
   * of another version.
   */
  checkpoint(): Promise<Checkpoint> {
    this.#checkpoint ??= readCheckpointOf(this.files);
    return this.#checkpoint;
  }

  /**
   * The network with its weights, compiled, e.g. to train it on other rows: `slip.fit(await model.network(), …)`.
   *
   * @throws SlipwayError MODEL_MISSING as `checkpoint`, and when its loss, a metric or a layer is code that this kernel does not have.
   */
  async network(): Promise<LayersModel> {
    const { plan, state, shapes } = await this.checkpoint();
    if (plan === null) {
      throw new SlipwayError(
        'MODEL_MISSING',
        `A loss or a metric of the network of ${this.reference} is a function of its notebook.`,
        {
          remedy:
            'Build the network as it was built there, and go on from the stored state: slip.fit(network, { resume: model, … }).'
        }
      );
    }
    const tf = await tensorflow();
    const best = state.best.weights.length > 0 ? state.best.weights : state.weights;
    const weights = best.map((values, i) => ({ shape: shapes[i]!, values }));
    try {
      return await buildPortable(tf, { ...plan, weights, optimizerState: null });
    } catch (cause) {
      throw new SlipwayError(
        'MODEL_MISSING',
        `The network of ${this.reference} cannot be built in this kernel: ${messageOf(cause)}`,
        {
          remedy: 'A layer of your own has to be defined first, and made known with tf.serialization.registerClass(…).',
          cause
        }
      );
    }
  }

  #loaded(): Promise<Predictor> {
    this.#predictor ??= this.#load().catch((error: unknown) => {
      // The next call tries again: the server may be back.
      this.#predictor = undefined;
      throw error;
    });
    return this.#predictor;
  }

  async #load(): Promise<Predictor> {
    if (this.signature) {
      return Predictor.ofBundle(await readFile(this.files, BUNDLE_FILES.model), this.signature);
    }
    const { inputs, state } = await this.checkpoint();
    const network = await this.network();
    const estimator = new NetworkEstimator(
      await tensorflow(),
      network,
      inputs.shape,
      this.labels?.length ?? null,
      state.epoch,
      'this kernel'
    );
    return Predictor.ofEstimator(estimator, inputs, this);
  }

  [Symbol.for('Jupyter.display')](): MimeBundle {
    return storedModelBundle(this);
  }
}

async function readCheckpointOf(files: StoredFiles): Promise<Checkpoint> {
  if (files.checkpoint === null) {
    throw new SlipwayError('MODEL_MISSING', `${files.reference} has no checkpoint that a training could go on from.`, {
      remedy:
        'Networks have one that slip.fit trained, unless slip.keepModels says otherwise; every other model is fitted anew.'
    });
  }
  return readCheckpoint(await files.read(files.checkpoint.sha256), files.reference);
}

function readFile(files: StoredFiles, name: string): Promise<Uint8Array> {
  const file = files.bundle.find(({ path }) => path === name);
  if (!file) {
    throw unreadable(files, `it has no ${name}`);
  }
  return files.read(file.sha256);
}

async function readJson<S extends z.ZodType>(files: StoredFiles, name: string, schema: S): Promise<z.output<S>> {
  const bytes = await readFile(files, name);
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    throw unreadable(files, `its ${name} is not what this kernel reads`);
  }
}

function unreadable({ reference }: StoredFiles, why: string): SlipwayError {
  const version = installedVersions()['slipway'];
  return new SlipwayError('MODEL_UNREADABLE', `The model ${reference} cannot be read: ${why}.`, {
    remedy: `It may be of another version of Slipway than this kernel's${version ? ` (${version})` : ''}; its services go on.`
  });
}
