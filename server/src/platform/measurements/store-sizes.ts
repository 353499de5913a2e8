import type { Store } from '../store/store.js';

/** Counting large tables takes milliseconds: more often than this it is not done. */
const FRESH_MS = 10_000;

export interface Sizes {
  readonly database_bytes: number;
  readonly artifact_bytes: number;
  readonly runs: number;
  readonly datasets: number;
  readonly models: number;
  readonly cells: number;
  /** Pending webhook deliveries. */
  readonly deliveries: number;
}

/** How much is stored. */
export class StoreSizes {
  readonly #store: Store;
  #known: Promise<Sizes> | undefined;
  #knownAt = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  /** As they are now. */
  async read(): Promise<Sizes> {
    const { reads } = this.#store;
    const count = async (table: 'run' | 'dataset' | 'registered_model' | 'cell_execution'): Promise<number> => {
      const row = await reads
        .selectFrom(table)
        .select(from => from.fn.countAll<number>().as('rows'))
        .executeTakeFirstOrThrow();
      return Number(row.rows);
    };
    const blobs = await reads
      .selectFrom('blob')
      .select(from => from.fn.sum<number | null>('size').as('bytes'))
      .executeTakeFirst();
    const deliveries = await reads
      .selectFrom('webhook_delivery')
      .where('next_at', 'is not', null)
      .select(from => from.fn.countAll<number>().as('rows'))
      .executeTakeFirstOrThrow();
    return {
      database_bytes: await this.#store.size(),
      artifact_bytes: Number(blobs?.bytes ?? 0),
      runs: await count('run'),
      datasets: await count('dataset'),
      models: await count('registered_model'),
      cells: await count('cell_execution'),
      deliveries: Number(deliveries.rows)
    };
  }

  /** As they were some seconds ago at most. */
  recent(): Promise<Sizes> {
    const now = performance.now();
    if (this.#known === undefined || now - this.#knownAt > FRESH_MS) {
      const reading = this.read();
      reading.catch(() => (this.#known = undefined));
      this.#known = reading;
      this.#knownAt = now;
    }
    return this.#known;
  }
}
