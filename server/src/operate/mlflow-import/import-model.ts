import { OWN_ARTIFACTS } from '../../platform/store/artifact-root.js';
import type { Store } from '../../platform/store/store.js';
import type { ForeignPlaces } from './artifact-places.js';
import type { ForeignModel, ForeignVersion } from './foreign-store.js';
import type { Tally } from './tally.js';

/**
 * Imports a registered model with its versions, which keep their numbers. A version whose number another one has here
 * is left out, and missed by the tally.
 */
export async function importModel(
  store: Store,
  places: ForeignPlaces,
  model: ForeignModel,
  tally: Tally
): Promise<void> {
  const { name, description, created_at, updated_at } = model;
  const id = await store.writes.transaction().execute(async db => {
    await db
      .insertInto('registered_model')
      .values({ name, description, created_at, updated_at })
      .onConflict(conflict => conflict.column('name').doNothing())
      .execute();
    const row = await db.selectFrom('registered_model').where('name', '=', name).select('id').executeTakeFirstOrThrow();
    for (const { key, value } of model.tags) {
      await db
        .insertInto('registered_model_tag')
        .values({ model: row.id, key, value })
        .onConflict(conflict => conflict.columns(['model', 'key']).doUpdateSet({ value }))
        .execute();
    }
    for (const version of model.versions) {
      await db
        .insertInto('model_version')
        .values({ ...(await columnsOf(store, places, version)), model: row.id })
        .onConflict(conflict => conflict.columns(['model', 'version']).doNothing())
        .execute();
      for (const { key, value } of version.tags) {
        await db
          .insertInto('model_version_tag')
          .values({ model: row.id, version: version.version, key, value })
          .onConflict(conflict => conflict.columns(['model', 'version', 'key']).doUpdateSet({ value }))
          .execute();
      }
    }
    for (const { alias, version } of model.aliases) {
      await db
        .insertInto('model_alias')
        .values({ model: row.id, alias, version })
        .onConflict(conflict => conflict.columns(['model', 'alias']).doUpdateSet({ version }))
        .execute();
    }
    return row.id;
  });
  tally.model(id, model);
}

async function columnsOf(store: Store, places: ForeignPlaces, version: ForeignVersion) {
  const { run_id, run_link, logged_model, description, created_at, updated_at, stage, source } = version;
  return {
    ...{ run_id, run_link, logged_model, description, created_at, updated_at, stage },
    version: version.version,
    deleted: version.deleted ? 1 : 0,
    source: places.nowAt(source),
    location: (await rootOf(store, logged_model)) ?? places.nowAt(version.location),
    bundle_digest: null,
    session_id: null,
    dataset: null,
    signature: null,
    metrics: '{}',
    headline: null
  };
}

/** Where the files of a logged model are stored, when it is here. */
async function rootOf(store: Store, id: string | null): Promise<string | undefined> {
  if (id === null) {
    return undefined;
  }
  const row = await store.reads.selectFrom('logged_model').where('id', '=', id).select('exp').executeTakeFirst();
  return row === undefined ? undefined : `${OWN_ARTIFACTS}${row.exp}/models/${id}/artifacts`;
}
