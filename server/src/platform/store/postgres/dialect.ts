import type pg from 'pg';
import {
  CompiledQuery,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryResult,
  type RawNode
} from 'kysely';
import { spelledForPostgres } from '../expressions.js';
import { refuseUnstorable } from '../storable-text.js';
import { toOurError } from './failures.js';

/** Any number, the same in every server on the database. */
const WRITE_LOCK = 7_236_401;

/**
 * Kysely on a pool of PostgreSQL connections. Transactions take turns over all servers on the database, as they do on
 * SQLite: what a transaction has read stays true until it has written.
 */
export class PostgresPoolDialect implements Dialect {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  createDriver(): Driver {
    return new PoolDriver(this.#pool);
  }

  createQueryCompiler(): PostgresQueryCompiler {
    return new PortableQueryCompiler();
  }

  createAdapter(): PostgresAdapter {
    return new PostgresAdapter();
  }

  // Kysely's own interface asks for the schema-less type here.
  createIntrospector(db: Kysely<unknown>): PostgresIntrospector {
    return new PostgresIntrospector(db);
  }
}

class PortableQueryCompiler extends PostgresQueryCompiler {
  protected override visitRaw(node: RawNode): void {
    super.visitRaw(spelledForPostgres(node));
  }
}

class PoolDriver implements Driver {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<PoolConnection> {
    try {
      return new PoolConnection(await this.#pool.connect());
    } catch (error) {
      throw toOurError(error);
    }
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin'));
    await connection.executeQuery(CompiledQuery.raw(`select pg_advisory_xact_lock(${WRITE_LOCK})`));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  /** The cause of the rollback is reported, not the lost connection. */
  async rollbackTransaction(connection: PoolConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('rollback')).catch(() => connection.discard());
  }

  async releaseConnection(connection: PoolConnection): Promise<void> {
    connection.release();
  }

  /** The pool belongs to its opener. */
  async destroy(): Promise<void> {}
}

class PoolConnection implements DatabaseConnection {
  readonly #client: pg.PoolClient;
  #broken = false;
  /** A connection that broke while it was ours would otherwise be an error that nobody hears. */
  readonly #ignore = (): void => undefined;

  constructor(client: pg.PoolClient) {
    this.#client = client;
    client.on('error', this.#ignore);
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    query.parameters.forEach(refuseUnstorable);
    try {
      const result = await this.#client.query<R & pg.QueryResultRow>(query.sql, [...query.parameters]);
      return { rows: result.rows, numAffectedRows: BigInt(result.rowCount ?? 0) };
    } catch (error) {
      throw toOurError(error);
    }
  }

  /** Nothing of ours reads a table row by row. */
  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    yield await this.executeQuery<R>(query);
  }

  /** It is not returned to the pool: its state is unknown. */
  discard(): void {
    this.#broken = true;
  }

  release(): void {
    this.#client.off('error', this.#ignore);
    this.#client.release(this.#broken);
  }
}
