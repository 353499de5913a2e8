import type { KeyValue, NamedMetric } from '@slipway/contract';
import type { Kysely } from 'kysely';
import { anyOf } from '../../platform/store/expressions.js';
import type { RunInputEntry } from '../../platform/store/operations.js';
import type { Tables } from '../../platform/store/tables.js';
import { byRun } from './by-run.js';
import { latestMetrics } from './metric-reading.js';
import { keyedTexts, type RunRow } from './run-rows.js';

export interface ModelLink {
  readonly model: string;
  readonly direction: 'input' | 'output';
  readonly step: number;
}

/** A run with all that was logged to it, as MLflow's clients read it. */
export interface RunRecord {
  readonly row: RunRow;
  readonly metrics: readonly NamedMetric[];
  readonly params: readonly KeyValue[];
  readonly tags: readonly KeyValue[];
  readonly inputs: readonly RunInputEntry[];
  readonly models: readonly ModelLink[];
}

/** Completes rows in their order, with one query per kind. */
export async function completeRuns(db: Kysely<Tables>, rows: readonly RunRow[]): Promise<RunRecord[]> {
  const ids = rows.map(row => row.id);
  const metrics = await latestMetrics(db, ids);
  const params = await keyedTexts(db, 'param', ids);
  const tags = await keyedTexts(db, 'tag', ids);
  const inputs = await db.selectFrom('run_input').where(anyOf('run', ids)).selectAll().execute();
  const models = await db.selectFrom('run_logged_model').where(anyOf('run', ids)).selectAll().execute();
  const metricsOf = byRun(metrics);
  const inputsOf = byRun(inputs);
  const modelsOf = byRun(models);
  return rows.map(row => ({
    row,
    metrics: (metricsOf.get(row.id) ?? []).map(entry => entry.metric),
    params: params.get(row.id) ?? [],
    tags: tags.get(row.id) ?? [],
    inputs: inputsOf.get(row.id) ?? [],
    models: modelsOf.get(row.id) ?? []
  }));
}
