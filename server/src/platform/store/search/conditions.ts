import type { Comparison } from '../run-query.js';
import { isLike } from './like.js';

/** A value of an entity that it is compared by. `attribute` is a field of the entity itself. */
export interface EntityField {
  readonly entity: 'attribute' | 'metric' | 'param' | 'tag';
  readonly key: string;
}

export interface EntityCondition {
  readonly field: EntityField;
  readonly comparison: Comparison;
  /** A list for IN and NOT IN; unused for IS NULL. */
  readonly value: string | number | readonly string[];
}

export interface EntityOrder {
  readonly field: EntityField;
  readonly descending: boolean;
}

/** Null: the entity has no such value. */
export type FieldValue = string | number | null;

/** What an entity has under a field. Metrics may have several values: one that fits is enough. */
export type FieldReader<T> = (entity: T, field: EntityField) => FieldValue | readonly FieldValue[];

/** Conditions on entities of which there are few enough to look at each; all of them hold. */
export interface EntityQuery {
  readonly conditions: readonly EntityCondition[];
  /** Entities without the value come last in either direction. */
  readonly order: readonly EntityOrder[];
  readonly limit: number;
  readonly offset: number;
}

/** @returns the page, and whether another follows. Ties stay in the order given. */
export function searchEntities<T>(
  entities: readonly T[],
  query: EntityQuery,
  read: FieldReader<T>
): { readonly found: T[]; readonly more: boolean } {
  const fitting = entities.filter(entity =>
    query.conditions.every(condition => {
      const value = read(entity, condition.field);
      return Array.isArray(value) ? value.some(each => holds(each, condition)) : holds(value as FieldValue, condition);
    })
  );
  const sorted = query.order.length === 0 ? fitting : fitting.sort((a, b) => compareBy(query.order, read, a, b));
  const end = query.offset + query.limit;
  return { found: sorted.slice(query.offset, end), more: sorted.length > end };
}

/** A value that is absent only satisfies IS NULL. */
export function holds(given: FieldValue, { comparison, value }: Omit<EntityCondition, 'field'>): boolean {
  if (comparison === 'IS NULL' || comparison === 'IS NOT NULL') {
    return (given === null) === (comparison === 'IS NULL');
  }
  if (given === null) {
    return false;
  }
  switch (comparison) {
    case '=':
      return given === value;
    case '!=':
      return given !== value;
    case '<':
      return given < (value as FieldValue & {});
    case '<=':
      return given <= (value as FieldValue & {});
    case '>':
      return given > (value as FieldValue & {});
    case '>=':
      return given >= (value as FieldValue & {});
    case 'LIKE':
      return isLike(String(given), String(value), false);
    case 'ILIKE':
      return isLike(String(given), String(value), true);
    case 'IN':
      return (value as readonly string[]).includes(String(given));
    case 'NOT IN':
      return !(value as readonly string[]).includes(String(given));
  }
}

function compareBy<T>(orders: readonly EntityOrder[], read: FieldReader<T>, a: T, b: T): number {
  for (const { field, descending } of orders) {
    const compared = compareValues(single(read(a, field)), single(read(b, field)), descending);
    if (compared !== 0) {
      return compared;
    }
  }
  return 0;
}

function single(value: FieldValue | readonly FieldValue[]): FieldValue {
  return Array.isArray(value) ? ((value as readonly FieldValue[]).at(-1) ?? null) : (value as FieldValue);
}

function compareValues(a: FieldValue, b: FieldValue, descending: boolean): number {
  if (a === null || b === null) {
    return Number(a === null) - Number(b === null);
  }
  const compared = a < b ? -1 : a > b ? 1 : 0;
  return descending ? -compared : compared;
}
