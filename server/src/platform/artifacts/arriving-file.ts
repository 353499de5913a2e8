import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readdir, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { DigestMismatchError, TooLargeError } from '../errors.js';
import type { PutOptions } from './blob-store.js';

/** What a broken upload left behind is cleared at a start after this. */
const ABANDONED_MS = 24 * 60 * 60 * 1000;

/** Bytes that have arrived completely, under a temporary name. */
export interface ArrivedFile {
  readonly path: string;
  readonly sha256: string;
  readonly size: number;
}

/** Where uploads are stored until they are complete: only then is their name, the hash, known. */
export class ArrivingFiles {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(folder: string): Promise<ArrivingFiles> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const files = new ArrivingFiles(folder);
    await files.#clearAbandoned();
    return files;
  }

  /**
   * Takes a stream in, fsynced, and gives it to `use`; the temporary file is gone afterwards, unless `use` moved it.
   *
   * @throws DigestMismatchError, TooLargeError, and whatever the stream or `use` throws.
   */
  async receive<T>(
    content: AsyncIterable<Uint8Array>,
    options: PutOptions,
    use: (file: ArrivedFile) => Promise<T>
  ): Promise<T> {
    const file = path.join(this.#folder, randomBytes(12).toString('hex'));
    try {
      const arrived = { path: file, ...(await write(file, content, options.limit)) };
      if (options.sha256 !== undefined && options.sha256 !== arrived.sha256) {
        throw new DigestMismatchError(
          `The ${arrived.size} bytes that arrived hash to ${arrived.sha256}, not to ${options.sha256}.`,
          { remedy: 'Send the file again; if it happens again, compute its SHA-256 again.' }
        );
      }
      await options.claim?.(arrived.sha256, arrived.size);
      return await use(arrived);
    } finally {
      await unlink(file).catch(() => undefined);
    }
  }

  async #clearAbandoned(): Promise<void> {
    const before = Date.now() - ABANDONED_MS;
    for (const name of await readdir(this.#folder)) {
      const file = path.join(this.#folder, name);
      const stats = await stat(file).catch(() => undefined);
      if (stats?.isFile() && stats.mtimeMs < before) {
        await unlink(file).catch(() => undefined);
      }
    }
  }
}

async function write(
  file: string,
  content: AsyncIterable<Uint8Array>,
  limit = Infinity
): Promise<{ sha256: string; size: number }> {
  const handle = await open(file, 'wx', 0o600);
  try {
    const hash = createHash('sha256');
    let size = 0;
    for await (const chunk of content) {
      size += chunk.length;
      if (size > limit) {
        throw new TooLargeError(`The file is larger than ${limit} bytes.`);
      }
      hash.update(chunk);
      await handle.writeFile(chunk);
    }
    await handle.sync();
    return { sha256: hash.digest('hex'), size };
  } finally {
    await handle.close();
  }
}
