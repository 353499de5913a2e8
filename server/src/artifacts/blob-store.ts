import { createHash, randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { mkdir, open, rename, unlink, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { DigestMismatchError, InvalidRequestError, NotFoundError, TooLargeError } from '../errors.js';

export interface StoredBlob {
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** The same bytes were there before. */
  readonly existed: boolean;
}

export interface PutOptions {
  /** What the bytes must hash to; without it they are stored under what they hash to. */
  readonly sha256?: string;
  /** Bytes; more is refused before it fills the disk. */
  readonly limit?: number;
}

/** Bytes by their SHA-256. The only names here are hashes: no caller ever says where something lies. */
export interface BlobStore {
  /**
   * Stores a stream. When it resolves, the bytes are on the disk.
   *
   * @throws DigestMismatchError, TooLargeError; nothing is stored then.
   */
  put(content: AsyncIterable<Uint8Array>, options?: PutOptions): Promise<StoredBlob>;
  /** Size in bytes, or undefined when it is not here. */
  size(sha256: string): Promise<number | undefined>;
  /** @throws NotFoundError when it is not here. */
  read(sha256: string): Promise<Buffer>;
  /** @throws NotFoundError when it is not here. */
  open(sha256: string): Promise<{ readonly size: number; readonly stream: Readable }>;
}

const NAME = /^[0-9a-f]{64}$/;
/** Windows has no such flag: there `lstat` semantics are those of the file system. */
const NO_FOLLOW = (constants.O_NOFOLLOW as number | undefined) ?? 0;

/** Blobs in a local folder: `ab/cdef…`, written to a temporary name and renamed when complete. */
export class LocalBlobStore implements BlobStore {
  readonly #root: string;
  readonly #incoming: string;

  private constructor(root: string) {
    this.#root = root;
    this.#incoming = path.join(root, 'incoming');
  }

  static async open(root: string): Promise<LocalBlobStore> {
    const store = new LocalBlobStore(path.resolve(root));
    await mkdir(store.#incoming, { recursive: true, mode: 0o700 });
    return store;
  }

  async put(content: AsyncIterable<Uint8Array>, options: PutOptions = {}): Promise<StoredBlob> {
    const temporary = path.join(this.#incoming, randomBytes(12).toString('hex'));
    const handle = await open(temporary, 'wx', 0o600);
    try {
      const { sha256, size } = await writeAll(handle, content, options.limit);
      if (options.sha256 !== undefined && options.sha256 !== sha256) {
        throw new DigestMismatchError(`The ${size} bytes that arrived hash to ${sha256}, not to ${options.sha256}.`, {
          remedy: 'Send the file again; if it happens again, compute its SHA-256 anew.'
        });
      }
      const existed = (await this.size(sha256)) === size;
      if (existed) {
        await unlink(temporary);
      } else {
        await handle.sync();
        await this.#place(temporary, sha256);
      }
      return { sha256, size, existed };
    } catch (error) {
      await unlink(temporary).catch(() => undefined);
      throw error;
    } finally {
      await handle.close();
    }
  }

  async size(sha256: string): Promise<number | undefined> {
    const opened = await this.#openFile(sha256);
    if (opened === undefined) {
      return undefined;
    }
    await opened.handle.close();
    return opened.stats.size;
  }

  async read(sha256: string): Promise<Buffer> {
    const { handle } = await this.#existing(sha256);
    try {
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  }

  async open(sha256: string): Promise<{ readonly size: number; readonly stream: Readable }> {
    const { handle, stats } = await this.#existing(sha256);
    return { size: stats.size, stream: handle.createReadStream() };
  }

  async #existing(sha256: string): Promise<{ handle: FileHandle; stats: Stats }> {
    const opened = await this.#openFile(sha256);
    if (opened === undefined) {
      throw new NotFoundError(`No blob with the SHA-256 ${sha256} is stored.`, { remedy: 'Upload it first.' });
    }
    return opened;
  }

  /** Only plain files: a link that somebody laid here is not followed. */
  async #openFile(sha256: string): Promise<{ handle: FileHandle; stats: Stats } | undefined> {
    const file = this.#fileOf(sha256);
    let handle: FileHandle;
    try {
      handle = await open(file, constants.O_RDONLY | NO_FOLLOW);
    } catch (error) {
      if (isAbsent(error)) {
        return undefined;
      }
      throw error;
    }
    const stats = await handle.stat();
    if (!stats.isFile()) {
      await handle.close();
      return undefined;
    }
    return { handle, stats };
  }

  async #place(temporary: string, sha256: string): Promise<void> {
    const file = this.#fileOf(sha256);
    const folder = path.dirname(file);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await rename(temporary, file);
    await syncFolder(folder);
  }

  #fileOf(sha256: string): string {
    if (!NAME.test(sha256)) {
      throw new InvalidRequestError('A blob is named by 64 lower-case hexadecimal characters.');
    }
    return path.join(this.#root, sha256.slice(0, 2), sha256.slice(2));
  }
}

async function writeAll(
  handle: FileHandle,
  content: AsyncIterable<Uint8Array>,
  limit = Infinity
): Promise<{ sha256: string; size: number }> {
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
  return { sha256: hash.digest('hex'), size };
}

/** So that the new name survives a power cut; Windows cannot open a folder and does not need it. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') {
    return;
  }
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isAbsent(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ELOOP' || code === 'EMLINK';
}
