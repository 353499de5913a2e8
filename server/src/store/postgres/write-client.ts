import type pg from 'pg';

/** The one connection of gathered writes, whose statements are prepared once. */
export class WriteClient {
  readonly #client: pg.PoolClient;
  readonly #names: Map<string, string>;

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
    return (
      (await this.rows<{ n: number }>(`with done as (${text} returning 1) select count(*) as n from done`, values))[0]
        ?.n ?? 0
    );
  }

  async command(text: 'begin' | 'commit' | 'rollback'): Promise<void> {
    await this.#client.query(text);
  }
}

/** Numbers as a literal of an array, which is a third of the work of sending them one by one. */
export function numbers(values: readonly (number | null)[]): string {
  return `{${values.map(value => value ?? 'NULL').join(',')}}`;
}
