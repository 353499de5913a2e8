import { RelativePath } from '@slipway/contract';
import type { Kysely } from 'kysely';
import { InvalidRequestError, InvalidStateError, NotFoundError } from '../errors.js';
import type { EventLog } from '../events/event-log.js';
import {
  artifactAt,
  artifactInTheWay,
  artifactRows,
  deleteArtifactRows,
  putArtifactRow,
  type ArtifactRow,
  type ArtifactRowsOf
} from '../store/artifact-rows.js';
import type { Store } from '../store/store.js';
import type { Tables } from '../store/tables.js';
import type { BlobStore } from './blob-store.js';
import type { StoredFile } from './stored-file.js';
import type { TrustedFolder } from './trusted-folder.js';
import { unknownRun } from '../tracking-errors.js';

/** The owner of the artifacts. */
export type ArtifactOwner =
  | { readonly kind: 'run'; readonly run_id: string }
  | { readonly kind: 'logged-model'; readonly model_id: string }
  /** Read only: a bundle is what its digest says. */
  | { readonly kind: 'bundle'; readonly digest: string }
  /** Of nobody: any path beside those of the others. */
  | { readonly kind: 'shared' };

export interface ArtifactEntry {
  /** Relative to the owner's root. */
  readonly path: string;
  readonly directory: boolean;
  /** Bytes; null for a directory. */
  readonly size: number | null;
}

/** Rows of an owner; of a run also how live events name it. */
type KnownOwner = ArtifactRowsOf & { readonly run_id?: string; readonly exp?: number };

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

  /**
   * Stores a stream under a name; a name that is taken gets the new content.
   *
   * @throws NotFoundError for the owner.
   * @throws InvalidStateError when the name is that of a folder, or a part of it that of a file.
   */
  async put(owner: ArtifactOwner, path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    checkArtifactPath(path);
    const rows = await this.#rowsOf(owner);
    await refuseInTheWay(this.#store.reads, rows, path);
    await this.#name(rows, path, await this.#blobs.put(content));
  }

  /**
   * Names a blob that was uploaded before.
   *
   * @throws NotFoundError for the owner; InvalidRequestError for the blob; InvalidStateError as for `put`.
   */
  async attach(owner: ArtifactOwner, path: string, sha256: string): Promise<void> {
    checkArtifactPath(path);
    const rows = await this.#rowsOf(owner);
    const size = await this.#blobs.size(sha256);
    if (size === undefined) {
      throw new InvalidRequestError(`The artifact ${path} names a blob that is not stored: ${sha256}.`, {
        where: 'body.sha256',
        remedy: `Upload it first: PUT /api/v1/blobs/${sha256}.`
      });
    }
    await this.#name(rows, path, { sha256, size });
  }

  /**
   * Names blobs, of which the caller knows that they are stored, at once, instead of everything in `folders`.
   *
   * @throws NotFoundError for the owner; InvalidStateError as for `put`.
   */
  async replace(owner: ArtifactOwner, folders: readonly string[], files: readonly ArtifactRow[]): Promise<void> {
    files.forEach(({ path }) => checkArtifactPath(path));
    const rows = await this.#rowsOf(owner);
    await this.#store.writes.transaction().execute(async db => {
      for (const folder of folders) {
        await deleteArtifactRows(db, rows, folder);
      }
      for (const file of files) {
        await refuseInTheWay(db, rows, file.path);
        await putArtifactRow(db, rows, file);
      }
    });
    this.#changed(rows);
  }

  /** All files of an owner, by path. */
  async all(owner: ArtifactOwner): Promise<readonly ArtifactRow[]> {
    return (await this.#files(owner)).toSorted((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** @throws NotFoundError */
  async open(owner: ArtifactOwner, path: string): Promise<StoredFile> {
    checkArtifactPath(path);
    const file = await this.#file(owner, path);
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

  /** The direct children of a folder, by name; the file itself when the path names one. @param folder '' is the root. */
  async list(owner: ArtifactOwner, folder: string): Promise<ArtifactEntry[]> {
    if (folder !== '') {
      checkArtifactPath(folder);
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
    checkArtifactPath(path);
    await deleteArtifactRows(this.#store.writes, await this.#rowsOf(owner), path);
  }

  /** A location inside the folder that the operator named for artifacts, where clients write by themselves. */
  isTrusted(location: string): boolean {
    return this.#trusted?.below(location) !== undefined;
  }

  /** Where a run's client writes by itself, when the operator trusts that place. */
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

  async #files(owner: ArtifactOwner): Promise<ArtifactRow[]> {
    return owner.kind === 'bundle'
      ? this.#filesOfBundle(owner.digest)
      : artifactRows(this.#store.reads, await this.#rowsOf(owner));
  }

  async #file(owner: ArtifactOwner, path: string): Promise<ArtifactRow | undefined> {
    return owner.kind === 'bundle'
      ? (await this.#filesOfBundle(owner.digest)).find(each => each.path === path)
      : artifactAt(this.#store.reads, await this.#rowsOf(owner), path);
  }

  async #filesOfBundle(digest: string): Promise<ArtifactRow[]> {
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

  async #name(rows: KnownOwner, path: string, { sha256, size }: Omit<ArtifactRow, 'path'>): Promise<void> {
    await this.#store.writes.transaction().execute(async db => {
      await refuseInTheWay(db, rows, path);
      await putArtifactRow(db, rows, { path, sha256, size });
    });
    this.#changed(rows);
  }

  #changed({ run_id, exp }: KnownOwner): void {
    if (run_id !== undefined) {
      this.#events.publish({ type: 'run.changed', run_id, experiment_id: String(exp) });
    }
  }

  /** @throws NotFoundError, and InvalidStateError for a bundle. */
  async #rowsOf(owner: ArtifactOwner): Promise<KnownOwner> {
    switch (owner.kind) {
      case 'run': {
        const run = await this.#store.reads
          .selectFrom('run')
          .where('uuid', '=', owner.run_id)
          .select(['id', 'exp'])
          .executeTakeFirst();
        if (run === undefined) {
          throw unknownRun(owner.run_id);
        }
        return { table: 'run_artifact', run: run.id, run_id: owner.run_id, exp: run.exp };
      }
      case 'logged-model': {
        const model = await this.#store.reads
          .selectFrom('logged_model')
          .where('id', '=', owner.model_id)
          .select('id')
          .executeTakeFirst();
        if (model === undefined) {
          throw new NotFoundError(`Logged model with ID '${owner.model_id}' not found.`);
        }
        return { table: 'logged_model_artifact', model: model.id };
      }
      case 'shared':
        return { table: 'shared_artifact' };
      case 'bundle':
        throw new InvalidStateError('The files of a bundle never change.', { remedy: 'Register a new version.' });
    }
  }
}

/** @throws InvalidStateError when a file of the owner is where a folder should be, or the other way round. */
export async function refuseInTheWay(db: Kysely<Tables>, rows: ArtifactRowsOf, path: string): Promise<void> {
  const other = await artifactInTheWay(db, rows, path);
  if (other !== undefined) {
    const isFolder = other.startsWith(`${path}/`);
    throw new InvalidStateError(
      isFolder ? `'${path}' is a folder: it has the file '${other}' in it.` : `'${other}' is a file, not a folder.`,
      { where: 'path', remedy: 'Use another name, or delete what is there.' }
    );
  }
}

/** @throws InvalidRequestError for a path that leads out of its folder. */
export function checkArtifactPath(path: string): void {
  if (!RelativePath.safeParse(path).success) {
    throw new InvalidRequestError('Invalid path', { where: 'path', remedy: 'Use a relative path without . or ..' });
  }
}
