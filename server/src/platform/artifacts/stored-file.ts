import { type BlobStore, type ByteRange, type OpenedBlob, unknownBlob } from './blob-store.js';

/** A file whose bytes are not yet asked for. */
export interface StoredFile {
  /** Another one when the content is another: its hash, where that is known. */
  readonly tag: string;
  /** Bytes. */
  readonly size: number;
  /** @throws what `BlobStore.open` throws. */
  open(range?: ByteRange): Promise<OpenedBlob>;
}

/** @throws NotFoundError */
export async function storedFile(blobs: BlobStore, sha256: string): Promise<StoredFile> {
  const size = await blobs.size(sha256);
  if (size === undefined) {
    throw unknownBlob(sha256);
  }
  return { tag: sha256, size, open: range => blobs.open(sha256, range) };
}
