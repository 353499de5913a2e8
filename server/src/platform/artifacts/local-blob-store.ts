import { constants, type Stats } from 'node:fs';
import { mkdir, open, rename, unlink, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream';
import { ArrivingFiles } from './arriving-file.js';
import {
  nameOfBlob,
  unknownBlob,
  type BlobStore,
  type ByteRange,
  type OpenedBlob,
  type PutOptions,
  type StoredBlob
} from './blob-store.js';
import { verify, VerifiedContent } from './verified-content.js';

/** Windows has no such flag: there `lstat` semantics are those of the file system. */
const NO_FOLLOW = (constants.O_NOFOLLOW as number | undefined) ?? 0;

/** Blobs in a local folder: `ab/cdef…`, written to a temporary name and renamed when complete. */
export class LocalBlobStore implements BlobStore {
  readonly #root: string;
  readonly #arriving: ArrivingFiles;

  private constructor(root: string, arriving: ArrivingFiles) {
    this.#root = root;
    this.#arriving = arriving;
  }

  static async open(root: string): Promise<LocalBlobStore> {
    const folder = path.resolve(root);
    return new LocalBlobStore(folder, await ArrivingFiles.open(path.join(folder, 'incoming')));
  }

  put(content: AsyncIterable<Uint8Array>, options: PutOptions = {}): Promise<StoredBlob> {
    return this.#arriving.receive(content, options, async ({ path: arrived, sha256, size }) => {
      const existed = (await this.size(sha256)) === size;
      if (!existed) {
        await this.#place(arrived, sha256);
      }
      return { sha256, size, existed };
    });
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
      return verify(sha256, await handle.readFile());
    } finally {
      await handle.close();
    }
  }

  async open(sha256: string, range?: ByteRange): Promise<OpenedBlob> {
    const { handle, stats } = await this.#existing(sha256);
    if (range !== undefined) {
      return { size: stats.size, stream: handle.createReadStream({ start: range.start, end: range.end }) };
    }
    // The reader gets the failure; nobody else needs it.
    const stream = pipeline(handle.createReadStream(), new VerifiedContent(sha256), () => undefined);
    return { size: stats.size, stream };
  }

  async remove(sha256: string): Promise<void> {
    try {
      await unlink(this.#fileOf(sha256));
    } catch (error) {
      if (!isAbsent(error)) {
        throw error;
      }
    }
  }

  async #existing(sha256: string): Promise<{ handle: FileHandle; stats: Stats }> {
    const opened = await this.#openFile(sha256);
    if (opened === undefined) {
      throw unknownBlob(sha256);
    }
    return opened;
  }

  /** Only plain files: a link that somebody put here is not followed. */
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

  async #place(arrived: string, sha256: string): Promise<void> {
    const file = this.#fileOf(sha256);
    const folder = path.dirname(file);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await rename(arrived, file);
    await syncFolder(folder);
  }

  #fileOf(sha256: string): string {
    return path.join(this.#root, nameOfBlob(sha256));
  }
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
