import type { Kysely } from 'kysely';
import type { Store } from '../store/store.js';
import type { Tables } from '../store/tables.js';
import { BLOB_REFERENCES } from './blob-references.js';
import type { BlobStore } from './blob-store.js';
import { isUnreferenced } from '../store/predicates/registry-predicates.js';

export interface SweepOptions {
  /** Blobs that were uploaded later than this stay, as their name may yet be written. Milliseconds since the epoch. */
  readonly uploadedBefore: number;
  /** Reports what would be deleted, and deletes nothing. */
  readonly dryRun: boolean;
}

export interface SweepResult {
  readonly blobs: number;
  readonly bytes: number;
}

const PAGE = 500;
/** Deleted in one transaction, which other writes wait for. */
const AT_ONCE = 8;

interface Candidate {
  readonly sha256: string;
  readonly size: number;
}

/** Deletes the blobs that nothing refers to. Uploads and everything else may go on meanwhile. */
export async function sweep(store: Store, blobs: BlobStore, options: SweepOptions): Promise<SweepResult> {
  await forgetAbandonedUploads(store, options);
  let swept = { blobs: 0, bytes: 0 };
  let after = '';
  for (;;) {
    const page = await candidates(store.reads, options.uploadedBefore, after);
    const gone = options.dryRun ? page : await takeAway(store, blobs, page, options.uploadedBefore);
    swept = {
      blobs: swept.blobs + gone.length,
      bytes: gone.reduce((sum, { size }) => sum + size, swept.bytes)
    };
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) {
      return swept;
    }
    after = last.sha256;
  }
}

async function forgetAbandonedUploads(store: Store, { uploadedBefore, dryRun }: SweepOptions): Promise<void> {
  if (dryRun) {
    return;
  }
  await store.writes.transaction().execute(async transaction => {
    const old = transaction.selectFrom('upload').where('created_at', '<', uploadedBefore).select('id');
    await transaction.deleteFrom('upload_part').where('upload', 'in', old).execute();
    await transaction.deleteFrom('upload').where('created_at', '<', uploadedBefore).execute();
  });
}

async function candidates(db: Kysely<Tables>, before: number, after: string): Promise<Candidate[]> {
  return db
    .selectFrom('blob')
    .where('sha256', '>', after)
    .where('claimed_at', '<', before)
    .where(isUnreferenced(BLOB_REFERENCES))
    .orderBy('sha256')
    .limit(PAGE)
    .select(['sha256', 'size'])
    .execute();
}

/** What is named only now is not taken: the condition holds in the transaction that takes. */
async function takeAway(
  store: Store,
  blobs: BlobStore,
  found: readonly Candidate[],
  before: number
): Promise<Candidate[]> {
  const gone: Candidate[] = [];
  for (let start = 0; start < found.length; start += AT_ONCE) {
    const batch = found.slice(start, start + AT_ONCE);
    await store.writes.transaction().execute(async transaction => {
      const taken = await transaction
        .deleteFrom('blob')
        .where(
          'sha256',
          'in',
          batch.map(each => each.sha256)
        )
        .where('claimed_at', '<', before)
        .where(isUnreferenced(BLOB_REFERENCES))
        .returning(['sha256', 'size'])
        .execute();
      await Promise.all(taken.map(({ sha256 }) => blobs.remove(sha256)));
      gone.push(...taken);
    });
  }
  return gone;
}
