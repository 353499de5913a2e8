import type { Kysely } from 'kysely';
import type { EventRelay } from './event-relay.js';
import type { WriteOperation, WriteResult } from './operations.js';
import type { RunPage, RunQuery } from './run-query.js';
import type { Tables } from './tables.js';

/** The metadata of one data folder. What a promise of a write resolved to is on the disk. */
export interface Store {
  /** Sees everything that was committed. */
  readonly reads: Kysely<Tables>;
  /** For writes of the quiet paths; transactions here and the gathered writes take turns. */
  readonly writes: Kysely<Tables>;
  /** For the busy paths: operations that come together are committed together. */
  write<O extends WriteOperation>(operation: O): Promise<WriteResult<O>>;
  findRuns(query: RunQuery): Promise<RunPage>;
  /**
   * Makes the writers of the busy paths look again at what they remember of runs and experiments. To be called inside a
   * transaction of `writes` that takes some away.
   */
  forget(): void;
  /** Makes new ids go on after those of rows that were inserted with theirs, inside that transaction of `writes`. */
  continueIds(transaction: Kysely<Tables>): Promise<void>;
  /** To the other servers on this database; absent: there can be none. */
  readonly relay: EventRelay | undefined;
  /** Bytes of the database on its disk. */
  size(): Promise<number>;
  close(): Promise<void>;
}
