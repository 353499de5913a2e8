import type { Kysely } from 'kysely';
import { AlreadyExistsError, InvalidStateError, NotFoundError } from '../errors.js';
import type { KeyValue } from '../store/operations.js';
import type { Store } from '../store/store.js';
import type { Tables } from '../store/tables.js';

export interface Experiment {
  readonly id: number;
  readonly name: string;
  readonly artifact_location: string | null;
  readonly deleted: boolean;
  readonly created_at: number;
  readonly updated_at: number;
  readonly tags: readonly KeyValue[];
}

/** Experiment 0, which every data folder has. */
export const DEFAULT_EXPERIMENT = 0;

export class Experiments {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
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

  /** All of them, the last changed first. */
  async list(): Promise<Experiment[]> {
    return this.#select(select => select.orderBy('created_at', 'desc').orderBy('id', 'desc'));
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
      throw new NotFoundError(`No tag with name: ${key} in experiment with id ${id}`);
    }
  }

  /** Deletes or restores the experiment together with its runs. */
  async setDeleted(id: number, deleted: boolean): Promise<void> {
    await this.get(id);
    await this.#store.write({ kind: 'experiment.lifecycle', experiment_id: id, deleted });
  }

  async #active(id: number): Promise<void> {
    const experiment = await this.get(id);
    if (experiment.deleted) {
      throw new InvalidStateError(`The experiment ${id} must be in the 'active' state. Current state is deleted.`);
    }
  }

  async #select(
    narrow: (select: ReturnType<typeof selectExperiments>) => ReturnType<typeof selectExperiments>
  ): Promise<Experiment[]> {
    const rows = await narrow(selectExperiments(this.#store.reads)).execute();
    const tags = await this.#store.reads.selectFrom('experiment_tag').selectAll().orderBy('key').execute();
    return rows.map(({ life, ...row }) => ({
      ...row,
      deleted: life !== 0,
      tags: tags.filter(tag => tag.exp === row.id).map(({ key, value }) => ({ key, value }))
    }));
  }
}

function selectExperiments(db: Kysely<Tables>) {
  return db.selectFrom('experiment').select(['id', 'name', 'artifact_location', 'life', 'created_at', 'updated_at']);
}

async function refuseTakenName(db: Kysely<Tables>, name: string): Promise<void> {
  const taken = await db.selectFrom('experiment').where('name', '=', name).select(['id', 'life']).executeTakeFirst();
  if (taken !== undefined) {
    const state = taken.life === 0 ? '' : ' in deleted state';
    throw new AlreadyExistsError(`Experiment '${name}' already exists${state}.`, {
      ...(taken.life === 0 ? {} : { remedy: 'Restore the existing experiment, or use another name.' })
    });
  }
}
