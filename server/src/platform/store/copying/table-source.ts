export type Row = Readonly<Record<string, unknown>>;

/** All tables of a database as they were at one moment, while others go on writing. */
export interface TableSource {
  readonly tables: readonly string[];
  /** All rows of a table, some at a time. One table at a time. */
  rows(table: string): AsyncIterable<readonly Row[]>;
  close(): Promise<void>;
}

/** Kept by each database for itself: what was migrated, who tells whom, and the indexes of words. */
export function isOwnOfDatabase(table: string): boolean {
  return (
    table === 'schema_migration' || table === 'live_event' || /_words(_|$)/.test(table) || table.startsWith('sqlite_')
  );
}

/** Rows that are read, and written, together. */
export const ROWS_AT_ONCE = 2000;
