import type { KeyValue } from '@slipway/contract';
import type { Kysely, Selectable } from 'kysely';
import { anyOf } from '../platform/store/expressions.js';
import { groupRows } from '../platform/store/group-rows.js';
import type { ModelVersionTable, RegisteredModelTable, Tables } from '../platform/store/tables.js';
import { isLatestOfItsStage } from '../platform/store/predicates/registry-predicates.js';

/** A registered model as MLflow's clients see it. */
export interface CatalogueModel extends Selectable<RegisteredModelTable> {
  readonly tags: readonly KeyValue[];
  readonly aliases: readonly { readonly alias: string; readonly version: number }[];
  /** The newest version of each stage, by number. */
  readonly latest: readonly CatalogueVersion[];
}

/** A model version as MLflow's clients see it, with or without a bundle. */
export interface CatalogueVersion extends Selectable<ModelVersionTable> {
  readonly name: string;
  readonly tags: readonly KeyValue[];
  readonly aliases: readonly string[];
}

/** Models by name. @param name only this one. */
export async function readModels(db: Kysely<Tables>, name?: string): Promise<CatalogueModel[]> {
  let select = db.selectFrom('registered_model').selectAll().orderBy('name');
  if (name !== undefined) {
    select = select.where('name', '=', name);
  }
  const rows = await select.execute();
  const ids = rows.map(row => row.id);
  const tags = groupRows(
    await db.selectFrom('registered_model_tag').where(anyOf('model', ids)).selectAll().orderBy('key').execute(),
    row => row.model
  );
  const aliases = groupRows(
    await db.selectFrom('model_alias').where(anyOf('model', ids)).selectAll().orderBy('alias').execute(),
    row => row.model
  );
  const latest = groupRows(await completeVersions(db, await latestRows(db, ids)), row => row.model);
  return rows.map(row => ({
    ...row,
    tags: (tags.get(row.id) ?? []).map(({ key, value }) => ({ key, value })),
    aliases: (aliases.get(row.id) ?? []).map(({ alias, version }) => ({ alias, version })),
    latest: latest.get(row.id) ?? []
  }));
}

/** Versions that are not deleted, by name and number. */
export async function readVersions(
  db: Kysely<Tables>,
  only: { readonly name?: string; readonly version?: number } = {}
): Promise<CatalogueVersion[]> {
  let select = selectVersions(db);
  if (only.name !== undefined) {
    select = select.where('registered_model.name', '=', only.name);
  }
  if (only.version !== undefined) {
    select = select.where('model_version.version', '=', only.version);
  }
  return completeVersions(db, await select.execute());
}

type VersionRow = Omit<CatalogueVersion, 'tags' | 'aliases'>;

function selectVersions(db: Kysely<Tables>) {
  return db
    .selectFrom('model_version')
    .innerJoin('registered_model', 'registered_model.id', 'model_version.model')
    .where('model_version.deleted', '=', 0)
    .selectAll('model_version')
    .select('registered_model.name')
    .orderBy('registered_model.name')
    .orderBy('model_version.version');
}

function latestRows(db: Kysely<Tables>, models: readonly number[]): Promise<VersionRow[]> {
  return selectVersions(db).where(anyOf('model_version.model', models)).where(isLatestOfItsStage()).execute();
}

async function completeVersions(db: Kysely<Tables>, rows: readonly VersionRow[]): Promise<CatalogueVersion[]> {
  const models = [...new Set(rows.map(row => row.model))];
  const tags = groupRows(
    await db.selectFrom('model_version_tag').where(anyOf('model', models)).selectAll().orderBy('key').execute(),
    row => row.model
  );
  const aliases = groupRows(
    await db.selectFrom('model_alias').where(anyOf('model', models)).selectAll().orderBy('alias').execute(),
    row => row.model
  );
  return rows.map(row => ({
    ...row,
    tags: (tags.get(row.model) ?? [])
      .filter(tag => tag.version === row.version)
      .map(({ key, value }) => ({ key, value })),
    aliases: (aliases.get(row.model) ?? []).filter(entry => entry.version === row.version).map(entry => entry.alias)
  }));
}
