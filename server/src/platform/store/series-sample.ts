import { sql, type Kysely } from 'kysely';
import type { StoredReal, Tables } from './tables.js';

/**
 * Values of a series at `count` even steps from its first to its last. Each is found through the key, so that the cost does not
 * grow with the length of the series.
 */
export async function valuesAtEvenSteps(
  db: Kysely<Tables>,
  sid: number,
  count: number
): Promise<readonly { readonly value: StoredReal }[]> {
  const { rows } = await sql<{ value: StoredReal }>`
    with recursive
      ends(low, high) as (
        select (select step from point where sid = ${sid} order by step limit 1),
               (select step from point where sid = ${sid} order by step desc limit 1)),
      probe(n, at) as (
        select 0, cast(low as double precision) from ends
        union all
        select n + 1, (select low + (high - low) * (n + 1.0) / ${count - 1} from ends) from probe
        where n + 1 < ${count})
    select (select value from point where sid = ${sid} and step >= at order by step limit 1) as value from probe`.execute(
    db
  );
  return rows;
}
