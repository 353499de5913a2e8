import { RelativePath } from '@slipway/contract';
import { InvalidRequestError, InvalidStateError, NotFoundError } from '../errors.js';
import type { EventLog } from '../events/event-log.js';
import type { Store } from '../store/store.js';
import type { BlobStore } from './blob-store.js';
import type { StoredFile } from './stored-file.js';
import type { TrustedFolder } from './trusted-folder.js';
import { unknownRun } from '../tracking-errors.js';

/** Whose artifacts. */
export type ArtifactOwner =
  | { readonly kind: 'run'; readonly run_id: string }
  | { readonly kind: 'logged-model'; readonly model_id: string }
  /** Read only: a bundle is what its digest says. */
  | { readonly kind: 'bundle'; readonly digest: string };

export interface ArtifactEntry {
  /** Relative to the owner's root. */
  readonly path: string;
  readonly directory: boolean;
  /** Bytes; null for a directory. */
  readonly size: number | null;
}

interface StoredArtifact {
  readonly path: string;
  readonly sha256: string;
  readonly size: number;
}

type KnownOwner =
  | { readonly kind: 'run'; readonly run: number; readonly run_id: string; readonly exp: number }
  | { readonly kind: 'logged-model'; readonly model: string };

/** Artifacts by owner and relative name. The names are rows of the database, never names in the file system. */
export class Artifacts {
  readonly #store: Store;
  readonly #blobs: BlobStore;
  readonly #events: EventLog;
  readonly #trusted: TrustedFolder | undefined;

  /** @param trusted where clients may have written files of runs by themselves. */
  constructor(store: Store, blobs: BlobStore, events: EventLog, trusted?: TrustedFolder) {
    this.#store = store;
    this.#blobs = blobs;
    this.#events = events;
    this.#trusted = trusted;
  }

  /** Stores a stream under a name; a name that is taken gets the new content. @throws NotFoundError for the owner. */
  async put(owner: ArtifactOwner, path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    checkPath(path);
    const id = await this.#idOf(owner);
    await this.#name(id, path, await this.#blobs.put(content));
  }

  /** Names a blob that was uploaded before. @throws NotFoundError for the owner; InvalidRequestError for the blob. */
  async attach(owner: ArtifactOwner, path: string, sha256: string): Promise<void> {
    checkPath(path);
    const id = await this.#idOf(owner);
    const size = await this.#blobs.size(sha256);
    if (size === undefined) {
      throw new InvalidRequestError(`The artifact ${path} names a blob that is not stored: ${sha256}.`, {
        where: 'body.sha256',
        remedy: `Upload it first: PUT /api/v1/blobs/${sha256}.`
      });
    }
    await this.#name(id, path, { sha256, size });
  }

  /** @throws NotFoundError */
  async open(owner: ArtifactOwner, path: string): Promise<StoredFile> {
    checkPath(path);
    const file = (await this.#files(owner)).find(each => each.path === path);
    if (file !== undefined) {
      return { tag: file.sha256, size: file.size, open: range => this.#blobs.open(file.sha256, range) };
    }
    const outside = await this.#trustedPlace(owner);
    const place = outside === undefined ? '' : `${outside.place}/${path}`;
    const size = await outside?.folder.size(place);
    if (outside === undefined || size === undefined) {
      throw new NotFoundError(`There is no artifact ${path}.`);
    }
    return { tag: `${size}-${place}`, size, open: range => outside.folder.open(place, range) };
  }

  /** What lies directly in a folder, by name; the file itself when the path names one. @param folder '' is the root. */
  async list(owner: ArtifactOwner, folder: string): Promise<ArtifactEntry[]> {
    if (folder !== '') {
      checkPath(folder);
    }
    const prefix = folder === '' ? '' : `${folder}/`;
    const entries = new Map<string, ArtifactEntry>();
    for (const file of await this.#files(owner)) {
      if (!file.path.startsWith(prefix)) {
        continue;
      }
      const [name = '', ...below] = file.path.slice(prefix.length).split('/');
      const path = prefix + name;
      entries.set(path, { path, directory: below.length > 0, size: below.length > 0 ? null : file.size });
    }
    const outside = await this.#trustedPlace(owner);
    for (const { name, ...entry } of (await outside?.folder.list(`${outside.place}/${folder}`)) ?? []) {
      const path = prefix + name;
      entries.set(path, entries.get(path) ?? { path, ...entry });
    }
    return [...entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** Deletes a file, or a folder with everything in it; nothing when there is neither. */
  async delete(owner: ArtifactOwner, path: string): Promise<void> {
    checkPath(path);
    const id = await this.#idOf(owner);
    const gone = (await this.#files(owner))
      .map(file => file.path)
      .filter(each => each === path || each.startsWith(`${path}/`));
    await this.#store.writes.transaction().execute(async transaction => {
      for (const each of gone) {
        if (id.kind === 'run') {
          await transaction.deleteFrom('run_artifact').where('run', '=', id.run).where('path', '=', each).execute();
        } else {
          await transaction
            .deleteFrom('logged_model_artifact')
            .where('model', '=', id.model)
            .where('path', '=', each)
            .execute();
        }
      }
    });
  }

  /** Where a run's client writes by itself, when whoever started the server trusts that place. */
  async #trustedPlace(owner: ArtifactOwner): Promise<{ folder: TrustedFolder; place: string } | undefined> {
    if (this.#trusted === undefined || owner.kind !== 'run') {
      return undefined;
    }
    const experiment = await this.#store.reads
      .selectFrom('run')
      .innerJoin('experiment', 'experiment.id', 'run.exp')
      .where('run.uuid', '=', owner.run_id)
      .select('experiment.artifact_location')
      .executeTakeFirst();
    const place = this.#trusted.below(`${experiment?.artifact_location ?? ''}/${owner.run_id}/artifacts`);
    return place === undefined ? undefined : { folder: this.#trusted, place };
  }

  async #files(owner: ArtifactOwner): Promise<StoredArtifact[]> {
    if (owner.kind === 'bundle') {
      return this.#filesOfBundle(owner.digest);
    }
    const id = await this.#idOf(owner);
    return id.kind === 'run'
      ? this.#store.reads
          .selectFrom('run_artifact')
          .where('run', '=', id.run)
          .select(['path', 'sha256', 'size'])
          .execute()
      : this.#store.reads
          .selectFrom('logged_model_artifact')
          .where('model', '=', id.model)
          .select(['path', 'sha256', 'size'])
          .execute();
  }

  async #filesOfBundle(digest: string): Promise<StoredArtifact[]> {
    const files = await this.#store.reads
      .selectFrom('bundle_file')
      .where('digest', '=', digest)
      .select(['path', 'sha256', 'size'])
      .execute();
    if (files.length === 0) {
      throw new NotFoundError(`There is no bundle with the digest ${digest}.`);
    }
    return files;
  }

  async #name(owner: KnownOwner, path: string, blob: { sha256: string; size: number }): Promise<void> {
    const { sha256, size } = blob;
    const created_at = Date.now();
    const stored = { path, sha256, size, created_at };
    if (owner.kind === 'run') {
      await this.#store.writes
        .insertInto('run_artifact')
        .values({ ...stored, run: owner.run })
        .onConflict(conflict => conflict.columns(['run', 'path']).doUpdateSet({ sha256, size, created_at }))
        .execute();
      this.#events.publish({ type: 'run.changed', run_id: owner.run_id, experiment_id: String(owner.exp) });
    } else {
      await this.#store.writes
        .insertInto('logged_model_artifact')
        .values({ ...stored, model: owner.model })
        .onConflict(conflict => conflict.columns(['model', 'path']).doUpdateSet({ sha256, size, created_at }))
        .execute();
    }
  }

  async #idOf(owner: ArtifactOwner): Promise<KnownOwner> {
    if (owner.kind === 'run') {
      const run = await this.#store.reads
        .selectFrom('run')
        .where('uuid', '=', owner.run_id)
        .select(['id', 'exp'])
        .executeTakeFirst();
      if (run === undefined) {
        throw unknownRun(owner.run_id);
      }
      return { kind: 'run', run: run.id, run_id: owner.run_id, exp: run.exp };
    }
    if (owner.kind === 'bundle') {
      throw new InvalidStateError('The files of a bundle never change.', { remedy: 'Register a new version.' });
    }
    const model = await this.#store.reads
      .selectFrom('logged_model')
      .where('id', '=', owner.model_id)
      .select('id')
      .executeTakeFirst();
    if (model === undefined) {
      throw new NotFoundError(`Logged model with ID '${owner.model_id}' not found.`);
    }
    return { kind: 'logged-model', model: model.id };
  }
}

function checkPath(path: string): void {
  if (!RelativePath.safeParse(path).success) {
    throw new InvalidRequestError('Invalid path', { where: 'path', remedy: 'Use a relative path without . or ..' });
  }
}
