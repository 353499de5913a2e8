import { sql, type Kysely, type RawBuilder } from 'kysely';
import { portable } from './expressions.js';
import type { Tables } from './tables.js';

export interface ArtifactRow {
  readonly path: string;
  readonly sha256: string;
  readonly size: number;
}

/** Whose artifacts: each kind of owner has a table of its own. */
export type ArtifactRowsOf =
  | { readonly table: 'run_artifact'; readonly run: number }
  | { readonly table: 'logged_model_artifact'; readonly model: string }
  | { readonly table: 'shared_artifact' };

/** All files of an owner. */
export async function artifactRows(db: Kysely<Tables>, of: ArtifactRowsOf): Promise<ArtifactRow[]> {
  const { rows } = await sql<ArtifactRow>`
    select path, sha256, size from ${sql.table(of.table)} where ${isOwn(of)}`.execute(db);
  return rows;
}

export async function artifactAt(
  db: Kysely<Tables>,
  of: ArtifactRowsOf,
  path: string
): Promise<ArtifactRow | undefined> {
  const { rows } = await sql<ArtifactRow>`
    select path, sha256, size from ${sql.table(of.table)} where ${isOwn(of)} and path = ${path}`.execute(db);
  return rows[0];
}

/**
 * A file that is in the way of another one: a name cannot be a file and a folder. To be asked inside of the transaction that
 * writes.
 */
export async function artifactInTheWay(
  db: Kysely<Tables>,
  of: ArtifactRowsOf,
  path: string
): Promise<string | undefined> {
  const parts = path.split('/');
  const folders = parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
  const conditions = [isBelow(path), ...(folders.length === 0 ? [] : [sql`path in (${sql.join(folders)})`])];
  for (const condition of conditions) {
    const { rows } = await sql<{ path: string }>`
      select path from ${sql.table(of.table)} where ${isOwn(of)} and ${condition} limit 1`.execute(db);
    if (rows[0] !== undefined) {
      return rows[0].path;
    }
  }
  return undefined;
}

/** A name that is taken gets the new content. */
export async function putArtifactRow(db: Kysely<Tables>, of: ArtifactRowsOf, file: ArtifactRow): Promise<void> {
  const { path, sha256, size } = file;
  const row = { path, sha256, size, created_at: Date.now() };
  switch (of.table) {
    case 'run_artifact':
      await db
        .insertInto('run_artifact')
        .values({ ...row, run: of.run })
        .onConflict(conflict => conflict.columns(['run', 'path']).doUpdateSet({ sha256, size }))
        .execute();
      return;
    case 'logged_model_artifact':
      await db
        .insertInto('logged_model_artifact')
        .values({ ...row, model: of.model })
        .onConflict(conflict => conflict.columns(['model', 'path']).doUpdateSet({ sha256, size }))
        .execute();
      return;
    case 'shared_artifact':
      await db
        .insertInto('shared_artifact')
        .values(row)
        .onConflict(conflict => conflict.column('path').doUpdateSet({ sha256, size }))
        .execute();
  }
}

/** Deletes a file, or a folder with everything in it. */
export async function deleteArtifactRows(db: Kysely<Tables>, of: ArtifactRowsOf, path: string): Promise<void> {
  await sql`
    delete from ${sql.table(of.table)} where ${isOwn(of)} and (path = ${path} or ${isBelow(path)})`.execute(db);
}

/** Inside of a folder. SQLite compares by bytes and finds the range in its key; the sign behind the slash is 0. */
function isBelow(path: string): RawBuilder<unknown> {
  return portable({
    sqlite: sql`(path >= ${`${path}/`} and path < ${`${path}0`})`,
    postgres: sql`starts_with(path, cast(${`${path}/`} as text))`
  });
}

function isOwn(of: ArtifactRowsOf): RawBuilder<unknown> {
  switch (of.table) {
    case 'run_artifact':
      return sql`run = ${of.run}`;
    case 'logged_model_artifact':
      return sql`model = ${of.model}`;
    case 'shared_artifact':
      return sql`path <> ''`;
  }
}
