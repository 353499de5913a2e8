import type { KeyValue } from '@slipway/contract';
import type { Kysely } from 'kysely';
import { AlreadyExistsError, NotFoundError } from '../../platform/errors.js';
import {
  searchEntities,
  type EntityField,
  type EntityQuery,
  type FieldValue
} from '../../platform/store/search/conditions.js';
import { anyOf } from '../../platform/store/expressions.js';
import { groupRows } from '../../platform/store/group-rows.js';
import type { Store } from '../../platform/store/store.js';
import type { Tables } from '../../platform/store/tables.js';
import { deletedExperiment, unknownTag } from '../../platform/tracking-errors.js';

export interface Experiment {
  readonly id: number;
  readonly name: string;
  readonly artifact_location: string | null;
  readonly deleted: boolean;
  readonly created_at: number;
  readonly updated_at: number;
  readonly tags: readonly KeyValue[];
}

export interface ExperimentQuery extends EntityQuery {
  readonly lifecycle: 'active' | 'deleted' | 'all';
  /** Ids of those that may be found; absent: all. */
  readonly visible?: readonly number[] | undefined;
}

/** Experiment 0, which every data folder has. */
export const DEFAULT_EXPERIMENT = 0;

export class Experiments {
  readonly #store: Store;
  readonly #defaultRoot: string | undefined;

  /** @param defaultRoot where clients are told to put the artifacts of new experiments; absent: our own store. */
  constructor(store: Store, defaultRoot?: string) {
    this.#store = store;
    this.#defaultRoot = defaultRoot;
  }

  /** Gives the experiment that is always there the default place, unless another one has artifacts. */
  async placeDefault(): Promise<void> {
    if (this.#defaultRoot !== undefined) {
      await this.#store.writes
        .updateTable('experiment')
        .set({ artifact_location: `${this.#defaultRoot}/${DEFAULT_EXPERIMENT}` })
        .where('id', '=', DEFAULT_EXPERIMENT)
        .where('artifact_location', 'is', null)
        .where(({ not, exists, selectFrom }) =>
          not(exists(selectFrom('run').where('exp', '=', DEFAULT_EXPERIMENT).select('id')))
        )
        .execute();
    }
  }

  /** @returns its id. @throws AlreadyExistsError, also when a deleted one has the name. */
  async create(name: string, tags: readonly KeyValue[], artifactLocation: string | null): Promise<number> {
    const now = Date.now();
    return this.#store.writes.transaction().execute(async transaction => {
      await refuseTakenName(transaction, name);
      const { id } = await transaction
        .insertInto('experiment')
        .values({ name, artifact_location: artifactLocation, created_at: now, updated_at: now })
        .returning('id')
        .executeTakeFirstOrThrow();
      if (artifactLocation === null && this.#defaultRoot !== undefined) {
        await transaction
          .updateTable('experiment')
          .set({ artifact_location: `${this.#defaultRoot}/${id}` })
          .where('id', '=', id)
          .execute();
      }
      for (const { key, value } of tags) {
        await transaction.insertInto('experiment_tag').values({ exp: id, key, value }).execute();
      }
      return id;
    });
  }

  /** Deleted ones too. @throws NotFoundError */
  async get(id: number): Promise<Experiment> {
    const [experiment] = await this.#select(select => select.where('id', '=', id));
    if (experiment === undefined) {
      throw new NotFoundError(`No Experiment with id=${id} exists`);
    }
    return experiment;
  }

  async byName(name: string): Promise<Experiment | undefined> {
    const [experiment] = await this.#select(select => select.where('name', '=', name));
    return experiment;
  }

  /** All of them, the newest first. */
  async list(): Promise<Experiment[]> {
    return this.#select(select => select.orderBy('created_at', 'desc').orderBy('id', 'desc'));
  }

  /** Without an order the newest come first; ties of a given order go by id, the largest first. */
  async search(query: ExperimentQuery): Promise<{ found: Experiment[]; more: boolean }> {
    const { order, lifecycle } = query;
    const all = await this.#select(select => {
      const narrowed = lifecycle === 'all' ? select : select.where('life', '=', lifecycle === 'active' ? 0 : 1);
      return order.length === 0 ? narrowed.orderBy('created_at', 'desc').orderBy('id') : narrowed.orderBy('id', 'desc');
    });
    const ids = query.visible && new Set(query.visible);
    return searchEntities(ids === undefined ? all : all.filter(({ id }) => ids.has(id)), query, fieldOf);
  }

  /** @throws NotFoundError, InvalidStateError (deleted), AlreadyExistsError */
  async rename(id: number, name: string): Promise<void> {
    await this.#active(id);
    await this.#store.writes.transaction().execute(async transaction => {
      await refuseTakenName(transaction, name);
      await transaction.updateTable('experiment').set({ name, updated_at: Date.now() }).where('id', '=', id).execute();
    });
  }

  async setTag(id: number, { key, value }: KeyValue): Promise<void> {
    await this.#active(id);
    await this.#store.writes
      .insertInto('experiment_tag')
      .values({ exp: id, key, value })
      .onConflict(conflict => conflict.columns(['exp', 'key']).doUpdateSet({ value }))
      .execute();
  }

  /** @throws NotFoundError also when there is no such tag. */
  async deleteTag(id: number, key: string): Promise<void> {
    await this.#active(id);
    const { numDeletedRows } = await this.#store.writes
      .deleteFrom('experiment_tag')
      .where('exp', '=', id)
      .where('key', '=', key)
      .executeTakeFirst();
    if (numDeletedRows === 0n) {
      throw unknownTag(key, 'experiment', id);
    }
  }

  /** Deletes or restores the experiment together with its runs. @throws NotFoundError also when it is so already. */
  async setDeleted(id: number, deleted: boolean): Promise<void> {
    const experiment = await this.get(id);
    if (experiment.deleted === deleted) {
      throw new NotFoundError(`No Experiment with id=${id} exists`);
    }
    await this.#store.write({ kind: 'experiment.lifecycle', experiment_id: id, deleted });
  }

  async #active(id: number): Promise<void> {
    const experiment = await this.get(id);
    if (experiment.deleted) {
      throw deletedExperiment(id);
    }
  }

  async #select(
    narrow: (select: ReturnType<typeof selectExperiments>) => ReturnType<typeof selectExperiments>
  ): Promise<Experiment[]> {
    const rows = await narrow(selectExperiments(this.#store.reads)).execute();
    const ids = rows.map(row => row.id);
    const tags = this.#store.reads.selectFrom('experiment_tag').where(anyOf('exp', ids)).selectAll().orderBy('key');
    const tagsOf = groupRows(await tags.execute(), tag => tag.exp);
    return rows.map(({ life, ...row }) => ({
      ...row,
      deleted: life !== 0,
      tags: (tagsOf.get(row.id) ?? []).map(({ key, value }) => ({ key, value }))
    }));
  }
}

function fieldOf(experiment: Experiment, { entity, key }: EntityField): FieldValue {
  if (entity === 'tag') {
    return experiment.tags.find(tag => tag.key === key)?.value ?? null;
  }
  switch (key) {
    case 'name':
      return experiment.name;
    case 'experiment_id':
      return experiment.id;
    case 'creation_time':
      return experiment.created_at;
    default:
      return experiment.updated_at;
  }
}

function selectExperiments(db: Kysely<Tables>) {
  return db.selectFrom('experiment').select(['id', 'name', 'artifact_location', 'life', 'created_at', 'updated_at']);
}

async function refuseTakenName(db: Kysely<Tables>, name: string): Promise<void> {
  const taken = await db.selectFrom('experiment').where('name', '=', name).select(['id', 'life']).executeTakeFirst();
  if (taken !== undefined) {
    const deleted = taken.life !== 0;
    throw new AlreadyExistsError(`There is ${deleted ? 'a deleted' : 'an'} experiment named ${name}.`, {
      remedy: deleted ? 'Restore it, or use another name.' : 'Use another name.',
      subject: { kind: 'taken_experiment', name, deleted }
    });
  }
}
