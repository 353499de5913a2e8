import type { KeyValue } from '@slipway/contract';
import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import { z } from 'zod';
import { NotFoundError } from '../../platform/errors.js';
import { newRunName } from '../runs/run-names.js';
import { anyOf } from '../../platform/store/expressions.js';
import { groupRows } from '../../platform/store/group-rows.js';
import { numberOf, toStored } from '../../platform/store/metric-value.js';
import type { MetricEntry } from '../../platform/store/operations.js';
import type { Store } from '../../platform/store/store.js';
import type { LoggedModelMetricTable, LoggedModelTable } from '../../platform/store/tables.js';
import { searchLoggedModels, type LoggedModelQuery } from './logged-model-search.js';
import { deletedExperiment, unknownRun } from '../../platform/tracking-errors.js';

const KeyValues = z.array(z.object({ key: z.string(), value: z.string() }));

export const LOGGED_MODEL_STATUSES = [
  'LOGGED_MODEL_PENDING',
  'LOGGED_MODEL_READY',
  'LOGGED_MODEL_UPLOAD_FAILED'
] as const;
export type LoggedModelStatus = (typeof LOGGED_MODEL_STATUSES)[number];

export type LoggedModelMetric = LoggedModelMetricTable;

const VERSIONS_TAG = 'mlflow.modelVersions';

/** A metric of a run that was measured of a model. */
export interface ModelMetricEntry extends MetricEntry {
  readonly model_id: string;
  readonly dataset_name: string | null;
  readonly dataset_digest: string | null;
}

export interface LoggedModel extends Omit<Selectable<LoggedModelTable>, 'params' | 'tags'> {
  readonly metrics: readonly LoggedModelMetric[];
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

  /**
   * It is pending until its files are there and it is finalized.
   *
   * @throws NotFoundError, InvalidStateError for the experiment.
   */
  async create(model: NewLoggedModel): Promise<LoggedModel> {
    await this.#requireActive(model.experiment_id);
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

  /** @param allowDeleted finds deleted ones too. @throws NotFoundError */
  async get(id: string, allowDeleted = false): Promise<LoggedModel> {
    const row = await this.#store.reads.selectFrom('logged_model').where('id', '=', id).selectAll().executeTakeFirst();
    const [model] = row === undefined || (row.deleted !== 0 && !allowDeleted) ? [] : await this.#complete([row]);
    if (model === undefined) {
      throw new NotFoundError(`Logged model with ID '${id}' not found.`);
    }
    return model;
  }

  /** Deleted ones are not found. */
  async search(query: LoggedModelQuery): Promise<{ found: LoggedModel[]; more: boolean }> {
    const rows = await this.#store.reads
      .selectFrom('logged_model')
      .where(anyOf('exp', query.experiments))
      .where('deleted', '=', 0)
      .selectAll()
      .execute();
    return searchLoggedModels(await this.#complete(rows), query);
  }

  async setStatus(id: string, status: LoggedModelStatus): Promise<LoggedModel> {
    await this.get(id, true);
    await this.#store.writes
      .updateTable('logged_model')
      .set({ status, updated_at: Date.now() })
      .where('id', '=', id)
      .execute();
    return this.get(id, true);
  }

  /** @throws NotFoundError */
  async delete(id: string): Promise<void> {
    await this.get(id, true);
    await this.#store.writes
      .updateTable('logged_model')
      .set({ deleted: 1, updated_at: Date.now() })
      .where('id', '=', id)
      .execute();
  }

  /** @throws NotFoundError for the model or the tag. */
  async deleteTag(id: string, key: string): Promise<void> {
    const { tags } = await this.get(id, true);
    const left = tags.filter(tag => tag.key !== key);
    if (left.length === tags.length) {
      throw new NotFoundError(`No tag with key '${key}' found for model with ID '${id}'.`);
    }
    await this.#store.writes
      .updateTable('logged_model')
      .set({ tags: JSON.stringify(left) })
      .where('id', '=', id)
      .execute();
  }

  /** Metrics that a run logged of models; those of models that nobody logged are left out. */
  async addMetrics(run_id: string, metrics: readonly ModelMetricEntry[]): Promise<void> {
    const named = [...new Set(metrics.map(metric => metric.model_id))];
    const known = await this.#store.reads.selectFrom('logged_model').where(anyOf('id', named)).select('id').execute();
    const ids = new Set(known.map(row => row.id));
    await this.#store.writes.transaction().execute(async transaction => {
      for (const { model_id, key, value, timestamp, step, ...dataset } of metrics.filter(each =>
        ids.has(each.model_id)
      )) {
        await transaction
          .insertInto('logged_model_metric')
          .values({
            model: model_id,
            name: key,
            ts: timestamp,
            step: step ?? 0,
            run: run_id,
            value: toStored(numberOf(value)),
            ...dataset
          })
          .onConflict(conflict => conflict.doNothing())
          .execute();
      }
    });
  }

  async addTags(id: string, tags: readonly KeyValue[]): Promise<LoggedModel> {
    return this.#merge(id, 'tags', tags);
  }

  /** Says on a logged model that a version of a registered model was made from it, in the tag by which MLflow's pages find it. */
  async addVersion(id: string, name: string, version: number): Promise<void> {
    await this.#store.writes.transaction().execute(async db => {
      const row = await db.selectFrom('logged_model').where('id', '=', id).select('tags').executeTakeFirst();
      if (row === undefined) {
        return;
      }
      const tags = KeyValues.parse(JSON.parse(row.tags));
      const before = tags.find(({ key }) => key === VERSIONS_TAG)?.value.replace(/^\[|\]$/g, '') ?? '';
      const entry = `{"name": ${JSON.stringify(name)}, "version": ${version}}`;
      const tag = { key: VERSIONS_TAG, value: `[${before === '' ? '' : `${before}, `}${entry}]` };
      const changed = [...tags.filter(({ key }) => key !== VERSIONS_TAG), tag];
      await db
        .updateTable('logged_model')
        .set({ tags: JSON.stringify(changed) })
        .where('id', '=', id)
        .execute();
    });
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
      throw unknownRun(run_id);
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
    const model = await this.get(id, true);
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
    return this.get(id, true);
  }

  async #requireActive(experiment: number): Promise<void> {
    const row = await this.#store.reads
      .selectFrom('experiment')
      .where('id', '=', experiment)
      .select('life')
      .executeTakeFirst();
    if (row === undefined) {
      throw new NotFoundError(`No Experiment with id=${experiment} exists`);
    }
    if (row.life !== 0) {
      throw deletedExperiment(experiment);
    }
  }

  async #complete(rows: readonly Selectable<LoggedModelTable>[]): Promise<LoggedModel[]> {
    const ids = rows.map(row => row.id);
    const metrics = await this.#store.reads
      .selectFrom('logged_model_metric')
      .where(anyOf('model', ids))
      .selectAll()
      .execute();
    const metricsOf = groupRows(metrics, metric => metric.model);
    return rows.map(row => ({
      ...row,
      params: KeyValues.parse(JSON.parse(row.params)),
      tags: KeyValues.parse(JSON.parse(row.tags)),
      metrics: metricsOf.get(row.id) ?? []
    }));
  }
}
