import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

/** `update table set … where id = ?`, prepared once for each set of columns that change together. */
export class ChangeStatements {
  readonly #database: DatabaseSync;
  readonly #table: string;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync, table: string) {
    this.#database = database;
    this.#table = table;
  }

  /** @param change values by column, as a type of ours names them: never text from outside. */
  run(id: number, change: object): void {
    const columns = Object.keys(change);
    if (columns.length === 0) {
      return;
    }
    const text = `update ${this.#table} set ${columns.map(column => `${column} = ?`).join(', ')} where id = ?`;
    let statement = this.#statements.get(text);
    if (statement === undefined) {
      statement = this.#database.prepare(text);
      this.#statements.set(text, statement);
    }
    statement.run(...(Object.values(change) as SQLInputValue[]), id);
  }
}
