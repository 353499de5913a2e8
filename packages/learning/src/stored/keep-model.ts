import { createHash } from 'node:crypto';
import { notebook, type NotebookContext } from '@slipway/notebook';
import { sendModel, spoolModel, type PendingModel } from '@slipway/notebook/server';
import type { BundleContents } from '@slipway/onnx/import';
import { findServer } from '@slipway/recording/sending';
import { firstLineOf } from '@slipway/wording';
import { buildBundle, type BundledModel } from '../bundle/bundle.js';
import { buildStructureBundle } from '../bundle/structure-bundle.js';
import { NetworkEstimator } from '../models/network.js';
import { portableNetwork } from '../train/process/portable-network.js';
import type { KeptState } from '../train/kept-state.js';
import type { Clustering, Projection } from '../train/structure.js';
import { keptParts } from './keep-setting.js';
import { writeCheckpoint, type ResumedSettings } from './network-checkpoint.js';

/** A cell that has its result shows it before the processor is taken for this. */
const DELAY_MS = 50;
/** How long it waits for the run's own records to arrive. */
const FLUSH_MS = 5000;
const RETRY_MS = 5000;

/** A trained model and the state that its training ended with. */
export interface KeptTraining {
  readonly model: BundledModel;
  readonly runName: string;
  readonly settings: ResumedSettings;
  /** null for everything but networks. */
  readonly state: KeptState | null;
}

/** Stored one after the other, so that the last model of a run is the one that stays. */
let queue: Promise<unknown> = Promise.resolve();
/** What is on its way, by run. */
const underWay = new Map<string, Promise<unknown>>();
/** A trained model on its way to the store, or there. */
interface Known {
  readonly runName: string;
  /** The checkpoint, once it was made. */
  checkpoint: PendingModel['checkpoint'];
}

const known = new WeakMap<object, Known>();
/** The model that was trained last, by run: the one that the run keeps. */
const newest = new Map<string, Known>();

/**
 * Stores a trained model with its run, in the background: on the disk first, then on the server, also when that comes back later.
 * Nobody waits for it and it breaks nothing; what cannot be stored is one warning.
 */
export function keepTraining(training: KeptTraining): void {
  const { model, runName, state } = training;
  const { runId } = model.parts;
  const own: Known = { runName, checkpoint: null };
  known.set(model, own);
  newest.set(runId, own);
  keep(runId, runName, async () => {
    try {
      if (newest.get(runId) !== own) {
        return null;
      }
      const built = await bundleOrReason(() => buildBundle(model));
      const bytes = keptParts() === 'all' ? await checkpointOrWarning(training, built.reason) : null;
      own.checkpoint = bytes && { sha256: sha256(bytes), size: bytes.byteLength };
      const contents = bytes && own.checkpoint ? new Map([[own.checkpoint.sha256, bytes]]) : new Map<string, never>();
      return { built, checkpoint: own.checkpoint, contents };
    } finally {
      await state?.drop();
    }
  });
}

/** Stores the bundle of a model again that was given behaviors after its training. */
export function keepAgain(model: BundledModel): void {
  const own = known.get(model);
  const { runId } = model.parts;
  if (!own || keptParts() === 'nothing') {
    return;
  }
  keep(runId, own.runName, async () =>
    newest.get(runId) === own
      ? { built: await bundleOrReason(() => buildBundle(model)), checkpoint: own.checkpoint, contents: new Map() }
      : null
  );
}

/** Stores clusters or components with their run, as `keepTraining` does. */
export function keepStructure(found: Clustering | Projection, runName: string): void {
  if (keptParts() === 'nothing') {
    return;
  }
  keep(found.parts.runId, runName, async () => ({
    built: await bundleOrReason(() => buildStructureBundle(found)),
    checkpoint: null,
    contents: new Map()
  }));
}

/** Resolves when the model of a run that was trained in this kernel is stored, or waits for the server. */
export async function untilKept(runId: string): Promise<void> {
  await underWay.get(runId);
}

interface Made {
  readonly built: { readonly bundle: BundleContents | null; readonly reason: string | null };
  readonly checkpoint: PendingModel['checkpoint'];
  readonly contents: ReadonlyMap<string, Uint8Array>;
}

/** @param make null when there is nothing to store any more. */
function keep(runId: string, runName: string, make: () => Promise<Made | null>): void {
  const book = notebook();
  const work = queue.then(async () => {
    await new Promise(resolve => setTimeout(resolve, DELAY_MS));
    try {
      const made = await make();
      if (made) {
        await spoolAndSend(book, runId, runName, made);
      }
    } catch (error) {
      book.warn(`The model of run ${runName} was not stored with it: ${firstLineOf(error)}`);
    }
  });
  queue = work;
  underWay.set(runId, work);
  book.holdOpen(work);
  void work.then(() => {
    if (underWay.get(runId) === work) {
      underWay.delete(runId);
    }
  });
}

async function spoolAndSend(book: NotebookContext, run_id: string, run_name: string, made: Made): Promise<void> {
  const { built, checkpoint, contents } = made;
  if (built.bundle === null && checkpoint === null) {
    throw new Error(built.reason ?? 'There is nothing of it to store.');
  }
  const all = new Map(contents);
  for (const file of built.bundle?.files ?? []) {
    all.set(file.sha256, built.bundle!.contents.get(file.path)!);
  }
  const bundle = built.bundle?.files.map(file => ({ ...file })) ?? [];
  const folder = await spoolModel(book.directory, { run_id, run_name, bundle, checkpoint }, all);
  await send(book, run_name, folder);
}

async function send(book: NotebookContext, runName: string, folder: string): Promise<void> {
  const hasServer = findServer(book.directory) !== null;
  const result = hasServer ? await sendModel(book.directory, folder, await book.flush(FLUSH_MS)) : 'later';
  if (typeof result === 'object') {
    book.warn(`The model of run ${runName} was not stored with it: ${result.refused}`);
  } else if (result === 'later') {
    // It is on the disk: when this process ends before the server is back, the next kernel sends it.
    setTimeout(() => {
      queue = queue.then(() => send(book, runName, folder));
    }, RETRY_MS).unref();
  }
}

/** A layer that ONNX does not have costs the bundle, not the checkpoint. */
async function bundleOrReason(build: () => Promise<BundleContents>): Promise<Made['built']> {
  try {
    return { bundle: await build(), reason: null };
  } catch (error) {
    return { bundle: null, reason: firstLineOf(error) };
  }
}

/** A state that cannot be read costs the checkpoint, not the bundle. */
async function checkpointOrWarning(training: KeptTraining, problem: string | null): Promise<Uint8Array | null> {
  try {
    return await checkpointOf(training, problem);
  } catch (error) {
    notebook().warn(`The checkpoint of run ${training.runName} was not stored with it: ${firstLineOf(error)}`);
    return null;
  }
}

async function checkpointOf(
  { model, settings, state }: KeptTraining,
  problem: string | null
): Promise<Uint8Array | null> {
  const { estimator, prep, target, labels } = model.parts;
  const ended = estimator instanceof NetworkEstimator ? await state?.read() : null;
  if (!ended || !(estimator instanceof NetworkEstimator)) {
    return null;
  }
  const { network } = estimator;
  const portable = await portableNetwork(network);
  const shapes = network.getWeights().map(({ shape }) => shape);
  const plan =
    'network' in portable
      ? {
          topology: portable.network.topology,
          optimizer: portable.network.optimizer,
          loss: portable.network.loss,
          metrics: portable.network.metrics
        }
      : null;
  return writeCheckpoint({ state: ended, plan, inputs: prep, target, labels, settings, problem }, shapes);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
