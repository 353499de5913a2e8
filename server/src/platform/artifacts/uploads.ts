import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { InvalidRequestError, InvalidStateError, NotFoundError, SlipwayError } from '../errors.js';
import type { Store } from '../store/store.js';
import type { BlobStore } from './blob-store.js';

/** As in S3, so that a client's choice of parts works with both. */
export const MOST_PARTS = 10_000;

/** What a client holds of a part that has arrived: the number it gave, and the hash that it was answered. */
export interface ReceivedPart {
  readonly number: number;
  readonly sha256: string;
}

/**
 * Uploads in parts. Parts are blobs in their own right, so that they may come through several servers and in any order;
 * what is never completed is swept like every blob that nothing refers to.
 */
export class Uploads {
  readonly #store: Store;
  readonly #blobs: BlobStore;
  readonly #key: Buffer;

  /** @param master secret text, the same for all servers of a database. */
  constructor(store: Store, blobs: BlobStore, master: string) {
    this.#store = store;
    this.#blobs = blobs;
    this.#key = Buffer.from(hkdfSync('sha256', master, '', 'slipway part uploads', 32));
  }

  /** @param location where the complete file will be stored, in the words of the caller. @returns the upload's id. */
  async begin(location: string): Promise<string> {
    const id = randomBytes(16).toString('hex');
    await this.#store.writes.insertInto('upload').values({ id, location, created_at: Date.now() }).execute();
    return id;
  }

  /** Allows to send parts of this one upload and nothing else, so that no password has to go with each of them. */
  passOf(id: string): string {
    return createHmac('sha256', this.#key).update(id).digest('base64url');
  }

  /** @throws SlipwayError unless it is the pass of this upload. */
  check(id: string, pass: string): void {
    const [given, expected] = [Buffer.from(pass), Buffer.from(this.passOf(id))];
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new SlipwayError('UNAUTHENTICATED', `This part does not carry the pass of the upload ${id}.`, {
        remedy: 'Send the headers that came with the address of the part.'
      });
    }
  }

  /** Takes a part in; the same number again replaces it. @throws NotFoundError, InvalidRequestError */
  async receive(id: string, number: number, content: AsyncIterable<Uint8Array>): Promise<ReceivedPart> {
    if (!Number.isInteger(number) || number < 1 || number > MOST_PARTS) {
      throw new InvalidRequestError(`Parts are numbered from 1 to ${MOST_PARTS}, not '${number}'.`);
    }
    await this.#known(id);
    const { sha256, size } = await this.#blobs.put(content);
    await this.#store.writes
      .insertInto('upload_part')
      .values({ upload: id, number, sha256, size })
      .onConflict(conflict => conflict.columns(['upload', 'number']).doUpdateSet({ sha256, size }))
      .execute();
    return { number, sha256 };
  }

  /**
   * The parts one after the other, for the code that stores the complete file; `finish` is called when that is done.
   *
   * @throws NotFoundError when the upload was begun for another place, InvalidStateError for a part that has not arrived.
   */
  async content(id: string, location: string, parts: readonly ReceivedPart[]): Promise<AsyncIterable<Uint8Array>> {
    if ((await this.#known(id)).location !== location) {
      throw unknownUpload(id);
    }
    const stored = await this.#store.reads
      .selectFrom('upload_part')
      .where('upload', '=', id)
      .select(['number', 'sha256'])
      .execute();
    const arrived = new Map(stored.map(part => [part.number, part.sha256]));
    const missing = parts.find(part => arrived.get(part.number) !== part.sha256);
    if (missing !== undefined || parts.length === 0) {
      throw new InvalidStateError(
        missing === undefined
          ? `The upload ${id} has no parts.`
          : `Part ${missing.number} of the upload ${id} has not arrived with the hash ${missing.sha256}.`,
        { remedy: 'Send the part again, then complete the upload.' }
      );
    }
    return this.#together([...parts].sort((a, b) => a.number - b.number));
  }

  /** Forgets the upload, whether it was completed or given up. */
  async finish(id: string): Promise<void> {
    await this.#store.writes.transaction().execute(async transaction => {
      await transaction.deleteFrom('upload_part').where('upload', '=', id).execute();
      await transaction.deleteFrom('upload').where('id', '=', id).execute();
    });
  }

  async *#together(parts: readonly ReceivedPart[]): AsyncGenerator<Uint8Array> {
    for (const { sha256 } of parts) {
      yield* (await this.#blobs.open(sha256)).stream as AsyncIterable<Uint8Array>;
    }
  }

  async #known(id: string): Promise<{ location: string }> {
    const upload = await this.#store.reads
      .selectFrom('upload')
      .where('id', '=', id)
      .select('location')
      .executeTakeFirst();
    if (upload === undefined) {
      throw unknownUpload(id);
    }
    return upload;
  }
}

function unknownUpload(id: string): NotFoundError {
  return new NotFoundError(`There is no upload ${id} for this location.`, { remedy: 'Start the upload again.' });
}
