import { randomBytes } from 'node:crypto';
import type {
  KeyValue,
  MetricPoint,
  MetricSeries,
  RunComparison,
  RunDetail,
  RunGroup,
  RunSummary
} from '@slipway/contract';
import type { Kysely } from 'kysely';
import { NotFoundError } from '../../platform/errors.js';
import type { EventLog } from '../../platform/events/event-log.js';
import { anyOf } from '../../platform/store/expressions.js';
import type { LogToRun, RunInputEntry, UpdateRun } from '../../platform/store/operations.js';
import type { RunPosition, RunQuery } from '../../platform/store/run-query.js';
import type { Store } from '../../platform/store/store.js';
import type { Tables } from '../../platform/store/tables.js';
import { compareRuns } from './comparison.js';
import {
  countPoints,
  hasPointAt,
  pointsAsJson,
  pointsAtPlaces,
  pointsOf,
  seriesOf,
  type StepRange
} from './metric-reading.js';
import { groupRuns, listRuns, type RunFilter, type RunListQuery } from './run-list.js';
import { newRunName } from './run-names.js';
import { completeRuns, type RunRecord } from './run-records.js';
import { keyedTexts, selectRuns, summarize, type RunRow } from './run-rows.js';
import { deletedExperiment, unknownRun } from '../../platform/tracking-errors.js';

export interface NewRun {
  readonly experiment_id: number;
  /** Empty: the run gets a name. */
  readonly name: string;
  readonly user: string;
  /** Milliseconds since the epoch. */
  readonly start_time: number;
  readonly tags: readonly KeyValue[];
}

/** A dataset that runs of an experiment read. */
export interface DatasetUse {
  readonly exp: number;
  readonly name: string;
  readonly digest: string;
  readonly context: string;
}

const MOST_DATASETS = 1000;

/** Runs: what they logged, and what made them. */
export class Runs {
  readonly #store: Store;
  readonly #events: EventLog;

  constructor(store: Store, events: EventLog) {
    this.#store = store;
    this.#events = events;
  }

  /** @returns the new run's id. @throws NotFoundError, InvalidStateError for the experiment. */
  async create(run: NewRun): Promise<string> {
    const experiment = await this.#reads
      .selectFrom('experiment')
      .where('id', '=', run.experiment_id)
      .select('life')
      .executeTakeFirst();
    if (experiment === undefined) {
      throw new NotFoundError(`No Experiment with id=${run.experiment_id} exists`);
    }
    if (experiment.life !== 0) {
      throw deletedExperiment(run.experiment_id);
    }
    const run_id = randomBytes(16).toString('hex');
    const name =
      run.name === '' ? (run.tags.find(tag => tag.key === 'mlflow.runName')?.value ?? newRunName()) : run.name;
    await this.#store.write({ ...run, kind: 'run.create', run_id, name, status: 'RUNNING' });
    this.#changed(run_id, run.experiment_id);
    return run_id;
  }

  /** @throws NotFoundError, InvalidStateError (deleted run), InvalidRequestError (a parameter would change). */
  async log(entry: Omit<LogToRun, 'kind'>): Promise<void> {
    const { experiment_id } = await this.#store.write({ ...entry, kind: 'run.log' });
    this.#changed(entry.run_id, experiment_id);
  }

  async update(change: Omit<UpdateRun, 'kind'>): Promise<void> {
    const { experiment_id } = await this.#store.write({ ...change, kind: 'run.update' });
    this.#changed(change.run_id, experiment_id);
  }

  /** Deleted runs stay readable by id, and can be restored. */
  async setDeleted(run_id: string, deleted: boolean): Promise<void> {
    const { experiment_id } = await this.#store.write({ kind: 'run.lifecycle', run_id, deleted });
    this.#changed(run_id, experiment_id);
  }

  async deleteTag(run_id: string, key: string): Promise<void> {
    const { experiment_id } = await this.#store.write({ kind: 'run.delete-tag', run_id, key });
    this.#changed(run_id, experiment_id);
  }

  async addInputs(run_id: string, inputs: readonly RunInputEntry[]): Promise<void> {
    const { experiment_id } = await this.#store.write({ kind: 'run.inputs', run_id, inputs });
    this.#changed(run_id, experiment_id);
  }

  /** What MLflow's clients said of these datasets in the experiment of a run, the first first. */
  async knownInputs(
    run_id: string,
    datasets: readonly { readonly name: string }[]
  ): Promise<{ name: string; digest: string; details: string; own: boolean }[]> {
    const run = await this.row(run_id);
    const names = [...new Set(datasets.map(({ name }) => name))];
    const rows = await this.#reads
      .selectFrom('run_input')
      .innerJoin('run', 'run.id', 'run_input.run')
      .where('run.exp', '=', run.exp)
      .where(anyOf('run_input.name', names))
      .orderBy('run_input.run')
      .select(['run_input.name', 'run_input.digest', 'run_input.details', 'run_input.run'])
      .execute();
    return rows.flatMap(({ details, run: owner, ...dataset }) =>
      details === null ? [] : [{ ...dataset, details, own: owner === run.id }]
    );
  }

  /** Runs that are not deleted, newest first. */
  list(query: RunListQuery): Promise<{ runs: RunSummary[]; next_page_token?: string }> {
    return listRuns(this.#reads, query);
  }

  /** Experiments with the newest runs of each. */
  groups(
    query: RunFilter & { readonly limit: number; readonly runs: number }
  ): Promise<{ groups: RunGroup[]; has_more: boolean }> {
    return groupRuns(this.#reads, query);
  }

  /** Everything of one run, deleted or not. @throws NotFoundError */
  async detail(run_id: string): Promise<RunDetail> {
    const row = await this.row(run_id);
    const [summary] = await summarize(this.#reads, [row]);
    if (summary === undefined) {
      throw unknownRun(run_id);
    }
    const [params, tags] = await Promise.all([
      keyedTexts(this.#reads, 'param', [row.id]),
      keyedTexts(this.#reads, 'tag', [row.id])
    ]);
    return {
      ...summary,
      deleted: row.life !== 0,
      params: params.get(row.id) ?? [],
      tags: tags.get(row.id) ?? [],
      inputs: await this.#reads
        .selectFrom('run_input')
        .where('run', '=', row.id)
        .select(['name', 'version', 'digest', 'context'])
        .execute(),
      outputs: await this.#reads
        .selectFrom('model_version')
        .innerJoin('registered_model', 'registered_model.id', 'model_version.model')
        .where('model_version.run_id', '=', run_id)
        .where('model_version.deleted', '=', 0)
        .select(['registered_model.name', 'model_version.version', 'model_version.bundle_digest'])
        .orderBy('model_version.id')
        .execute(),
      artifacts: await this.#reads
        .selectFrom('run_artifact')
        .where('run', '=', row.id)
        .select(['path', 'size', 'sha256'])
        .orderBy('path')
        .execute()
    };
  }

  /** Several runs side by side. @throws NotFoundError for one that is not there. */
  async compare(run_ids: readonly string[]): Promise<RunComparison> {
    return compareRuns(await Promise.all(run_ids.map(run_id => this.detail(run_id))));
  }

  /** A run as MLflow's clients read it, deleted or not. @throws NotFoundError */
  async record(run_id: string): Promise<RunRecord> {
    const [record] = await completeRuns(this.#reads, [await this.row(run_id)]);
    if (record === undefined) {
      throw unknownRun(run_id);
    }
    return record;
  }

  /** @returns the page, and where it ends when another follows. */
  async search(query: RunQuery): Promise<{ found: RunRecord[]; end: RunPosition | undefined }> {
    const { ids, end } = await this.#store.findRuns(query);
    const rows = await selectRuns(this.#reads).where(anyOf('run.id', ids)).execute();
    const rowOf = new Map(rows.map(row => [row.id, row]));
    const found = await completeRuns(
      this.#reads,
      ids.flatMap(id => rowOf.get(id) ?? [])
    );
    return { found, end };
  }

  /** Every metric of a run, each thinned to at most `points` points. @throws NotFoundError */
  async metrics(run_id: string, points: number): Promise<MetricSeries[]> {
    const { id } = await this.row(run_id);
    return seriesOf(this.#reads, id, points);
  }

  /** All points of one metric by step; empty when there is no such run, or no such metric. */
  async history(run_id: string, key: string): Promise<MetricPoint[]> {
    const sid = await this.#series(run_id, key);
    return sid === undefined ? [] : pointsOf(this.#reads, sid);
  }

  /**
   * As `history`, a page of it as pieces of the text of one JSON array, so that nobody waits while a long one is built;
   * undefined when there are none.
   */
  async historyAsJson(
    run_id: string,
    key: string,
    page: { readonly limit: number; readonly offset: number }
  ): Promise<{ pieces: AsyncIterable<string>; more: boolean } | undefined> {
    const sid = await this.#series(run_id, key);
    if (sid === undefined || !(await hasPointAt(this.#reads, sid, page.offset))) {
      return undefined;
    }
    return {
      pieces: pointsAsJson(this.#reads, sid, key, page),
      more: await hasPointAt(this.#reads, sid, page.offset + page.limit)
    };
  }

  /**
   * Points of one metric at some places of its history.
   *
   * @param steps only points of these; absent: all.
   * @param places numbers of points, from 0 up and rising, for a history of so many.
   */
  async pointsAt(
    run_id: string,
    key: string,
    steps: StepRange | undefined,
    places: (total: number) => readonly number[]
  ): Promise<MetricPoint[]> {
    const sid = await this.#series(run_id, key);
    if (sid === undefined) {
      return [];
    }
    const total = await countPoints(this.#reads, sid, steps);
    return pointsAtPlaces(this.#reads, sid, total, places(total), steps);
  }

  /** What the runs of these experiments read, each once: at most a thousand. */
  async datasetsOf(experiments: readonly number[]): Promise<DatasetUse[]> {
    return this.#reads
      .selectFrom('run_input')
      .innerJoin('run', 'run.id', 'run_input.run')
      .where(anyOf('run.exp', experiments))
      .select(['run.exp', 'run_input.name', 'run_input.digest', 'run_input.context'])
      .distinct()
      .limit(MOST_DATASETS)
      .execute();
  }

  /** @throws NotFoundError */
  async row(run_id: string): Promise<RunRow> {
    const row = await selectRuns(this.#reads).where('run.uuid', '=', run_id).executeTakeFirst();
    if (row === undefined) {
      throw unknownRun(run_id);
    }
    return row;
  }

  async #series(run_id: string, key: string): Promise<number | undefined> {
    const series = await this.#reads
      .selectFrom('run')
      .innerJoin('key', 'key.exp', 'run.exp')
      .innerJoin('series', from => from.onRef('series.run', '=', 'run.id').onRef('series.key', '=', 'key.id'))
      .where('run.uuid', '=', run_id)
      .where('key.name', '=', key)
      .select('series.sid')
      .executeTakeFirst();
    return series?.sid;
  }

  get #reads(): Kysely<Tables> {
    return this.#store.reads;
  }

  #changed(run_id: string, experiment_id: number): void {
    this.#events.publish({ type: 'run.changed', run_id, experiment_id: String(experiment_id) });
  }
}
