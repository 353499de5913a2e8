import type { BlobQuota } from './blob-quota.js';
import type { Store } from '../store/store.js';
import type { BlobStore, ByteRange, OpenedBlob, PutOptions, StoredBlob } from './blob-store.js';

/**
 * A blob store whose blobs are counted in the database. A blob gets its row before its bytes get their name: the sweep
 * holds that row while it deletes the bytes, so that an upload of the same bytes waits, and then stores them
 * again.
 */
export class KeptBlobs implements BlobStore {
  readonly #store: Store;
  readonly #blobs: BlobStore;
  readonly #quota: BlobQuota | undefined;

  /** @param quota absent: limited by the disk. */
  constructor(store: Store, blobs: BlobStore, quota?: BlobQuota) {
    this.#store = store;
    this.#blobs = blobs;
    this.#quota = quota;
  }

  /** @throws TooLargeError also when the quota is used up. */
  async put(content: AsyncIterable<Uint8Array>, options: PutOptions = {}): Promise<StoredBlob> {
    const limit = Math.min(options.limit ?? Infinity, (await this.#quota?.room()) ?? Infinity);
    const stored = await this.#blobs.put(content, {
      ...options,
      limit,
      claim: async (sha256, size) => {
        const now = Date.now();
        await this.#store.writes
          .insertInto('blob')
          .values({ sha256, size, created_at: now, claimed_at: now })
          .onConflict(conflict => conflict.column('sha256').doUpdateSet({ claimed_at: now }))
          .execute();
        await options.claim?.(sha256, size);
      }
    });
    this.#quota?.stored(stored.existed ? 0 : stored.size);
    return stored;
  }

  size(sha256: string): Promise<number | undefined> {
    return this.#blobs.size(sha256);
  }

  read(sha256: string): Promise<Buffer> {
    return this.#blobs.read(sha256);
  }

  open(sha256: string, range?: ByteRange): Promise<OpenedBlob> {
    return this.#blobs.open(sha256, range);
  }

  remove(sha256: string): Promise<void> {
    return this.#blobs.remove(sha256);
  }
}
