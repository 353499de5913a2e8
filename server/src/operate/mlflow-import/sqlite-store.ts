import type { KeyValue } from '@slipway/contract';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type { z } from 'zod';
import { InvalidRequestError } from '../../platform/errors.js';
import { LOGGED_MODEL_STATUSES } from '../../tracking/logged-models/logged-models.js';
import type { DatasetDetails } from '../../faces/mlflow/entities.js';
import type { MetricEntry, RunInputEntry } from '../../platform/store/operations.js';
import {
  DELETED_STAGE,
  stageOf,
  type ForeignExperiment,
  type ForeignLoggedModel,
  type ForeignModel,
  type ForeignModelLink,
  type ForeignRun,
  type ForeignStore,
  type ForeignVersion,
  type LeftBehind
} from './foreign-store.js';
import {
  Alias,
  Experiment,
  Input,
  Link,
  LoggedModel,
  Model,
  ModelMetric,
  Pair,
  Point,
  Run,
  Version
} from './sqlite-rows.js';

/** Tables whose rows are imported, and those that only repeat others or steer MLflow's own server. */
const BROUGHT = new Set(
  (
    'experiments experiment_tags runs params tags metrics latest_metrics datasets inputs input_tags logged_models ' +
    'logged_model_params logged_model_tags logged_model_metrics registered_models registered_model_tags ' +
    'registered_model_aliases model_versions model_version_tags alembic_version workspaces job_locks scheduler_leases ' +
    'sql_assessment_daily_rollups sql_span_cost_daily_rollups sql_trace_metric_daily_rollups sql_trace_rollup_rebuild_queue'
  ).split(' ')
);
const POINTS_AT_ONCE = 5000;
const CONTEXT_TAG = 'mlflow.data.context';

/** MLflow's store in a SQLite file, which is only read. Tables that a version of MLflow did not have yet are empty. */
export class MlflowSqliteStore implements ForeignStore {
  readonly #database: DatabaseSync;
  readonly #tables: ReadonlySet<string>;

  /** @throws InvalidRequestError when the file is not such a store. */
  constructor(file: string) {
    this.#database = new DatabaseSync(file, { readOnly: true });
    const tables = this.#database.prepare(`select name from sqlite_master where type = 'table'`).all();
    this.#tables = new Set(tables.map(row => String(row['name'])));
    if (!this.#tables.has('experiments') || !this.#tables.has('runs')) {
      this.#database.close();
      throw new InvalidRequestError(`${file} is not an MLflow store.`);
    }
  }

  async *experiments(): AsyncIterable<ForeignExperiment> {
    for (const row of this.#rows(Experiment, 'experiments', 'select * from experiments order by experiment_id')) {
      yield {
        id: String(row.experiment_id),
        name: row.name,
        artifacts: row.artifact_location,
        deleted: row.lifecycle_stage === 'deleted',
        created_at: row.creation_time,
        updated_at: row.last_update_time,
        tags: this.#pairs(
          'experiment_tags',
          'select key, value from experiment_tags where experiment_id = ?',
          row.experiment_id
        )
      };
    }
  }

  async *runs(): AsyncIterable<ForeignRun> {
    for (const row of this.#rows(Run, 'runs', 'select * from runs order by start_time, run_uuid')) {
      const { run_uuid: run_id } = row;
      yield {
        run_id,
        experiment_id: String(row.experiment_id),
        name: row.name,
        user: row.user_id,
        status: row.status,
        start_time: row.start_time,
        end_time: row.end_time,
        deleted: row.lifecycle_stage === 'deleted',
        params: this.#pairs('params', 'select key, value from params where run_uuid = ?', run_id),
        tags: this.#pairs('tags', 'select key, value from tags where run_uuid = ?', run_id),
        inputs: this.#inputsOf(run_id),
        models: this.#linksOf(run_id),
        artifacts: { place: row.artifact_uri, declared: row.artifact_uri },
        metrics: () => this.#pointsOf(run_id)
      };
    }
  }

  async *loggedModels(): AsyncIterable<ForeignLoggedModel> {
    for (const row of this.#rows(LoggedModel, 'logged_models', 'select * from logged_models order by model_id')) {
      const { model_id } = row;
      const pairs = (table: string, kind: string): KeyValue[] =>
        this.#pairs(
          table,
          `select ${kind}_key as key, ${kind}_value as value from ${table} where model_id = ?`,
          model_id
        );
      yield {
        model_id,
        experiment_id: String(row.experiment_id),
        name: row.name,
        status: LOGGED_MODEL_STATUSES[row.status - 1] ?? 'LOGGED_MODEL_PENDING',
        model_type: row.model_type,
        source_run: row.source_run_id,
        created_at: row.creation_timestamp_ms,
        updated_at: row.last_updated_timestamp_ms,
        deleted: row.lifecycle_stage === 'deleted',
        params: pairs('logged_model_params', 'param'),
        tags: pairs('logged_model_tags', 'tag'),
        metrics: [
          ...this.#rows(
            ModelMetric,
            'logged_model_metrics',
            `select metric_name as name, metric_timestamp_ms as ts, metric_step as step, run_id as run,
               metric_value as value, dataset_name, dataset_digest from logged_model_metrics where model_id = ?`,
            model_id
          )
        ].map(metric => ({ ...metric, value: metric.value ?? ('NaN' as const) })),
        artifacts: { place: row.artifact_location, declared: row.artifact_location }
      };
    }
  }

  async *models(): AsyncIterable<ForeignModel> {
    for (const row of this.#rows(Model, 'registered_models', 'select * from registered_models order by name')) {
      const { name } = row;
      yield {
        name,
        description: row.description,
        created_at: row.creation_time,
        updated_at: row.last_updated_time,
        tags: this.#pairs('registered_model_tags', 'select key, value from registered_model_tags where name = ?', name),
        aliases: [
          ...this.#rows(
            Alias,
            'registered_model_aliases',
            'select alias, version from registered_model_aliases where name = ?',
            name
          )
        ],
        versions: this.#versionsOf(name)
      };
    }
  }

  async leftBehind(): Promise<LeftBehind[]> {
    const others = [...this.#tables].filter(table => !BROUGHT.has(table) && !table.startsWith('sqlite_')).sort();
    const counts = others.map(table => {
      const row = this.#database.prepare(`select count(*) as n from "${table.replaceAll('"', '""')}"`).get();
      return { what: table === 'trace_info' ? 'traces' : `rows of ${table}`, count: Number(row?.['n'] ?? 0) };
    });
    return counts.filter(({ count }) => count > 0);
  }

  close(): void {
    this.#database.close();
  }

  #versionsOf(name: string): ForeignVersion[] {
    // Older versions of MLflow had no place of its own for the files.
    const place = this.#has('model_versions', 'storage_location') ? 'storage_location' : 'source';
    const rows = this.#rows(
      Version,
      'model_versions',
      `select *, ${place} as place from model_versions where name = ? order by version`,
      name
    );
    return [...rows].map(row => ({
      version: row.version,
      stage: stageOf(row.current_stage),
      deleted: row.current_stage === DELETED_STAGE,
      description: row.description,
      created_at: row.creation_time,
      updated_at: row.last_updated_time,
      source: row.source,
      location: row.place || row.source,
      run_id: row.run_id || null,
      run_link: row.run_link,
      logged_model: /^models:\/+(m-[0-9a-f]+)$/.exec(row.source)?.[1] ?? null,
      tags: this.#pairs(
        'model_version_tags',
        'select key, value from model_version_tags where name = ? and version = ?',
        name,
        row.version
      )
    }));
  }

  #inputsOf(run_id: string): RunInputEntry[] {
    const rows = this.#rows(
      Input,
      'inputs',
      `select i.input_uuid, d.name, d.digest, d.dataset_source_type, d.dataset_source, d.dataset_schema, d.dataset_profile
       from inputs i join datasets d on d.dataset_uuid = i.source_id
       where i.source_type = 'DATASET' and i.destination_type = 'RUN' and i.destination_id = ?`,
      run_id
    );
    return [...rows].map(row => {
      const tags = this.#pairs(
        'input_tags',
        'select name as key, value from input_tags where input_uuid = ?',
        row.input_uuid
      );
      const details: DatasetDetails = {
        source_type: row.dataset_source_type,
        source: row.dataset_source,
        schema: row.dataset_schema ?? undefined,
        profile: row.dataset_profile ?? undefined,
        tags
      };
      const context = tags.find(tag => tag.key === CONTEXT_TAG)?.value ?? '';
      return { name: row.name, digest: row.digest, version: null, context, details: JSON.stringify(details) };
    });
  }

  #linksOf(run_id: string): ForeignModelLink[] {
    const rows = this.#rows(
      Link,
      'inputs',
      `select source_type, destination_id, ${this.#has('inputs', 'step') ? 'step' : '0 as step'} from inputs
       where source_type in ('RUN_INPUT', 'RUN_OUTPUT') and source_id = ?`,
      run_id
    );
    return [...rows].map(row => ({
      model_id: row.destination_id,
      direction: row.source_type === 'RUN_INPUT' ? 'input' : 'output',
      step: row.step
    }));
  }

  async *#pointsOf(run_id: string): AsyncIterable<readonly MetricEntry[]> {
    let batch: MetricEntry[] = [];
    const query =
      'select key, value, timestamp, step, is_nan from metrics where run_uuid = ? order by key, step, timestamp';
    for (const { key, value, timestamp, step, is_nan } of this.#rows(Point, 'metrics', query, run_id)) {
      batch.push({ key, value: is_nan === 1 ? 'NaN' : value, timestamp, step });
      if (batch.length === POINTS_AT_ONCE) {
        yield batch;
        batch = [];
      }
    }
    yield batch;
  }

  #pairs(table: string, query: string, ...values: SQLInputValue[]): KeyValue[] {
    return [...this.#rows(Pair, table, query, ...values)];
  }

  *#rows<T>(schema: z.ZodType<T>, table: string, query: string, ...values: SQLInputValue[]): Iterable<T> {
    if (this.#tables.has(table)) {
      for (const row of this.#database.prepare(query).iterate(...values)) {
        yield schema.parse(row);
      }
    }
  }

  #has(table: string, column: string): boolean {
    return this.#database
      .prepare('select name from pragma_table_info(?)')
      .all(table)
      .some(row => row['name'] === column);
  }
}
