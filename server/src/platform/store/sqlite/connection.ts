import { chmodSync, closeSync, existsSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

export interface SqliteOptions {
  /**
   * For folders on network file systems, whose locks and shared memory cannot be trusted: one process has the file, and
   * reads use the connection that writes.
   */
  readonly exclusive?: boolean | undefined;
}

/** Opens the one connection that writes. An answer after its commit means that the data is on the disk. */
export function openWriter(file: string, { exclusive = false }: SqliteOptions = {}): DatabaseSync {
  keepPrivate(file);
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: false });
  try {
    configure(database, exclusive);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function configure(database: DatabaseSync, exclusive: boolean): void {
  // page_size only takes effect before the first table, and therefore comes first.
  database.exec('pragma page_size=4096');
  if (exclusive) {
    // Before the first access: the write-ahead log then needs no shared memory.
    database.exec('pragma locking_mode=exclusive');
  }
  database.exec('pragma journal_mode=wal; pragma synchronous=full; pragma wal_autocheckpoint=1000');
  database.exec('pragma cache_size=-32768; pragma mmap_size=0; pragma temp_store=memory; pragma busy_timeout=5000');
}

/**
 * Passwords' and tokens' digests are in it: nobody but its owner reads it, even if another user made its folder. What SQLite keeps beside a
 * file gets the permissions of that file.
 */
function keepPrivate(file: string): void {
  if (!existsSync(file)) {
    closeSync(openSync(file, 'a', 0o600));
  }
  for (const each of [file, `${file}-wal`, `${file}-shm`].filter(existsSync)) {
    try {
      chmodSync(each, 0o600);
    } catch {
      // It belongs to another user, who decides.
    }
  }
}

/** Opens a connection that sees what has been committed, and never waits for the writer. */
export function openReader(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { readOnly: true });
  database.exec('pragma cache_size=-16384; pragma mmap_size=0; pragma temp_store=memory; pragma busy_timeout=5000');
  return database;
}
