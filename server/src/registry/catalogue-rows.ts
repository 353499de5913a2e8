import { type KeyValue, ReleaseManifest } from '@slipway/contract';
import type { Kysely } from 'kysely';
import { AlreadyExistsError, InvalidStateError, NotFoundError } from '../platform/errors.js';
import type { Tables } from '../platform/store/tables.js';

export function modelNotFound(name: string): NotFoundError {
  return new NotFoundError(`Registered Model with name=${name} not found`);
}

export function versionNotFound(name: string, version: number): NotFoundError {
  return new NotFoundError(`Model Version (name=${name}, version=${version}) not found`);
}

export async function modelId(db: Kysely<Tables>, name: string): Promise<number> {
  const row = await db.selectFrom('registered_model').where('name', '=', name).select('id').executeTakeFirst();
  if (row === undefined) {
    throw modelNotFound(name);
  }
  return row.id;
}

/** @returns the model's row id, when it has this version. */
export async function versionOwner(db: Kysely<Tables>, name: string, version: number): Promise<number> {
  const row = await db
    .selectFrom('model_version')
    .innerJoin('registered_model', 'registered_model.id', 'model_version.model')
    .where('registered_model.name', '=', name)
    .where('model_version.version', '=', version)
    .where('model_version.deleted', '=', 0)
    .select('model_version.model')
    .executeTakeFirst();
  if (row === undefined) {
    throw versionNotFound(name, version);
  }
  return row.model;
}

export async function refuseTakenName(db: Kysely<Tables>, name: string): Promise<void> {
  const taken = await db.selectFrom('registered_model').where('name', '=', name).select('id').executeTakeFirst();
  if (taken !== undefined) {
    throw new AlreadyExistsError(`Registered Model (name=${name}) already exists.`);
  }
}

/** A service must be able to say what it runs. @param version absent: any. */
export async function refuseWhileServing(db: Kysely<Tables>, name: string, version?: number): Promise<void> {
  const releases = await db.selectFrom('service').select('release').execute();
  for (const row of releases) {
    const { service, revisions } = ReleaseManifest.parse(JSON.parse(row.release));
    const serving = revisions.find(each => each.model === name && (version ?? each.version) === each.version);
    if (serving !== undefined) {
      throw new InvalidStateError(`${name} v${serving.version} is in the service ${service}.`, {
        remedy: 'Promote another version first.'
      });
    }
  }
}

export async function putModelTag(db: Kysely<Tables>, model: number, { key, value }: KeyValue): Promise<void> {
  await db
    .insertInto('registered_model_tag')
    .values({ model, key, value })
    .onConflict(conflict => conflict.columns(['model', 'key']).doUpdateSet({ value }))
    .execute();
}

export async function putVersionTag(
  db: Kysely<Tables>,
  model: number,
  version: number,
  { key, value }: KeyValue
): Promise<void> {
  await db
    .insertInto('model_version_tag')
    .values({ model, version, key, value })
    .onConflict(conflict => conflict.columns(['model', 'version', 'key']).doUpdateSet({ value }))
    .execute();
}
