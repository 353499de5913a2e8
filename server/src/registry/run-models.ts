import {
  RUN_MODEL,
  type BundleFile,
  type ModelVersion,
  type NewModelVersion,
  type RunModelFiles
} from '@slipway/contract';
import type { Artifacts } from '../platform/artifacts/artifact-tree.js';
import type { BlobStore } from '../platform/artifacts/blob-store.js';
import { InvalidRequestError, InvalidStateError } from '../platform/errors.js';
import type { Store } from '../platform/store/store.js';
import { deletedRun, unknownRun } from '../platform/tracking-errors.js';
import { validateBundle } from './bundle-validation.js';
import type { Registry } from './registry.js';

const CHECKPOINT_FOLDER = RUN_MODEL.checkpoint.slice(0, RUN_MODEL.checkpoint.indexOf('/'));
const INSIDE = `${RUN_MODEL.bundle}/`;

export interface RunModelsOptions {
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly artifacts: Artifacts;
  readonly registry: Registry;
}

/** Models that are stored with the run that trained them, so that they can be used when its notebook is closed. */
export class RunModels {
  readonly #options: RunModelsOptions;

  constructor(options: RunModelsOptions) {
    this.#options = options;
  }

  /**
   * Stores a model among the artifacts of its run, instead of one that the run stored before.
   *
   * @throws NotFoundError for the run, BundleInvalidError, InvalidRequestError for a checkpoint that was not uploaded.
   */
  async put(run_id: string, { bundle, checkpoint }: RunModelFiles): Promise<void> {
    const { blobs, artifacts } = this.#options;
    if (bundle.length === 0 && checkpoint === null) {
      throw new InvalidRequestError('A model has a bundle, a checkpoint or both; this one has neither.', {
        where: 'body.bundle'
      });
    }
    if (bundle.length > 0) {
      await validateBundle(bundle, blobs, 'body.bundle');
    }
    const files = bundle.map(file => ({ ...file, path: INSIDE + file.path }));
    if (checkpoint !== null) {
      const { sha256, size } = checkpoint;
      if ((await blobs.size(sha256)) !== size) {
        throw new InvalidRequestError(`The checkpoint names a blob of ${size} bytes that is not stored: ${sha256}.`, {
          where: 'body.checkpoint.sha256',
          remedy: `Upload it first: PUT /api/v1/blobs/${sha256}.`
        });
      }
      files.push({ sha256, size, path: RUN_MODEL.checkpoint });
    }
    await artifacts.replace({ kind: 'run', run_id }, [RUN_MODEL.bundle, CHECKPOINT_FOLDER], files);
  }

  /**
   * Registers a bundle: the one that is given, else the one that the run has stored.
   *
   * @throws as `Registry.createVersion`; NotFoundError for the run; InvalidStateError when the run has stored none or is
   * deleted.
   */
  async createVersion(name: string, { files, ...request }: NewModelVersion): Promise<ModelVersion> {
    return this.#options.registry.createVersion(name, {
      ...request,
      files: files ?? (await this.#bundleOf(request.run_id))
    });
  }

  async #bundleOf(run_id: string | null): Promise<BundleFile[]> {
    if (run_id === null) {
      throw new InvalidRequestError('Neither the files of a bundle nor a run that has stored one were named.', {
        where: 'body.run_id',
        remedy: 'Name the run in run_id, or give files.'
      });
    }
    await this.#refuseDeleted(run_id);
    const artifacts = await this.#options.artifacts.all({ kind: 'run', run_id });
    const files = artifacts
      .filter(({ path }) => path.startsWith(INSIDE))
      .map(({ path, sha256, size }) => ({ path: path.slice(INSIDE.length), sha256, size }));
    if (files.length > 0) {
      return files;
    }
    const hasCheckpoint = artifacts.some(({ path }) => path === RUN_MODEL.checkpoint);
    throw new InvalidStateError(
      hasCheckpoint
        ? `The model of the run ${run_id} could not be exported to ONNX: only its checkpoint is stored.`
        : `The run ${run_id} has no stored model.`,
      {
        where: 'body.run_id',
        remedy: hasCheckpoint
          ? 'Replace the layers that cannot be exported; slip.register of the trained model names them.'
          : 'Models are stored when slip.fit ends inside of a run.'
      }
    );
  }

  async #refuseDeleted(run_id: string): Promise<void> {
    const run = await this.#options.store.reads
      .selectFrom('run')
      .where('uuid', '=', run_id)
      .select('life')
      .executeTakeFirst();
    if (run === undefined) {
      throw unknownRun(run_id);
    }
    if (run.life !== 0) {
      throw deletedRun(run_id);
    }
  }
}
