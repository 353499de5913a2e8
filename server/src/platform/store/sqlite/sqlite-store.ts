import { statSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import { SlipwayError, StorageFullError } from '../../errors.js';
import type { WriteOperation, WriteResult } from '../operations.js';
import type { RunPage, RunQuery } from '../run-query.js';
import type { Store } from '../store.js';
import type { Tables } from '../tables.js';
import { Mutex } from '../writing/mutex.js';
import { OperationWriter, type AnyResult } from '../writing/operation-writer.js';
import { storableOperation } from '../writing/storable-operation.js';
import { WriteQueue, type GroupCommit, type Outcome } from '../writing/write-queue.js';
import { toOurError } from './failures.js';
import { openReader, openWriter, type SqliteOptions } from './connection.js';
import { NodeSqliteDialect } from './dialect.js';
import { migrate } from './migrate.js';
import { SqliteRecordRows } from './record-rows.js';
import { findRuns } from '../run-finder.js';
import { SqliteRunRows } from './run-rows.js';

/**
 * Opens the database file, and creates or migrates it first.
 *
 * @throws InvalidStateError when the file was written by a newer version.
 */
export function openSqliteStore(file: string, options: SqliteOptions = {}): Store {
  try {
    return open(file, options);
  } catch (error) {
    const ours = toOurError(error);
    if (!(ours instanceof StorageFullError) || options.exclusive === true) {
      throw ours;
    }
    // On a full disk there is no room for the memory that connections share; one connection alone needs none, and can read.
    return open(file, { ...options, exclusive: true });
  }
}

function open(file: string, options: SqliteOptions): Store {
  const database = openWriter(file, options);
  try {
    migrate(database);
    return new SqliteStore(file, database, options.exclusive ? undefined : openReader(file));
  } catch (error) {
    database.close();
    throw error;
  }
}

class SqliteStore implements Store {
  readonly reads: Kysely<Tables>;
  readonly writes: Kysely<Tables>;
  readonly relay = undefined;
  readonly #file: string;
  readonly #writer: DatabaseSync;
  readonly #reader: DatabaseSync | undefined;
  readonly #group: SqliteGroupCommit;
  readonly #queue: WriteQueue<WriteOperation, AnyResult>;
  readonly #mutex = new Mutex();

  /** @param reader absent: reads take turns with the writes. */
  constructor(file: string, writer: DatabaseSync, reader: DatabaseSync | undefined) {
    this.#file = file;
    this.#writer = writer;
    this.#reader = reader;
    this.writes = new Kysely<Tables>({ dialect: new NodeSqliteDialect(writer, this.#mutex) });
    this.reads = reader ? new Kysely<Tables>({ dialect: new NodeSqliteDialect(reader) }) : this.writes;
    this.#group = new SqliteGroupCommit(writer, this.#mutex);
    this.#queue = new WriteQueue(this.#group);
  }

  async write<O extends WriteOperation>(operation: O): Promise<WriteResult<O>> {
    // The group answers each operation with the result of its own kind.
    return this.#queue.submit(storableOperation(operation)) as Promise<WriteResult<O>>;
  }

  findRuns(query: RunQuery): Promise<RunPage> {
    return findRuns(this.reads, query);
  }

  forget(): void {
    this.#group.forget();
  }

  async continueIds(): Promise<void> {
    this.forget();
  }

  async size(): Promise<number> {
    return fileSize(this.#file) + fileSize(`${this.#file}-wal`);
  }

  async close(): Promise<void> {
    await this.#mutex.acquire();
    this.#reader?.close();
    try {
      this.#writer.exec('pragma optimize');
    } catch {
      // It only makes later reads quicker; a full disk cannot take it.
    }
    this.#writer.close();
  }
}

/** Applies a group of operations in one transaction; one that fails does not take the others with it. */
class SqliteGroupCommit implements GroupCommit<WriteOperation, AnyResult> {
  readonly #mutex: Mutex;
  readonly #rows: SqliteRunRows;
  readonly #writer: OperationWriter;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #rollback: StatementSync;
  readonly #savepoint: StatementSync;
  readonly #release: StatementSync;
  readonly #rollbackTo: StatementSync;

  constructor(database: DatabaseSync, mutex: Mutex) {
    this.#mutex = mutex;
    this.#rows = new SqliteRunRows(database);
    this.#writer = new OperationWriter(this.#rows, new SqliteRecordRows(database));
    this.#begin = database.prepare('begin immediate');
    this.#commit = database.prepare('commit');
    this.#rollback = database.prepare('rollback');
    this.#savepoint = database.prepare('savepoint operation');
    this.#release = database.prepare('release operation');
    this.#rollbackTo = database.prepare('rollback to operation');
  }

  /** Between two groups: row ids may be reused. */
  forget(): void {
    this.#rows.forget();
  }

  whenFree(): Promise<void> | undefined {
    const busy = this.#mutex.held;
    const acquired = this.#mutex.acquire();
    return busy ? acquired : undefined;
  }

  done(): void {
    this.#mutex.release();
  }

  commit(operations: readonly WriteOperation[]): Outcome<AnyResult>[] {
    this.#rows.trim();
    try {
      this.#begin.run();
      const outcomes = operations.map(operation => this.#isolated(operation, operations.length > 1));
      this.#rows.flush();
      this.#commit.run();
      return outcomes;
    } catch (error) {
      this.#undo();
      throw toOurError(error);
    }
  }

  #isolated(operation: WriteOperation, amongOthers: boolean): Outcome<AnyResult> {
    const guarded = amongOthers && !onlyMetrics(operation);
    if (guarded) {
      // What earlier operations still hold back must be inside their part of the transaction.
      this.#rows.flush();
      this.#savepoint.run();
    }
    try {
      const value = this.#writer.apply(operation);
      if (guarded) {
        this.#release.run();
      }
      return { ok: true, value };
    } catch (error) {
      if (error instanceof SlipwayError) {
        // Ours are thrown before anything is written.
        if (guarded) {
          this.#release.run();
        }
        return { ok: false, error };
      }
      if (!guarded) {
        throw error;
      }
      if (!this.#undoOperation()) {
        throw error;
      }
      return { ok: false, error: toOurError(error) };
    }
  }

  /** SQLite has rolled back by itself after some failures, such as a full disk. */
  #undo(): void {
    try {
      this.#rollback.run();
    } catch {
      // There is no transaction any more.
    }
    this.#rows.forget();
  }

  /** @returns false when the whole transaction is gone, with the other operations in it. */
  #undoOperation(): boolean {
    this.#rows.forget();
    try {
      this.#rollbackTo.run();
      this.#release.run();
      return true;
    } catch {
      return false;
    }
  }
}

function fileSize(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Nothing in it can fail once the run is found, short of a full disk. */
function onlyMetrics(operation: WriteOperation): boolean {
  return operation.kind === 'run.log' && operation.params.length === 0 && operation.tags.length === 0;
}
