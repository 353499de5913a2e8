import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { NotFoundError } from '../errors.js';
import { newRunName } from '../runs/run-names.js';
import type { KeyValue } from '../store/operations.js';
import type { Store } from '../store/store.js';
import type { LoggedModelTable } from '../store/tables.js';

const KeyValues = z.array(z.object({ key: z.string(), value: z.string() }));

export const LOGGED_MODEL_STATUSES = [
  'LOGGED_MODEL_PENDING',
  'LOGGED_MODEL_READY',
  'LOGGED_MODEL_UPLOAD_FAILED'
] as const;
export type LoggedModelStatus = (typeof LOGGED_MODEL_STATUSES)[number];

export interface LoggedModel extends Omit<LoggedModelTable, 'params' | 'tags'> {
  readonly params: readonly KeyValue[];
  readonly tags: readonly KeyValue[];
}

export interface NewLoggedModel {
  readonly experiment_id: number;
  /** Empty: it gets one. */
  readonly name: string;
  readonly model_type: string;
  readonly source_run: string | null;
  readonly params: readonly KeyValue[];
  readonly tags: readonly KeyValue[];
}

/** Models that MLflow's clients log beside a run. */
export class LoggedModels {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** It is pending until its files are there and it is finalized. */
  async create(model: NewLoggedModel): Promise<LoggedModel> {
    const now = Date.now();
    const id = `m-${randomUUID().replaceAll('-', '')}`;
    await this.#store.writes
      .insertInto('logged_model')
      .values({
        id,
        exp: model.experiment_id,
        name: model.name === '' ? newRunName() : model.name,
        status: 'LOGGED_MODEL_PENDING',
        model_type: model.model_type,
        source_run: model.source_run,
        created_at: now,
        updated_at: now,
        params: JSON.stringify(model.params),
        tags: JSON.stringify(model.tags)
      })
      .execute();
    return this.get(id);
  }

  /** @throws NotFoundError */
  async get(id: string): Promise<LoggedModel> {
    const row = await this.#store.reads.selectFrom('logged_model').where('id', '=', id).selectAll().executeTakeFirst();
    if (row === undefined) {
      throw new NotFoundError(`Logged model with ID '${id}' not found.`);
    }
    return parse(row);
  }

  /** Newest first. */
  async list(experiments: readonly number[]): Promise<LoggedModel[]> {
    const rows = await this.#store.reads
      .selectFrom('logged_model')
      .where('exp', 'in', [...experiments])
      .selectAll()
      .orderBy('created_at', 'desc')
      .orderBy('id')
      .execute();
    return rows.map(parse);
  }

  async setStatus(id: string, status: LoggedModelStatus): Promise<LoggedModel> {
    await this.get(id);
    await this.#store.writes
      .updateTable('logged_model')
      .set({ status, updated_at: Date.now() })
      .where('id', '=', id)
      .execute();
    return this.get(id);
  }

  async addTags(id: string, tags: readonly KeyValue[]): Promise<LoggedModel> {
    return this.#merge(id, 'tags', tags);
  }

  async addParams(id: string, params: readonly KeyValue[]): Promise<LoggedModel> {
    return this.#merge(id, 'params', params);
  }

  /** Says that a run read or made models. @throws NotFoundError for the run. */
  async link(
    run_id: string,
    direction: 'input' | 'output',
    models: readonly { readonly model_id: string; readonly step: number }[]
  ): Promise<void> {
    const run = await this.#store.reads.selectFrom('run').where('uuid', '=', run_id).select('id').executeTakeFirst();
    if (run === undefined) {
      throw new NotFoundError(`Run with id=${run_id} not found`);
    }
    for (const { model_id, step } of models) {
      await this.#store.writes
        .insertInto('run_logged_model')
        .values({ run: run.id, model: model_id, direction, step })
        .onConflict(conflict => conflict.columns(['run', 'model', 'direction']).doUpdateSet({ step }))
        .execute();
    }
  }

  async #merge(id: string, column: 'tags' | 'params', entries: readonly KeyValue[]): Promise<LoggedModel> {
    const model = await this.get(id);
    const merged = new Map(model[column].map(entry => [entry.key, entry.value]));
    for (const { key, value } of entries) {
      merged.set(key, value);
    }
    const stored = JSON.stringify([...merged].map(([key, value]) => ({ key, value })));
    await this.#store.writes
      .updateTable('logged_model')
      .set(column === 'tags' ? { tags: stored } : { params: stored })
      .where('id', '=', id)
      .execute();
    return this.get(id);
  }
}

function parse(row: LoggedModelTable): LoggedModel {
  return { ...row, params: KeyValues.parse(JSON.parse(row.params)), tags: KeyValues.parse(JSON.parse(row.tags)) };
}
