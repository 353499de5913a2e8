import {
  Environment,
  type KeyValue,
  type NamedMetric,
  RunFailure,
  RunProgress,
  type RunSummary
} from '@slipway/contract';
import { sql, type Kysely } from 'kysely';
import { anyOf } from '../../platform/store/expressions.js';
import { statusName } from '../../platform/store/run-status.js';
import type { Tables } from '../../platform/store/tables.js';
import { byRun } from './by-run.js';
import { headlineKey } from './headline.js';
import { latestMetrics, sparkOf, type LatestMetric } from './metric-reading.js';

/** A run row with what belongs to it in one other row each. */
export interface RunRow {
  readonly id: number;
  readonly uuid: string;
  readonly exp: number;
  readonly life: number;
  readonly start_time: number;
  readonly end_time: number | null;
  readonly status: number;
  readonly name: string;
  readonly user_name: string;
  readonly progress: string | null;
  readonly failure: string | null;
  readonly experiment_name: string;
  readonly artifact_location: string | null;
  readonly session_uuid: string | null;
  readonly notebook_path: string | null;
  readonly language: string | null;
  readonly environment: string | null;
}

/** Selects runs in the shape of `RunRow`; the caller adds conditions and order. */
export function selectRuns(db: Kysely<Tables>) {
  return (
    db
      .selectFrom('run')
      // Every run has an experiment; a left join keeps the planner from beginning with them, and sorting all runs.
      .leftJoin('experiment', 'experiment.id', 'run.exp')
      .leftJoin('session', 'session.id', 'run.session')
      .select([
        'run.id',
        'run.uuid',
        'run.exp',
        'run.life',
        'run.start_time',
        'run.end_time',
        'run.status',
        'run.name',
        'run.user_name',
        'run.progress',
        'run.failure',
        'session.uuid as session_uuid',
        'session.notebook_path',
        'session.language',
        'session.environment',
        'experiment.artifact_location'
      ])
      .select(from => from.fn.coalesce('experiment.name', sql.lit('')).as('experiment_name'))
  );
}

/** Parameters or tags of many runs, ordered by name. */
export async function keyedTexts(
  db: Kysely<Tables>,
  table: 'param' | 'tag',
  runs: readonly number[]
): Promise<Map<number, KeyValue[]>> {
  const rows = await db
    .selectFrom(`${table} as t`)
    .innerJoin('key', 'key.id', 't.key')
    .where(anyOf('t.run', runs))
    .select(['t.run', 't.value', 'key.name'])
    .orderBy('key.name')
    .execute();
  return new Map([...byRun(rows)].map(([run, texts]) => [run, texts.map(({ name, value }) => ({ key: name, value }))]));
}

/** The rows of the Runs sidebar for these runs, in their order. */
export async function summarize(db: Kysely<Tables>, rows: readonly RunRow[]): Promise<RunSummary[]> {
  const ids = rows.map(row => row.id);
  const latest = byRun(await latestMetrics(db, ids));
  const tags = await keyedTexts(db, 'tag', ids);
  return Promise.all(rows.map(row => summarizeOne(db, row, latest.get(row.id) ?? [], tags.get(row.id) ?? [])));
}

async function summarizeOne(
  db: Kysely<Tables>,
  row: RunRow,
  latest: readonly LatestMetric[],
  tags: readonly KeyValue[]
): Promise<RunSummary> {
  const status = statusName(row.status);
  const tag = (key: string): string | undefined => tags.find(entry => entry.key === key)?.value;
  const git = row.environment === null ? null : Environment.parse(JSON.parse(row.environment)).git;
  const metrics: NamedMetric[] = latest.map(entry => entry.metric);
  const shown = headlineKey(
    metrics.map(metric => metric.key),
    status
  );
  const sid = latest.find(entry => entry.metric.key === shown)?.sid;
  return {
    run_id: row.uuid,
    name: row.name,
    experiment_id: String(row.exp),
    experiment_name: row.experiment_name,
    status,
    start_time: row.start_time,
    end_time: row.end_time,
    user: row.user_name || (tag('mlflow.user') ?? ''),
    source: row.notebook_path || (tag('mlflow.source.name') ?? ''),
    language: row.language || languageOf(tags),
    session_id: row.session_uuid,
    progress: row.progress === null ? null : RunProgress.parse(JSON.parse(row.progress)),
    failure: row.failure === null ? null : RunFailure.parse(JSON.parse(row.failure)),
    metrics,
    headline: shown === undefined || sid === undefined ? null : { key: shown, spark: await sparkOf(db, sid) },
    git_commit: git?.commit ?? tag('mlflow.source.git.commit') ?? null,
    git_dirty: git?.dirty ?? null
  };
}

/** MLflow's Python client always says where a run came from; no other client of ours does. */
function languageOf(tags: readonly KeyValue[]): string {
  const stated = tags.find(tag => tag.key === 'slipway.language')?.value;
  return stated ?? (tags.some(tag => tag.key === 'mlflow.source.type' || tag.key === 'mlflow.user') ? 'python' : '');
}
