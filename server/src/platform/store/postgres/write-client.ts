import type pg from 'pg';

/** A statement that writes, whose order among others of its kind does not matter. */
export interface WriteStatement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/**
 * One transaction of gathered writes, on the connection that is theirs, whose statements are prepared once. It begins with
 * the first write: what is read before costs no more than itself.
 */
export class WriteClient {
  readonly #client: pg.PoolClient;
  readonly #names: Map<string, string>;
  #begun = false;

  /** @param names of the statements that were prepared before, on this or another connection. */
  constructor(client: pg.PoolClient, names: Map<string, string>) {
    this.#client = client;
    this.#names = names;
  }

  /** @param values arrays are sent as arrays of PostgreSQL. */
  async rows<R extends object>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    let name = this.#names.get(text);
    if (name === undefined) {
      name = `slipway_${this.#names.size}`;
      this.#names.set(text, name);
    }
    const { rows } = await this.#client.query<R>({ name, text, values: [...values] });
    return rows;
  }

  /** @returns how many rows were changed. */
  async run(text: string, values: readonly unknown[] = []): Promise<number> {
    await this.begin();
    const [changed = 0] = await this.#together([{ text, values }]);
    return changed;
  }

  /** For locks that are to be held until the end. */
  async begin(): Promise<void> {
    if (!this.#begun) {
      this.#begun = true;
      await this.#client.query('begin');
    }
  }

  async runAll(statements: readonly WriteStatement[]): Promise<void> {
    for (const { text, values } of statements) {
      await this.run(text, values);
    }
  }

  /**
   * Writes the last statements and commits. When nothing was written before, all of them travel as one, which is a
   * transaction of its own: less than half of the round trips.
   */
  async commit(last: readonly WriteStatement[]): Promise<void> {
    if (this.#begun) {
      await this.runAll(last);
      await this.#client.query('commit');
    } else if (last.length > 0) {
      await this.#together(last);
    }
  }

  async rollback(): Promise<void> {
    if (this.#begun) {
      await this.#client.query('rollback');
    }
  }

  /** @returns the number of changed rows for each. */
  async #together(statements: readonly WriteStatement[]): Promise<number[]> {
    const values: unknown[] = [];
    const parts = statements.map((statement, index) => {
      const text = statement.text.replace(/\$(\d+)/g, (_, number: string) => `$${Number(number) + values.length}`);
      values.push(...statement.values);
      return `w${index} as (${text} returning 1)`;
    });
    const counts = statements.map((_, index) => `(select count(*) from w${index}) as n${index}`);
    const [row] = await this.rows<Record<string, number>>(
      `with ${parts.join(', ')} select ${counts.join(', ')}`,
      values
    );
    return statements.map((_, index) => row?.[`n${index}`] ?? 0);
  }
}

/** Numbers as a literal of an array, which is a third of the work of sending them one by one. */
export function numbers(values: readonly (number | null)[]): string {
  return `{${values.map(value => value ?? 'NULL').join(',')}}`;
}
