import type { Kysely } from 'kysely';
import type { WriteOperation, WriteResult } from './operations.js';
import type { RunQuery } from './run-query.js';
import type { Tables } from './tables.js';

/** The metadata of one data folder. What a promise of a write resolved to is on the disk. */
export interface Store {
  /** Sees everything that was committed. */
  readonly reads: Kysely<Tables>;
  /** For writes of the quiet paths; transactions here and the gathered writes take turns. */
  readonly writes: Kysely<Tables>;
  /** For the busy paths: operations that come together are committed together. */
  write<O extends WriteOperation>(operation: O): Promise<WriteResult<O>>;
  /** @returns row ids of the page in order, and one more when there is another page. */
  findRuns(query: RunQuery): Promise<number[]>;
  close(): Promise<void>;
}
