import type { Readable } from 'node:stream';
import { InvalidRequestError, NotFoundError } from '../errors.js';

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
  /** Called when all bytes have arrived and before they get their name: blobs are counted here. */
  readonly claim?: (sha256: string, size: number) => Promise<void>;
}

/** Offsets in bytes; both ends are included, as in HTTP. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface OpenedBlob {
  /** Bytes of the whole blob. */
  readonly size: number;
  /** The bytes, or those of the range. */
  readonly stream: Readable;
}

/** Bytes by their SHA-256. The only names here are hashes: no caller ever says where something is stored. */
export interface BlobStore {
  /**
   * Stores a stream. When it resolves, the bytes are on the disk.
   *
   * @throws DigestMismatchError, TooLargeError; nothing is stored then.
   */
  put(content: AsyncIterable<Uint8Array>, options?: PutOptions): Promise<StoredBlob>;
  /** Size in bytes, or undefined when it is not here. */
  size(sha256: string): Promise<number | undefined>;
  /** @throws NotFoundError when it is not here, CorruptBlobError when it is no longer what its name says. */
  read(sha256: string): Promise<Buffer>;
  /**
   * Opens it for streaming. A whole blob is hashed on its way, and its last bytes come only when the hash is right: the
   * stream fails with a CorruptBlobError otherwise. A range cannot be checked.
   *
   * @throws NotFoundError when it is not here.
   */
  open(sha256: string, range?: ByteRange): Promise<OpenedBlob>;
  /** Permanently deletes it; does nothing when it is not here. */
  remove(sha256: string): Promise<void>;
}

const NAME = /^[0-9a-f]{64}$/;

/** `ab/cdef…`: no folder then grows beyond what file systems and listings like. @throws InvalidRequestError */
export function nameOfBlob(sha256: string): string {
  if (!NAME.test(sha256)) {
    throw new InvalidRequestError('A blob is named by 64 lower-case hexadecimal characters.');
  }
  return `${sha256.slice(0, 2)}/${sha256.slice(2)}`;
}

export function unknownBlob(sha256: string): NotFoundError {
  return new NotFoundError(`No blob with the SHA-256 ${sha256} is stored.`, { remedy: 'Upload it first.' });
}
