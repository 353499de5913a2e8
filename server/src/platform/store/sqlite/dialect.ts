import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import {
  CompiledQuery,
  DeleteQueryNode,
  InsertQueryNode,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  UpdateQueryNode,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryResult,
  type RootOperationNode
} from 'kysely';
import { refuseUnstorable } from '../storable-text.js';
import { toOurError } from './failures.js';
import { Mutex } from '../writing/mutex.js';

/**
 * Kysely on one `node:sqlite` connection. The mutex is shared with other users of the connection, so that its
 * statements never land inside a transaction of Kysely's.
 */
export class NodeSqliteDialect implements Dialect {
  readonly #database: DatabaseSync;
  readonly #mutex: Mutex;

  constructor(database: DatabaseSync, mutex: Mutex = new Mutex()) {
    this.#database = database;
    this.#mutex = mutex;
  }

  createDriver(): Driver {
    return new NodeSqliteDriver(this.#database, this.#mutex);
  }

  createQueryCompiler(): SqliteQueryCompiler {
    return new SqliteQueryCompiler();
  }

  createAdapter(): SqliteAdapter {
    return new SqliteAdapter();
  }

  // Kysely's own interface asks for the schema-less type here.
  createIntrospector(db: Kysely<unknown>): SqliteIntrospector {
    return new SqliteIntrospector(db);
  }
}

class NodeSqliteDriver implements Driver {
  readonly #connection: NodeSqliteConnection;
  readonly #mutex: Mutex;

  constructor(database: DatabaseSync, mutex: Mutex) {
    this.#connection = new NodeSqliteConnection(database);
    this.#mutex = mutex;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    await this.#mutex.acquire();
    return this.#connection;
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  /** SQLite has rolled back by itself after some failures, such as a full disk: the failure is reported, not the rollback. */
  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('rollback')).catch(() => undefined);
  }

  async releaseConnection(): Promise<void> {
    this.#mutex.release();
  }

  /** The connection belongs to its opener. */
  async destroy(): Promise<void> {}
}

const MAX_STATEMENTS = 500;

class NodeSqliteConnection implements DatabaseConnection {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    query.parameters.forEach(refuseUnstorable);
    try {
      return this.#execute(query);
    } catch (error) {
      throw toOurError(error);
    }
  }

  #execute<R>(query: CompiledQuery): QueryResult<R> {
    const statement = this.#prepare(query.sql);
    const parameters = query.parameters.map(toSqlValue);
    if (changesRows(query.query)) {
      const { changes, lastInsertRowid } = statement.run(...parameters);
      return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
    }
    return { rows: statement.all(...parameters) as R[] };
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    for (const row of this.#prepare(query.sql).iterate(...query.parameters.map(toSqlValue))) {
      yield { rows: [row as R] };
    }
  }

  #prepare(text: string): StatementSync {
    let statement = this.#statements.get(text);
    if (statement === undefined) {
      if (this.#statements.size >= MAX_STATEMENTS) {
        this.#statements.clear();
      }
      statement = this.#database.prepare(text);
      this.#statements.set(text, statement);
    }
    return statement;
  }
}

function changesRows(node: RootOperationNode): boolean {
  return (
    (InsertQueryNode.is(node) || UpdateQueryNode.is(node) || DeleteQueryNode.is(node)) && node.returning === undefined
  );
}

function toSqlValue(value: unknown): SQLInputValue {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'bigint':
      return value;
    case 'boolean':
      return value ? 1 : 0;
    case 'undefined':
      return null;
    case 'object':
      if (value === null || value instanceof Uint8Array) {
        return value;
      }
      break;
    case 'function':
    case 'symbol':
      break;
  }
  throw new TypeError(`A value of type ${typeof value} cannot be stored in the database.`);
}
