import { sql, type RawBuilder } from 'kysely';

/** No later version of the model is in the same stage. */
export function isLatestOfItsStage(): RawBuilder<boolean> {
  return sql<boolean>`not exists (select 1 from model_version newer where newer.model = model_version.model
    and newer.stage = model_version.stage and newer.deleted = 0 and newer.version > model_version.version)`;
}

/** No row of the tables names the blob of the row. */
export function isUnreferenced(
  references: readonly { readonly table: string; readonly column: string }[]
): RawBuilder<boolean> {
  const conditions = references.map(
    ({ table, column }) =>
      sql<boolean>`not exists (select 1 from ${sql.table(table)} r where ${sql.ref(`r.${column}`)} = blob.sha256)`
  );
  return sql<boolean>`${sql.join(conditions, sql` and `)}`;
}
