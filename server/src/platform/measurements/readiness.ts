import type { Store } from '../store/store.js';
import { diskSpace } from './disk-space.js';

/** A folder of this machine's that the server writes to. */
export interface WrittenPlace {
  /** What is in it, e.g. `database`. */
  readonly name: string;
  readonly folder: string;
}

/** Timeout of a check: probes do not wait longer. */
const DEADLINE_MS = 2000;
/** With less, SQLite's log or the next upload may find no room. */
const LEAST_FREE_BYTES = 16 * 1024 * 1024;

/** Whether the server can do its work now, for its clients and monitors. */
export class Readiness {
  readonly #store: Store;
  readonly #places: readonly WrittenPlace[];

  constructor(store: Store, places: readonly WrittenPlace[]) {
    this.#store = store;
    this.#places = places;
  }

  /** @returns what is wrong, as a sentence; undefined when nothing is. */
  async problem(): Promise<string | undefined> {
    const late = new Promise<string>(resolve => {
      setTimeout(() => resolve('The database does not answer in time.'), DEADLINE_MS).unref();
    });
    return Promise.race([this.#check(), late]);
  }

  /** Free bytes by the name of the place. */
  async freeBytes(): Promise<{ readonly name: string; readonly free: number }[]> {
    return Promise.all(this.#places.map(async ({ name, folder }) => ({ name, free: (await diskSpace(folder)).free })));
  }

  async #check(): Promise<string | undefined> {
    try {
      await this.#store.reads.selectFrom('experiment').select('id').limit(1).execute();
    } catch {
      return 'The database does not answer.';
    }
    const full = (await this.freeBytes()).find(({ free }) => free < LEAST_FREE_BYTES);
    return full === undefined
      ? undefined
      : `The disk of the ${full.name} is full: ${full.free} bytes are free. Reading goes on, writing does not.`;
  }
}
