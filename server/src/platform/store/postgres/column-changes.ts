import type { WriteClient } from './write-client.js';

type Value = string | number | null;

/** Changes of some columns of some rows, gathered to one statement for each column. */
export class ColumnChanges<C extends object> {
  readonly #table: string;
  readonly #types: Readonly<Record<keyof C, string>>;
  readonly #columns = new Map<keyof C, Map<number, Value>>();

  /** @param types of PostgreSQL, for every column that may change. */
  constructor(table: string, types: Readonly<Record<keyof C, string>>) {
    this.#table = table;
    this.#types = types;
  }

  /** A later change of the same column and row counts. */
  add(id: number, change: C): void {
    for (const [column, value] of Object.entries(change) as [keyof C, Value][]) {
      let rows = this.#columns.get(column);
      if (rows === undefined) {
        rows = new Map();
        this.#columns.set(column, rows);
      }
      rows.set(id, value);
    }
  }

  get isEmpty(): boolean {
    return this.#columns.size === 0;
  }

  /** Whether the row gets a new value there. */
  has(id: number, column: keyof C): boolean {
    return this.#columns.get(column)?.has(id) ?? false;
  }

  async flush(client: WriteClient): Promise<void> {
    for (const [column, rows] of this.#columns) {
      // In the order of their ids, so that two servers never wait for each other in a circle.
      const changes = [...rows].sort(([one], [other]) => one - other);
      await client.run(
        `update ${this.#table} t set ${String(column)} = u.value
         from unnest($1::bigint[], $2::${this.#types[column]}[]) u(id, value) where t.id = u.id`,
        [changes.map(([id]) => id), changes.map(([, value]) => value)]
      );
    }
    this.#columns.clear();
  }
}
