import { TooLargeError } from '../errors.js';
import type { Store } from '../store/store.js';

/** What was stored since is counted here, so the database is not asked for each file. */
const FRESH_MS = 5000;

/** How much may be stored in all. Files that come at the same time may together go beyond it by what each was allowed. */
export class BlobQuota {
  readonly #store: Store;
  readonly #bytes: number;
  #stored = 0;
  #readAt = -Infinity;

  /** @param bytes of all blobs, each content once. */
  constructor(store: Store, bytes: number) {
    this.#store = store;
    this.#bytes = bytes;
  }

  /** Bytes that a new file may have. @throws TooLargeError when there are none left. */
  async room(): Promise<number> {
    if (performance.now() - this.#readAt > FRESH_MS) {
      const row = await this.#store.reads
        .selectFrom('blob')
        .select(from => from.fn.sum<number | null>('size').as('bytes'))
        .executeTakeFirst();
      this.#stored = Number(row?.bytes ?? 0);
      this.#readAt = performance.now();
    }
    if (this.#stored >= this.#bytes) {
      throw new TooLargeError(`The artifact quota of this server, ${this.#bytes} bytes, is used up.`, {
        remedy:
          'Delete runs that are not needed and run `slipway gc`, or start the server with a larger --artifact-quota.'
      });
    }
    return this.#bytes - this.#stored;
  }

  stored(bytes: number): void {
    this.#stored += bytes;
  }
}
