import { toStored } from '../metric-value.js';
import type { StagedRuns, StagedSeries, StagedText } from './staged-runs.js';
import { numbers, type WriteClient, type WriteStatement } from './write-client.js';

/**
 * Writes what the rules of writing left in the staged rows, but for the statements that it gives back: these touch rows of
 * their own each, and are for the end of the transaction. Rows are written in the order of their ids, so that two servers
 * seldom wait for each other in a circle. A row that another server has written since it was looked for is a unique
 * violation, and the group is begun again.
 */
export async function flushRuns(client: WriteClient, staged: StagedRuns): Promise<WriteStatement[]> {
  const rest = [...putParams(staged), ...putTags(staged), ...putSeries(staged), ...insertPoints(staged)];
  if (staged.changes.isEmpty && staged.inputs.length === 0) {
    return [...insertRuns(staged), ...rest];
  }
  await client.runAll(insertRuns(staged));
  await staged.changes.flush(client);
  await writeInputs(client, staged);
  return rest;
}

function insertRuns({ newRuns }: StagedRuns): WriteStatement[] {
  const runs = [...newRuns.values()];
  if (runs.length === 0) {
    return [];
  }
  const text = `insert into run(
      id, uuid, exp, life, start_time, end_time, status, name, user_name, session, lost, progress, failure, deleted_at)
    select * from unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
      $7::bigint[], $8::text[], $9::text[], $10::bigint[], $11::bigint[], $12::text[], $13::text[], $14::bigint[])`;
  const values = [
    numbers(runs.map(run => run.id)),
    runs.map(run => run.uuid),
    numbers(runs.map(run => run.exp)),
    numbers(runs.map(run => run.life)),
    numbers(runs.map(run => run.start_time)),
    numbers(runs.map(run => run.end_time)),
    numbers(runs.map(run => run.status)),
    runs.map(run => run.name),
    runs.map(run => run.user_name),
    numbers(runs.map(run => run.session)),
    numbers(runs.map(run => run.lost)),
    runs.map(run => run.progress),
    runs.map(run => run.failure),
    numbers(runs.map(run => run.deleted_at))
  ];
  return [{ text, values }];
}

function putParams({ newParams }: StagedRuns): WriteStatement[] {
  const text = 'insert into param(run, key, value) select * from unnest($1::bigint[], $2::bigint[], $3::text[])';
  return newParams.size === 0 ? [] : [{ text, values: columnsOf(sorted(newParams)) }];
}

function putTags({ tags }: StagedRuns): WriteStatement[] {
  const all = sorted(tags);
  const deleted = all.filter(tag => tag.value === undefined);
  const put = all.filter(tag => tag.value !== undefined);
  const statements: WriteStatement[] = [];
  if (deleted.length > 0) {
    const text = 'delete from tag where (run, key) in (select * from unnest($1::bigint[], $2::bigint[]))';
    statements.push({ text, values: columnsOf(deleted).slice(0, 2) });
  }
  if (put.length > 0) {
    const text = `insert into tag(run, key, value) select * from unnest($1::bigint[], $2::bigint[], $3::text[])
      on conflict(run, key) do update set value = excluded.value`;
    statements.push({ text, values: columnsOf(put) });
  }
  return statements;
}

/** One after the other: a dataset may be named twice in a group, with more said of it the second time. */
async function writeInputs(client: WriteClient, { inputs }: StagedRuns): Promise<void> {
  for (const { run, input } of inputs) {
    await client.run(
      `insert into run_input(run, name, digest, context, version, details) values($1, $2, $3, $4, $5, $6)
       on conflict(run, name, digest, context) do update set
         version = coalesce(excluded.version, run_input.version), details = coalesce(excluded.details, run_input.details)`,
      [run, input.name, input.digest, input.context, input.version, input.details]
    );
  }
}

const SERIES_ROWS = `unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::float8[])`;

/** Another server may have written a later point: the largest by step, time and value stays. */
function putSeries({ series }: StagedRuns): WriteStatement[] {
  const all = [...series.values()].sort((a, b) => a.run - b.run || a.key - b.key);
  const added = all.filter(each => each.isNew);
  const known = all.filter(each => !each.isNew);
  const statements: WriteStatement[] = [];
  if (added.length > 0) {
    const text = `insert into series(run, key, sid, step, ts, value) select * from ${SERIES_ROWS}`;
    statements.push({ text, values: seriesColumns(added) });
  }
  if (known.length > 0) {
    const text = `update series s set step = u.step, ts = u.ts, value = u.value
      from ${SERIES_ROWS} u(run, key, sid, step, ts, value)
      where s.run = u.run and s.key = u.key and (s.step, s.ts, s.value) < (u.step, u.ts, u.value)`;
    statements.push({ text, values: seriesColumns(known) });
  }
  return statements;
}

function seriesColumns(series: readonly StagedSeries[]): unknown[] {
  return [
    numbers(series.map(each => each.run)),
    numbers(series.map(each => each.key)),
    numbers(series.map(each => each.sid)),
    numbers(series.map(each => each.step)),
    numbers(series.map(each => each.timestamp)),
    `{${series.map(each => toStored(each.value)).join(',')}}`
  ];
}

function insertPoints({ staged }: StagedRuns): WriteStatement[] {
  const text = `insert into point(sid, step, ts, value)
    select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::float8[]) on conflict do nothing`;
  const values = [numbers(staged.sids), numbers(staged.steps), numbers(staged.times), `{${staged.values.join(',')}}`];
  return staged.sids.length === 0 ? [] : [{ text, values }];
}

function sorted(texts: ReadonlyMap<string, StagedText>): StagedText[] {
  return [...texts.values()].sort((a, b) => a.run - b.run || a.key - b.key);
}

function columnsOf(texts: readonly StagedText[]): unknown[] {
  return [
    numbers(texts.map(text => text.run)),
    numbers(texts.map(text => text.key)),
    texts.map(text => text.value ?? null)
  ];
}
