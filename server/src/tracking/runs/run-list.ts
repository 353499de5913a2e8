import type { RunGroup, RunStatus, RunSummary } from '@slipway/contract';
import type { Kysely } from 'kysely';
import { anyOf } from '../../platform/store/expressions.js';
import { runMentions } from '../../platform/store/predicates/run-predicates.js';
import { statusNumber } from '../../platform/store/run-status.js';
import type { Tables } from '../../platform/store/tables.js';
import { decodePageToken, encodePageToken } from './page-token.js';
import { selectRuns, summarize } from './run-rows.js';

/** Which runs a list has. */
export interface RunFilter {
  readonly text?: string | undefined;
  readonly status?: RunStatus | undefined;
  readonly experiment_id?: string | undefined;
  /** Only runs of these experiments; absent: of all. */
  readonly experiments?: readonly number[] | undefined;
}

export interface RunListQuery extends RunFilter {
  readonly limit: number;
  readonly page_token?: string | undefined;
}

/** Runs that are not deleted, newest first. */
export async function listRuns(
  reads: Kysely<Tables>,
  query: RunListQuery
): Promise<{ runs: RunSummary[]; next_page_token?: string }> {
  let select = matching(reads, query);
  if (query.page_token !== undefined) {
    const [time, id] = decodePageToken(query.page_token);
    select = select
      .where('run.start_time', '<=', time)
      .where(or => or.or([or('run.start_time', '<', time), or('run.uuid', '>', id)]));
  }
  const rows = await select
    .orderBy('run.start_time', 'desc')
    .orderBy('run.uuid')
    .limit(query.limit + 1)
    .execute();
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  const runs = await summarize(reads, page);
  return rows.length > query.limit && last !== undefined
    ? { runs, next_page_token: encodePageToken([last.start_time, last.uuid]) }
    : { runs };
}

/**
 * The same runs by experiment, so that none is hidden behind a large one.
 *
 * @param query.limit how many experiments.
 * @param query.runs how many runs of each.
 */
export async function groupRuns(
  reads: Kysely<Tables>,
  query: RunFilter & { readonly limit: number; readonly runs: number }
): Promise<{ groups: RunGroup[]; has_more: boolean }> {
  const found = await matching(reads, query)
    .clearSelect()
    .select(from => ['run.exp', from.fn.countAll().as('count'), from.fn.max('run.start_time').as('newest')])
    .groupBy('run.exp')
    .orderBy('newest', 'desc')
    .orderBy('run.exp')
    .limit(query.limit + 1)
    .execute();
  const groups = await Promise.all(
    found.slice(0, query.limit).map(async ({ exp, count }) => {
      const { runs } = await listRuns(reads, { ...query, limit: query.runs, experiment_id: String(exp) });
      return {
        experiment_id: String(exp),
        experiment_name: runs[0]?.experiment_name ?? '',
        run_count: Number(count),
        runs
      };
    })
  );
  return { groups, has_more: found.length > query.limit };
}

function matching(reads: Kysely<Tables>, query: RunFilter): ReturnType<typeof selectRuns> {
  let select = selectRuns(reads).where('run.life', '=', 0);
  if (query.status !== undefined) {
    select = select.where('run.status', '=', statusNumber(query.status));
  }
  if (query.experiment_id !== undefined) {
    select = select.where('run.exp', '=', Number(query.experiment_id));
  }
  if (query.experiments !== undefined) {
    select = select.where(anyOf('run.exp', query.experiments));
  }
  for (const word of (query.text ?? '').split(/\s+/).filter(part => part !== '')) {
    select = select.where(runMentions(word));
  }
  return select;
}
