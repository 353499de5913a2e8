import { sql, type Kysely, type RawBuilder } from 'kysely';
import { statusNumber } from '../store/run-status.js';
import { LARGEST_DOUBLE } from '../store/metric-value.js';
import type { Tables } from '../store/tables.js';
import { RunStatus } from '@slipway/contract';
import { selectRuns, type RunRow } from './run-rows.js';

export type Comparison =
  '=' | '!=' | '<' | '<=' | '>' | '>=' | 'LIKE' | 'ILIKE' | 'IN' | 'NOT IN' | 'IS NULL' | 'IS NOT NULL';

export const TEXT_ATTRIBUTES = ['run_id', 'run_name', 'user_id', 'status'] as const;
export const NUMBER_ATTRIBUTES = ['start_time', 'end_time'] as const;
export type TextAttribute = (typeof TEXT_ATTRIBUTES)[number];
export type NumberAttribute = (typeof NUMBER_ATTRIBUTES)[number];
export type Attribute = TextAttribute | NumberAttribute;
export type DatasetField = 'name' | 'digest' | 'context';

/** What a run is compared by. */
export type RunField =
  | { readonly entity: 'metric' | 'param' | 'tag'; readonly key: string }
  | { readonly entity: 'attribute'; readonly key: Attribute }
  | { readonly entity: 'dataset'; readonly key: DatasetField };

export interface RunPredicate {
  readonly field: RunField;
  readonly comparison: Comparison;
  /** A list for IN and NOT IN; unused for IS NULL. */
  readonly value: string | number | readonly string[];
}

export interface RunOrder {
  readonly field: Exclude<RunField, { entity: 'dataset' }>;
  readonly descending: boolean;
}

export interface RunSearch {
  readonly experiments: readonly number[];
  readonly lifecycle: 'active' | 'deleted' | 'all';
  /** All of them hold. */
  readonly predicates: readonly RunPredicate[];
  /** Ties go by start time, the newest first, and then by id. */
  readonly order: readonly RunOrder[];
  readonly limit: number;
  readonly offset: number;
}

/** @returns the rows of the page, and one more when there is another page. */
export async function searchRuns(db: Kysely<Tables>, search: RunSearch): Promise<RunRow[]> {
  let select = selectRuns(db).where(
    sql<boolean>`run.exp in (select value from json_each(${JSON.stringify(search.experiments)}))`
  );
  if (search.lifecycle !== 'all') {
    select = select.where('run.life', '=', search.lifecycle === 'active' ? 0 : 1);
  }
  for (const predicate of search.predicates) {
    select = select.where(condition(predicate));
  }
  for (const { field, descending } of search.order) {
    const value = valueOf(field);
    // Numbers, then NaN, then runs without the value, in either direction.
    select = select.orderBy(sql`case when ${value} is null then 2 when ${value} = 'NaN' then 1 else 0 end`);
    select = select.orderBy(value, descending ? 'desc' : 'asc');
  }
  return select
    .orderBy('run.start_time', 'desc')
    .orderBy('run.uuid')
    .limit(search.limit + 1)
    .offset(search.offset)
    .execute();
}

/** A scalar subquery, never EXISTS: the planner turns that into a join that visits everything. */
function valueOf(field: Exclude<RunField, { entity: 'dataset' }>): RawBuilder<unknown> {
  if (field.entity === 'attribute') {
    return attributeColumn(field.key);
  }
  const table = field.entity === 'metric' ? 'series' : field.entity;
  return sql`(select v.value from ${sql.table(table)} v
    where v.run = run.id and v.key = (select k.id from key k where k.exp = run.exp and k.name = ${field.key}))`;
}

function attributeColumn(attribute: Attribute): RawBuilder<unknown> {
  switch (attribute) {
    case 'run_id':
      return sql.ref('run.uuid');
    case 'run_name':
      return sql.ref('run.name');
    case 'user_id':
      return sql.ref('run.user_name');
    case 'status':
    case 'start_time':
    case 'end_time':
      return sql.ref(`run.${attribute}`);
  }
}

function condition(predicate: RunPredicate): RawBuilder<boolean> {
  const { field } = predicate;
  if (field.entity === 'dataset') {
    const column = sql.ref(`i.${field.key}`);
    return sql<boolean>`run.id in (select i.run from run_input i where ${compare(column, predicate)})`;
  }
  if (field.entity === 'attribute' && field.key === 'status') {
    return compare(sql.ref('run.status'), { ...predicate, value: storedStatus(predicate.value) });
  }
  const value = valueOf(field);
  if (field.entity === 'metric' && (predicate.comparison === '>' || predicate.comparison === '>=')) {
    // The text 'NaN' sorts after every number.
    return sql<boolean>`(${compare(value, predicate)} and ${value} <= ${LARGEST_DOUBLE})`;
  }
  return compare(value, predicate);
}

function storedStatus(value: RunPredicate['value']): number {
  const status = RunStatus.safeParse(value);
  return status.success ? statusNumber(status.data) : 0;
}

function compare(left: RawBuilder<unknown>, { comparison, value }: RunPredicate): RawBuilder<boolean> {
  switch (comparison) {
    case '=':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return sql<boolean>`${left} ${sql.raw(comparison)} ${value}`;
    case 'LIKE':
      return sql<boolean>`${left} glob ${toGlob(String(value))}`;
    case 'ILIKE':
      return sql<boolean>`${left} like ${value}`;
    case 'IN':
      return sql<boolean>`${left} in (select value from json_each(${JSON.stringify(value)}))`;
    case 'NOT IN':
      return sql<boolean>`${left} not in (select value from json_each(${JSON.stringify(value)}))`;
    case 'IS NULL':
      return sql<boolean>`${left} is null`;
    case 'IS NOT NULL':
      return sql<boolean>`${left} is not null`;
  }
}

/** LIKE minds the case here, as in MLflow; SQLite's does not, its GLOB does. */
function toGlob(pattern: string): string {
  return pattern.replace(/[[*?]/g, '[$&]').replace(/%/g, '*').replace(/_/g, '?');
}
