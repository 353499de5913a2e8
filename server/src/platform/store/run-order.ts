import { sql, type RawBuilder } from 'kysely';
import type { RunOrder, RunPosition, RunQuery } from './run-query.js';

/*
 * The order of runs and the places in it. Numbers come first, then NaN, then runs without the value, in either direction;
 * ties go by start time, the newest first, and then by id.
 */

/** Numbers 0, not-a-number 1, nothing 2. */
export type Rank = 0 | 1 | 2;

export function rankOf(value: number | string | null, order: RunOrder): Rank {
  if (value === null) {
    return 2;
  }
  return order.field.entity === 'metric' && value === 'NaN' ? 1 : 0;
}

export function direction({ descending }: RunOrder): RawBuilder<unknown> {
  return sql.raw(descending ? 'desc' : 'asc');
}

/** `order by` of rows that have the values of the orders as `v0`, `v1` and so on. */
export function orderBy(orders: readonly RunOrder[]): RawBuilder<unknown> {
  const values = orders.flatMap((order, index) => [rank(order, index), sql`${valueAt(index)} ${direction(order)}`]);
  return sql.join([...values, sql`start_time desc`, sql`uuid`]);
}

/** Holds for the rows that come after the place. */
export function isAfter(orders: readonly RunOrder[], after: RunPosition): RawBuilder<boolean> {
  return orders.reduceRight<RawBuilder<boolean>>((then, order, index) => {
    const place = after.values[index] ?? null;
    const value = valueAt(index);
    switch (rankOf(place, order)) {
      case 0: {
        const beyond = sql<boolean>`${value} ${sql.raw(order.descending ? '<' : '>')} ${place}`;
        const behind = sql<boolean>`${rank(order, index)} > 0`;
        return sql<boolean>`(${behind} or ${rank(order, index)} = 0 and (${beyond} or ${value} = ${place} and ${then}))`;
      }
      case 1:
        return sql<boolean>`(${rank(order, index)} > 1 or ${rank(order, index)} = 1 and ${then})`;
      case 2:
        return sql<boolean>`(${value} is null and ${then})`;
    }
  }, tieIsAfter(after));
}

/** As `isAfter`, among runs that are equal but for start time and id. */
export function tieIsAfter(after: RunPosition, table = ''): RawBuilder<boolean> {
  const start = sql.ref(`${table}start_time`);
  const uuid = sql.ref(`${table}uuid`);
  return sql<boolean>`(${start} <= ${after.start_time} and (${start} < ${after.start_time} or ${uuid} > ${after.run_id}))`;
}

/** A found run, with the values of the orders as `v0`, `v1` and so on. */
export interface FoundRun {
  readonly id: number;
  readonly start_time: number;
  readonly uuid: string;
  readonly [value: `v${number}`]: number | string | null;
}

export function positionOf(run: FoundRun, { order }: RunQuery): RunPosition {
  return {
    values: order.map((_, index) => run[`v${index}`] ?? null),
    start_time: run.start_time,
    run_id: run.uuid
  };
}

function valueAt(index: number): RawBuilder<unknown> {
  return sql.ref(`v${index}`);
}

function rank(order: RunOrder, index: number): RawBuilder<unknown> {
  const value = valueAt(index);
  return order.field.entity === 'metric'
    ? sql`case when ${value} is null then 2 when ${value} = 'NaN' then 1 else 0 end`
    : sql`case when ${value} is null then 2 else 0 end`;
}
