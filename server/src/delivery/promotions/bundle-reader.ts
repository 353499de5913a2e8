import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import type { Bundle, BundleFile } from '@slipway/contract';
import type { BlobStore } from '../../platform/artifacts/blob-store.js';
import { DigestMismatchError, NotFoundError } from '../../platform/errors.js';
import type { BundleReader } from '../releases/ports.js';

/** Reads a registered bundle out of the blob store. */
export class StoredBundle implements BundleReader {
  readonly digest: string;
  readonly files: readonly BundleFile[];
  readonly #blobs: BlobStore;

  constructor(bundle: Bundle, blobs: BlobStore) {
    this.digest = bundle.digest;
    this.files = bundle.files;
    this.#blobs = blobs;
  }

  async read(name: string): Promise<Buffer> {
    return this.#blobs.read(this.#file(name).sha256);
  }

  async open(name: string): Promise<Readable> {
    const { stream } = await this.#blobs.open(this.#file(name).sha256);
    return stream;
  }

  async copyTo(folder: string): Promise<void> {
    for (const file of this.files) {
      const target = path.join(folder, ...file.path.split('/'));
      if (!(await hasDigest(target, file.sha256))) {
        await this.#copy(file, target);
      }
    }
  }

  #file(name: string): BundleFile {
    const file = this.files.find(each => each.path === name);
    if (file === undefined) {
      throw new NotFoundError(`The bundle ${this.digest.slice(0, 12)} has no file ${name}.`);
    }
    return file;
  }

  async #copy(file: BundleFile, target: string): Promise<void> {
    await mkdir(path.dirname(target), { recursive: true });
    const temporary = `${target}.incoming`;
    const hash = createHash('sha256');
    const handle = await open(temporary, 'w', 0o600);
    try {
      const { stream } = await this.#blobs.open(file.sha256);
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        hash.update(chunk);
        await handle.writeFile(chunk);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (hash.digest('hex') !== file.sha256) {
      throw new DigestMismatchError(`The stored content of ${file.path} is damaged.`, {
        remedy: 'Register the model again from its notebook.'
      });
    }
    await rename(temporary, target);
  }
}

async function hasDigest(file: string, sha256: string): Promise<boolean> {
  try {
    return (
      createHash('sha256')
        .update(await readFile(file))
        .digest('hex') === sha256
    );
  } catch {
    return false;
  }
}
