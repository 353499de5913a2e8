import type { BlobStore, PutOptions, StoredBlob } from './blob-store.js';
import type { Store } from '../store/store.js';

/** Stores bytes, and keeps count of them in the database. Same errors as `BlobStore.put`. */
export async function putCounted(
  store: Store,
  blobs: BlobStore,
  content: AsyncIterable<Uint8Array>,
  options?: PutOptions
): Promise<StoredBlob> {
  const stored = await blobs.put(content, options);
  if (!stored.existed) {
    await store.writes
      .insertInto('blob')
      .values({ sha256: stored.sha256, size: stored.size, created_at: Date.now() })
      .onConflict(conflict => conflict.doNothing())
      .execute();
  }
  return stored;
}
