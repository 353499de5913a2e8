import { constants } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { NotFoundError } from '../errors.js';
import type { ByteRange, OpenedBlob } from './blob-store.js';

const NO_FOLLOW = (constants.O_NOFOLLOW as number | undefined) ?? 0;

export interface TrustedEntry {
  readonly name: string;
  readonly directory: boolean;
  /** Bytes; null for a directory. */
  readonly size: number | null;
}

/**
 * A folder that the operator named as the place of artifacts (`--default-artifact-root`), which clients
 * write to by themselves, as with `mlflow server`. Reading stays inside of it, whatever names and links say.
 */
export class TrustedFolder {
  /** As a file URI or a path, in the form in which clients are told of it. */
  readonly uri: string;
  readonly #root: string;

  constructor(uri: string) {
    this.uri = uri.replace(/\/+$/, '');
    this.#root = path.resolve(uri.startsWith('file:') ? fileURLToPath(uri) : uri);
  }

  /** The part of a location below this folder; undefined when it is elsewhere. */
  below(location: string): string | undefined {
    return location.startsWith(`${this.uri}/`) ? location.slice(this.uri.length + 1) : undefined;
  }

  /** The direct children of a folder; nothing when there is no such folder. Links are left out. */
  async list(folder: string): Promise<TrustedEntry[]> {
    const place = await this.#inside(folder);
    if (place === undefined) {
      return [];
    }
    const entries = await readdir(place, { withFileTypes: true }).catch(() => []);
    const known = entries.filter(entry => entry.isFile() || entry.isDirectory());
    return Promise.all(
      known.map(async entry => {
        const size = entry.isFile() ? (await stat(path.join(place, entry.name))).size : null;
        return { name: entry.name, directory: size === null, size };
      })
    );
  }

  /** Bytes of a file; undefined when there is no such file. */
  async size(file: string): Promise<number | undefined> {
    const place = await this.#inside(file);
    const stats = place === undefined ? undefined : await stat(place).catch(() => undefined);
    return stats?.isFile() === true ? stats.size : undefined;
  }

  /** @throws NotFoundError */
  async open(file: string, range?: ByteRange): Promise<OpenedBlob> {
    const place = await this.#inside(file);
    if (place === undefined) {
      throw new NotFoundError(`There is no artifact ${file}.`);
    }
    const handle = await open(place, constants.O_RDONLY | NO_FOLLOW);
    const stats = await handle.stat();
    if (!stats.isFile() || stats.nlink > 1) {
      // A second name of a file outside would give that file away.
      await handle.close();
      throw new NotFoundError(`There is no artifact ${file}.`);
    }
    return { size: stats.size, stream: handle.createReadStream(range ?? {}) };
  }

  /** The place with every link resolved, if it is one in this folder. */
  async #inside(relative: string): Promise<string | undefined> {
    try {
      const root = await realpath(this.#root);
      const place = await realpath(path.join(root, relative));
      return place === root || place.startsWith(root + path.sep) ? place : undefined;
    } catch {
      return undefined;
    }
  }
}
