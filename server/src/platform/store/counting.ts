import { sql, type RawBuilder } from 'kysely';
import { anyOf } from './expressions.js';
import type { Store } from './store.js';

const AT_ONCE = 1000;

/** How many rows of a table have one of the ids in `column`. */
export function countRows(
  store: Store,
  table: string,
  column: string,
  ids: readonly (number | string)[]
): Promise<number> {
  return countFrom(store, sql`${sql.table(table)}`, column, ids);
}

/** How many metric points these runs have. */
export function countPointsOfRuns(store: Store, runs: readonly (number | string)[]): Promise<number> {
  return countFrom(store, sql`point join series on series.sid = point.sid`, 'series.run', runs);
}

async function countFrom(
  store: Store,
  from: RawBuilder<unknown>,
  column: string,
  ids: readonly (number | string)[]
): Promise<number> {
  let total = 0;
  for (let start = 0; start < ids.length; start += AT_ONCE) {
    const some = ids.slice(start, start + AT_ONCE) as number[] | string[];
    const { rows } = await sql<{ n: number }>`select count(*) as n from ${from} where ${anyOf(column, some)}`.execute(
      store.reads
    );
    total += rows[0]?.n ?? 0;
  }
  return total;
}
