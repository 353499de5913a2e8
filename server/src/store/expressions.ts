import { sql, type RawBuilder } from 'kysely';

/** `column in (…)` for any number of ids with one prepared statement. */
export function anyOf(column: string, ids: readonly (number | string)[]): RawBuilder<boolean> {
  return sql<boolean>`${sql.ref(column)} in (select value from json_each(${JSON.stringify(ids)}))`;
}

/** Text that contains the words as they are, without regard to case; `%` and `_` in them mean themselves. */
export function containsText(column: string, text: string): RawBuilder<boolean> {
  const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  return sql<boolean>`${sql.ref(column)} like ${pattern} escape '\\'`;
}
