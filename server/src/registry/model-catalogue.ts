import type { KeyValue, ModelVersion } from '@slipway/contract';
import type { Transaction } from 'kysely';
import type { EventLog } from '../platform/events/event-log.js';
import type { Store } from '../platform/store/store.js';
import type { Tables } from '../platform/store/tables.js';
import type { Outbox } from '../platform/webhooks/outbox.js';
import { readModels, readVersions, type CatalogueModel, type CatalogueVersion } from './catalogue-reading.js';
import {
  modelId,
  modelNotFound,
  putModelTag,
  putVersionTag,
  refuseTakenName,
  refuseWhileServing,
  versionNotFound,
  versionOwner
} from './catalogue-rows.js';

export type Stage = ModelVersion['stage'];

export interface NewCatalogueVersion {
  /** The source that the client named, and the location it resolves to; kept as metadata, never opened. */
  readonly source: string;
  readonly location: string;
  readonly run_id: string | null;
  readonly logged_model: string | null;
  readonly run_link: string;
  readonly description: string;
  readonly tags: readonly KeyValue[];
}

/**
 * The registry as MLflow's clients write it: models made by hand, versions whose files are elsewhere, tags, aliases,
 * stages. It shares its tables with `Registry`, which registers bundles; both see each other's versions.
 */
export class ModelCatalogue {
  readonly #store: Store;
  readonly #events: EventLog;
  readonly #outbox: Outbox;

  constructor(store: Store, events: EventLog, outbox: Outbox) {
    this.#store = store;
    this.#events = events;
    this.#outbox = outbox;
  }

  /** By name. */
  async models(): Promise<CatalogueModel[]> {
    return readModels(this.#store.reads);
  }

  /** @throws NotFoundError */
  async model(name: string): Promise<CatalogueModel> {
    const [model] = await readModels(this.#store.reads, name);
    if (model === undefined) {
      throw modelNotFound(name);
    }
    return model;
  }

  /** Every version that is not deleted, by name and number. */
  async versions(): Promise<CatalogueVersion[]> {
    return readVersions(this.#store.reads);
  }

  /** @throws NotFoundError, also when it was deleted. */
  async version(name: string, version: number): Promise<CatalogueVersion> {
    const [found] = await readVersions(this.#store.reads, { name, version });
    if (found === undefined) {
      throw versionNotFound(name, version);
    }
    return found;
  }

  /** @throws AlreadyExistsError */
  async createModel(name: string, description: string, tags: readonly KeyValue[]): Promise<CatalogueModel> {
    const now = Date.now();
    await this.#change(name, async db => {
      await refuseTakenName(db, name);
      const { id } = await db
        .insertInto('registered_model')
        .values({ name, description, created_at: now, updated_at: now })
        .returning('id')
        .executeTakeFirstOrThrow();
      for (const tag of tags) {
        await putModelTag(db, id, tag);
      }
      await this.#outbox.add(db, {
        name: 'registered_model.created',
        data: { name, tags: byKey(tags), description }
      });
    });
    return this.model(name);
  }

  /** @throws NotFoundError */
  async describeModel(name: string, description: string): Promise<CatalogueModel> {
    await this.#change(name, async db => {
      const model = await modelId(db, name);
      await db
        .updateTable('registered_model')
        .set({ description, updated_at: Date.now() })
        .where('id', '=', model)
        .execute();
    });
    return this.model(name);
  }

  /** @throws NotFoundError, AlreadyExistsError, InvalidStateError while a service runs one of its versions. */
  async renameModel(name: string, newName: string): Promise<CatalogueModel> {
    await this.#change(name, async db => {
      const model = await modelId(db, name);
      if (newName !== name) {
        await refuseTakenName(db, newName);
      }
      await refuseWhileServing(db, name);
      const updated_at = Date.now();
      await db.updateTable('registered_model').set({ name: newName, updated_at }).where('id', '=', model).execute();
      await db.updateTable('model_version').set({ updated_at }).where('model', '=', model).execute();
    });
    this.#events.publish({ type: 'model.changed', name: newName });
    return this.model(newName);
  }

  /** Deletes the model with all its versions. @throws NotFoundError, InvalidStateError while a service runs one. */
  async deleteModel(name: string): Promise<void> {
    await this.#change(name, async db => {
      const model = await modelId(db, name);
      await refuseWhileServing(db, name);
      await db.deleteFrom('model_alias').where('model', '=', model).execute();
      await db.deleteFrom('model_version_tag').where('model', '=', model).execute();
      await db.deleteFrom('registered_model_tag').where('model', '=', model).execute();
      await db.deleteFrom('model_version').where('model', '=', model).execute();
      await db.deleteFrom('registered_model').where('id', '=', model).execute();
    });
  }

  /** @throws NotFoundError */
  async tagModel(name: string, tag: KeyValue): Promise<void> {
    await this.#change(name, async db => putModelTag(db, await modelId(db, name), tag));
  }

  /** Nothing happens when there is no such tag. @throws NotFoundError for the model. */
  async untagModel(name: string, key: string): Promise<void> {
    await this.#change(name, async db => {
      const model = await modelId(db, name);
      await db.deleteFrom('registered_model_tag').where('model', '=', model).where('key', '=', key).execute();
    });
  }

  /** The alias moves when another version has it. @throws NotFoundError */
  async setAlias(name: string, alias: string, version: number): Promise<void> {
    await this.#change(name, async db => {
      const model = await versionOwner(db, name, version);
      await db
        .insertInto('model_alias')
        .values({ model, alias, version })
        .onConflict(conflict => conflict.columns(['model', 'alias']).doUpdateSet({ version }))
        .execute();
      await this.#outbox.add(db, {
        name: 'model_version_alias.created',
        data: { name, alias, version: String(version) }
      });
    });
  }

  /** Nothing happens when there is no such alias. @throws NotFoundError for the model. */
  async deleteAlias(name: string, alias: string): Promise<void> {
    await this.#change(name, async db => {
      const model = await modelId(db, name);
      await db.deleteFrom('model_alias').where('model', '=', model).where('alias', '=', alias).execute();
      await this.#outbox.add(db, { name: 'model_version_alias.deleted', data: { name, alias } });
    });
  }

  /** The next number is given, never that of a deleted version. @throws NotFoundError for the model. */
  async createVersion(name: string, entry: NewCatalogueVersion): Promise<CatalogueVersion> {
    const now = Date.now();
    const { tags, ...columns } = entry;
    const version = await this.#change(name, async db => {
      const model = await modelId(db, name);
      await db.updateTable('registered_model').set({ updated_at: now }).where('id', '=', model).execute();
      const { newest } = await db
        .selectFrom('model_version')
        .where('model', '=', model)
        .select(from => from.fn.max('version').as('newest'))
        .executeTakeFirstOrThrow();
      const number = ((newest as number | null) ?? 0) + 1;
      await db
        .insertInto('model_version')
        .values({
          ...columns,
          model,
          version: number,
          bundle_digest: null,
          created_at: now,
          updated_at: now,
          stage: 'None',
          session_id: null,
          dataset: null,
          signature: null,
          metrics: '{}',
          headline: null
        })
        .execute();
      for (const tag of tags) {
        await putVersionTag(db, model, number, tag);
      }
      const { source, run_id, description } = entry;
      await this.#outbox.add(db, {
        name: 'model_version.created',
        data: {
          name,
          version: String(number),
          source,
          run_id,
          tags: byKey(tags),
          description: description === '' ? null : description
        }
      });
      return number;
    });
    return this.version(name, version);
  }

  /** @throws NotFoundError */
  async describeVersion(name: string, version: number, description: string): Promise<CatalogueVersion> {
    await this.#change(name, async db => {
      const model = await versionOwner(db, name, version);
      await db
        .updateTable('model_version')
        .set({ description, updated_at: Date.now() })
        .where('model', '=', model)
        .where('version', '=', version)
        .execute();
    });
    return this.version(name, version);
  }

  /** @param archiveOthers moves what is in the stage now to Archived. @throws NotFoundError */
  async moveVersion(name: string, version: number, stage: Stage, archiveOthers: boolean): Promise<CatalogueVersion> {
    await this.#change(name, async db => {
      const model = await versionOwner(db, name, version);
      const updated_at = Date.now();
      if (archiveOthers) {
        await db
          .updateTable('model_version')
          .set({ stage: 'Archived', updated_at })
          .where('model', '=', model)
          .where('stage', '=', stage)
          .where('version', '!=', version)
          .execute();
      }
      await db
        .updateTable('model_version')
        .set({ stage, updated_at })
        .where('model', '=', model)
        .where('version', '=', version)
        .execute();
      await db.updateTable('registered_model').set({ updated_at }).where('id', '=', model).execute();
    });
    return this.version(name, version);
  }

  /** Its aliases go with it. @throws NotFoundError, InvalidStateError while a service runs it. */
  async deleteVersion(name: string, version: number): Promise<void> {
    await this.#change(name, async db => {
      const model = await versionOwner(db, name, version);
      await refuseWhileServing(db, name, version);
      const updated_at = Date.now();
      await db.deleteFrom('model_alias').where('model', '=', model).where('version', '=', version).execute();
      await db.deleteFrom('model_version_tag').where('model', '=', model).where('version', '=', version).execute();
      await db
        .updateTable('model_version')
        .set({
          deleted: 1,
          description: '',
          source: null,
          location: null,
          run_id: null,
          logged_model: null,
          updated_at
        })
        .where('model', '=', model)
        .where('version', '=', version)
        .execute();
      await db.updateTable('registered_model').set({ updated_at }).where('id', '=', model).execute();
    });
  }

  /** @throws NotFoundError */
  async tagVersion(name: string, version: number, tag: KeyValue): Promise<void> {
    await this.#change(name, async db => {
      await putVersionTag(db, await versionOwner(db, name, version), version, tag);
      await this.#outbox.add(db, {
        name: 'model_version_tag.set',
        data: { name, version: String(version), key: tag.key, value: tag.value }
      });
    });
  }

  /** Nothing happens when there is no such tag. @throws NotFoundError for the version. */
  async untagVersion(name: string, version: number, key: string): Promise<void> {
    await this.#change(name, async db => {
      const model = await versionOwner(db, name, version);
      await db
        .deleteFrom('model_version_tag')
        .where('model', '=', model)
        .where('version', '=', version)
        .where('key', '=', key)
        .execute();
      await this.#outbox.add(db, { name: 'model_version_tag.deleted', data: { name, version: String(version), key } });
    });
  }

  async #change<T>(name: string, work: (db: Transaction<Tables>) => Promise<T>): Promise<T> {
    const result = await this.#store.writes.transaction().execute(work);
    this.#events.publish({ type: 'model.changed', name });
    this.#outbox.flush();
    return result;
  }
}

function byKey(tags: readonly KeyValue[]): Readonly<Record<string, string>> {
  return Object.fromEntries(tags.map(({ key, value }) => [key, value]));
}
