import { sql, type RawBuilder } from 'kysely';
import { OWN_ARTIFACTS } from './artifact-root.js';
import { isAnyOf, isLike, isLikeIgnoringCase } from './expressions.js';
import { LARGEST_NUMBER } from './metric-value.js';
import type { Attribute, KeyedField, RunField, RunPredicate } from './run-query.js';
import { statusNames } from './run-status.js';

/** Where the columns of the run and the ids of keys come from in the query at hand. */
export interface RunScope {
  /** Expression of the run's row id; that of the driving table, so that the run's row is read only on a match. */
  readonly id: RawBuilder<unknown>;
  /** Expression of the id of a key in the run's experiment. */
  readonly key: (name: string) => RawBuilder<unknown>;
}

/** Compared with `run` rows under their own name, in any experiment. */
export const ANY_RUN: RunScope = {
  id: sql.ref('run.id'),
  key: name => sql`(select k.id from key k where k.exp = run.exp and k.name = ${name})`
};

/** The value of a field: a scalar subquery, because EXISTS may become a join that visits everything. */
export function valueOf(field: Exclude<RunField, { entity: 'dataset' }>, scope: RunScope): RawBuilder<unknown> {
  return field.entity === 'attribute' ? attributeColumn(field.key) : keyedValue(field, scope);
}

function keyedValue(field: KeyedField, scope: RunScope): RawBuilder<unknown> {
  return sql`(select v.value from ${sql.table(tableOf(field))} v
    where v.run = ${scope.id} and v.key = ${scope.key(field.key)})`;
}

export function tableOf({ entity }: KeyedField): 'series' | 'param' | 'tag' {
  return entity === 'metric' ? 'series' : entity;
}

/** A boolean expression that selects the runs that match the predicate. */
export function condition(predicate: RunPredicate, scope: RunScope): RawBuilder<boolean> {
  const { field } = predicate;
  if (field.entity === 'dataset') {
    const column = sql.ref(`i.${field.key}`);
    return sql<boolean>`${scope.id} in (select i.run from run_input i where ${compare(column, predicate)})`;
  }
  if (field.entity === 'attribute') {
    return compare(attributeColumn(field.key), predicate);
  }
  if (predicate.comparison === 'IS NULL') {
    return sql<boolean>`${keyedValue(field, scope)} is null`;
  }
  const value = sql.ref('v.value');
  // PostgreSQL takes it for true of almost every run, and so reads runs in their order until the page is full.
  return sql<boolean>`(select 1 from ${sql.table(tableOf(field))} v where v.run = ${scope.id}
    and v.key = ${scope.key(field.key)} and ${compare(value, predicate)}
    ${isUpward(predicate) ? sql`and ${value} <= ${LARGEST_NUMBER}` : sql``}) is not null`;
}

/** The text 'NaN' sorts after every number, so that "larger than" needs an upper bound. */
export function isUpward({ field, comparison }: RunPredicate): boolean {
  return field.entity === 'metric' && (comparison === '>' || comparison === '>=');
}

export function compare(left: RawBuilder<unknown>, { comparison, value }: RunPredicate): RawBuilder<boolean> {
  switch (comparison) {
    case '=':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return sql<boolean>`${left} ${sql.raw(comparison)} ${operand(value)}`;
    case 'LIKE':
      return isLike(left, String(value));
    case 'ILIKE':
      return isLikeIgnoringCase(left, String(value));
    case 'IN':
      return isAnyOf(left, texts(value));
    case 'NOT IN':
      return sql<boolean>`not ${isAnyOf(left, texts(value))}`;
    case 'IS NULL':
      return sql<boolean>`${left} is null`;
    case 'IS NOT NULL':
      return sql<boolean>`${left} is not null`;
  }
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
      return statusText();
    case 'artifact_uri':
      return sql`(select coalesce(e.artifact_location, ${OWN_ARTIFACTS} || e.id) || '/' || run.uuid || '/artifacts'
        from experiment e where e.id = run.exp)`;
    case 'start_time':
    case 'end_time':
      return sql.ref(`run.${attribute}`);
  }
}

/** The status as clients spell it: they compare and sort it as text. */
function statusText(): RawBuilder<unknown> {
  const names = [...statusNames()].map(([number, name]) => sql`when ${sql.lit(number)} then ${sql.lit(name)}`);
  return sql`case run.status ${sql.join(names, sql` `)} end`;
}

/** A number with a fraction may be compared with a column of whole ones. */
function operand(value: RunPredicate['value']): unknown {
  return typeof value === 'number' && !Number.isSafeInteger(value) ? sql`cast(${value} as double precision)` : value;
}

function texts(value: RunPredicate['value']): readonly string[] {
  return typeof value === 'object' ? value : [String(value)];
}
