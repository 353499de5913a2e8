import { Kysely, sql } from 'kysely';
import type pg from 'pg';
import type { WriteOperation, WriteResult } from '../operations.js';
import { findRuns } from '../run-finder.js';
import type { RunPage, RunQuery } from '../run-query.js';
import type { Store } from '../store.js';
import type { Tables } from '../tables.js';
import type { AnyResult } from '../writing/operation-writer.js';
import { storableOperation } from '../writing/storable-operation.js';
import { WriteQueue } from '../writing/write-queue.js';
import { openPool } from './connection.js';
import { toPostgresUrl } from '../database-url.js';
import { PostgresPoolDialect } from './dialect.js';
import { PostgresEventRelay } from './event-relay.js';
import { toOurError } from './failures.js';
import { PostgresGroupCommit } from './group-commit.js';
import { migrate } from './migrate.js';

/*
 * Gathered writes have a connection of their own. Transactions wait for each other; what they read on the way must find
 * a connection all the same, so reads have theirs, too.
 */
const READERS = 5;
const WRITERS = 2;

/**
 * Opens a PostgreSQL database, and creates or migrates its tables first.
 *
 * @param address URL, also as SQLAlchemy writes it.
 * @throws InvalidStateError when the tables were written by a newer version, or PostgreSQL refuses us.
 * @throws ServiceUnavailableError when it does not answer.
 */
export async function openPostgresStore(address: string): Promise<Store> {
  const url = toPostgresUrl(address);
  const pool = openPool(url, WRITERS);
  try {
    const client = await pool.connect();
    try {
      await migrate(client);
    } finally {
      client.release();
    }
  } catch (error) {
    await pool.end();
    throw toOurError(error);
  }
  return new PostgresStore(url, { reads: openPool(url, READERS), writes: pool, groups: openPool(url, 1) });
}

interface Pools {
  readonly reads: pg.Pool;
  readonly writes: pg.Pool;
  /** Of one connection. */
  readonly groups: pg.Pool;
}

class PostgresStore implements Store {
  readonly reads: Kysely<Tables>;
  readonly writes: Kysely<Tables>;
  readonly relay: PostgresEventRelay;
  readonly #pools: Pools;
  readonly #queue: WriteQueue<WriteOperation, AnyResult>;

  constructor(url: string, pools: Pools) {
    this.relay = new PostgresEventRelay(url, pools.writes);
    this.#pools = pools;
    this.reads = new Kysely<Tables>({ dialect: new PostgresPoolDialect(pools.reads) });
    this.writes = new Kysely<Tables>({ dialect: new PostgresPoolDialect(pools.writes) });
    this.#queue = new WriteQueue(new PostgresGroupCommit(pools.groups));
  }

  async write<O extends WriteOperation>(operation: O): Promise<WriteResult<O>> {
    // The group answers each operation with the result of its own kind.
    return this.#queue.submit(storableOperation(operation)) as Promise<WriteResult<O>>;
  }

  findRuns(query: RunQuery): Promise<RunPage> {
    return findRuns(this.reads, query);
  }

  /** What is remembered here are ids, which are never given twice, and whether a run is there is asked each time. */
  forget(): void {}

  async continueIds(transaction: Kysely<Tables>): Promise<void> {
    const { rows } = await sql<{ name: string }>`select table_name as name from information_schema.columns
      where table_schema = current_schema() and column_name = 'id' and is_identity = 'YES'`.execute(transaction);
    for (const { name } of rows) {
      await sql`select setval(pg_get_serial_sequence(${name}, 'id'),
        (select coalesce(max(id), 0) + 1 from ${sql.table(name)}), false)`.execute(transaction);
    }
    await sql`select setval('series_sid', (select coalesce(max(sid), 0) + 1 from series), false)`.execute(transaction);
  }

  async size(): Promise<number> {
    const { rows } = await sql<{ bytes: number }>`select pg_database_size(current_database()) as bytes`.execute(
      this.reads
    );
    return Number(rows[0]?.bytes ?? 0);
  }

  async close(): Promise<void> {
    await this.relay.close();
    await Promise.all(Object.values(this.#pools).map((pool: pg.Pool) => pool.end()));
  }
}
