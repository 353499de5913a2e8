import type { Kysely } from 'kysely';
import { DEFAULT_EXPERIMENT } from '../experiments/experiments.js';
import type { Store } from '../../platform/store/store.js';
import type { Tables } from '../../platform/store/tables.js';
import { deletedAtOr } from '../../platform/store/predicates/run-predicates.js';

export interface PurgeResult {
  readonly runs: number;
  readonly experiments: number;
}

const RUNS_AT_ONCE = 20;

/** What belongs to one run, by the column that names it. */
const OF_A_RUN = ['series', 'param', 'tag', 'run_input', 'run_artifact', 'run_logged_model'] as const;

/**
 * Permanently deletes the runs and experiments that were deleted before a moment. What a registered model, a bundle or
 * a cell says about such a run stays: it is the record of how they came to be.
 *
 * @param deletedBefore milliseconds since the epoch.
 */
export async function purge(store: Store, deletedBefore: number): Promise<PurgeResult> {
  let runs = 0;
  for (;;) {
    const found = await deletedRuns(store.reads, deletedBefore).limit(RUNS_AT_ONCE).execute();
    if (found.length === 0) {
      break;
    }
    for (const { id } of found) {
      runs += await purgeRun(store, id, deletedBefore);
    }
  }
  let experiments = 0;
  for (const { id } of await deletedExperiments(store.reads, deletedBefore).execute()) {
    experiments += await purgeExperiment(store, id, deletedBefore);
  }
  return { runs, experiments };
}

/** How much `purge` would delete. */
export async function countPurgeable(store: Store, deletedBefore: number): Promise<PurgeResult> {
  return {
    runs: (await deletedRuns(store.reads, deletedBefore).execute()).length,
    experiments: (await deletedExperiments(store.reads, deletedBefore).execute()).length
  };
}

function deletedRuns(db: Kysely<Tables>, before: number) {
  return db
    .selectFrom('run')
    .where('life', '=', 1)
    .where(deletedAtOr('start_time'), '<', before)
    .select('id')
    .orderBy('id');
}

function deletedExperiments(db: Kysely<Tables>, before: number) {
  return db
    .selectFrom('experiment')
    .where('life', '=', 1)
    .where('id', '!=', DEFAULT_EXPERIMENT)
    .where(deletedAtOr('updated_at'), '<', before)
    .select('id');
}

/** Each series in a transaction of its own, as others wait meanwhile; the run itself last, so that a stop loses nothing. */
async function purgeRun(store: Store, id: number, before: number): Promise<number> {
  const stillDeleted = async (db: Kysely<Tables>): Promise<boolean> =>
    (await deletedRuns(db, before).where('id', '=', id).execute()).length > 0;
  const series = await store.reads.selectFrom('series').where('run', '=', id).select('sid').execute();
  for (const { sid } of series) {
    await store.writes.transaction().execute(async transaction => {
      if (await stillDeleted(transaction)) {
        await transaction.deleteFrom('point').where('sid', '=', sid).execute();
      }
    });
  }
  return store.writes.transaction().execute(async transaction => {
    if (!(await stillDeleted(transaction))) {
      return 0;
    }
    for (const table of OF_A_RUN) {
      await transaction.deleteFrom(table).where('run', '=', id).execute();
    }
    await transaction.deleteFrom('run').where('id', '=', id).execute();
    store.forget();
    return 1;
  });
}

/** An experiment that has runs left, because they were restored meanwhile, stays. */
async function purgeExperiment(store: Store, id: number, before: number): Promise<number> {
  return store.writes.transaction().execute(async transaction => {
    const deleted = await deletedExperiments(transaction, before).where('id', '=', id).execute();
    const left = await transaction.selectFrom('run').where('exp', '=', id).select('id').limit(1).execute();
    if (deleted.length === 0 || left.length > 0) {
      return 0;
    }
    const models = transaction.selectFrom('logged_model').where('exp', '=', id).select('id');
    await transaction.deleteFrom('logged_model_artifact').where('model', 'in', models).execute();
    await transaction.deleteFrom('logged_model_metric').where('model', 'in', models).execute();
    await transaction.deleteFrom('run_logged_model').where('model', 'in', models).execute();
    await transaction.deleteFrom('logged_model').where('exp', '=', id).execute();
    await transaction.deleteFrom('key').where('exp', '=', id).execute();
    await transaction.deleteFrom('experiment_tag').where('exp', '=', id).execute();
    await transaction.deleteFrom('experiment').where('id', '=', id).execute();
    store.forget();
    return 1;
  });
}
