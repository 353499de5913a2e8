import { toStored } from '../metric-value.js';
import type { StagedRuns, StagedText } from './staged-runs.js';
import { numbers, type WriteClient } from './write-client.js';

/** Another server has written the same row since it was looked for: the group is begun again. */
export class RacedError extends Error {
  constructor(table: string) {
    super(`Another server has just written the same row of ${table}.`);
    this.name = 'RacedError';
  }
}

/**
 * Writes what the rules of writing left in the staged rows. Rows are written in the order of their ids, so that two
 * servers never wait for each other in a circle.
 *
 * @throws RacedError
 */
export async function flushRuns(client: WriteClient, staged: StagedRuns): Promise<void> {
  await insertRuns(client, staged);
  await staged.changes.flush(client);
  await insertParams(client, sorted(staged.newParams));
  await writeTags(client, sorted(staged.tags));
  await writeInputs(client, staged);
  await writeSeries(client, staged);
  await insertPoints(client, staged);
}

async function insertRuns(client: WriteClient, { newRuns }: StagedRuns): Promise<void> {
  const runs = [...newRuns.values()];
  if (runs.length > 0) {
    await client.run(
      `insert into run(
         id, uuid, exp, life, start_time, end_time, status, name, user_name, session, lost, progress, failure,
         deleted_at)
       select * from unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
         $7::bigint[], $8::text[], $9::text[], $10::bigint[], $11::bigint[], $12::text[], $13::text[], $14::bigint[])`,
      [
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
      ]
    );
  }
}

async function insertParams(client: WriteClient, params: readonly StagedText[]): Promise<void> {
  if (params.length > 0) {
    const inserted = await client.run(
      `insert into param(run, key, value) select * from unnest($1::bigint[], $2::bigint[], $3::text[])
       on conflict do nothing`,
      columnsOf(params)
    );
    if (inserted !== params.length) {
      throw new RacedError('param');
    }
  }
}

async function writeTags(client: WriteClient, tags: readonly StagedText[]): Promise<void> {
  const deleted = tags.filter(tag => tag.value === undefined);
  if (deleted.length > 0) {
    await client.run(
      `delete from tag where (run, key) in (select * from unnest($1::bigint[], $2::bigint[]))`,
      columnsOf(deleted).slice(0, 2)
    );
  }
  const put = tags.filter(tag => tag.value !== undefined);
  if (put.length > 0) {
    await client.run(
      `insert into tag(run, key, value) select * from unnest($1::bigint[], $2::bigint[], $3::text[])
       on conflict(run, key) do update set value = excluded.value`,
      columnsOf(put)
    );
  }
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

/** Another server may have written a later point: the largest by step, time and value stays. */
async function writeSeries(client: WriteClient, staged: StagedRuns): Promise<void> {
  const all = [...staged.series.values()].filter(series => series.step !== -Infinity);
  all.sort((a, b) => a.run - b.run || a.key - b.key);
  const write = async (text: string, series: typeof all): Promise<void> => {
    if (series.length > 0) {
      await client.run(text, [
        numbers(series.map(each => each.run)),
        numbers(series.map(each => each.key)),
        numbers(series.map(each => each.sid)),
        numbers(series.map(each => each.step)),
        numbers(series.map(each => each.timestamp)),
        `{${series.map(each => toStored(each.value)).join(',')}}`
      ]);
    }
  };
  const rows = `unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::float8[])`;
  await write(
    `insert into series(run, key, sid, step, ts, value) select * from ${rows}`,
    all.filter(series => series.isNew)
  );
  await write(
    `update series s set step = u.step, ts = u.ts, value = u.value from ${rows} u(run, key, sid, step, ts, value)
     where s.run = u.run and s.key = u.key and (s.step, s.ts, s.value) < (u.step, u.ts, u.value)`,
    all.filter(series => !series.isNew)
  );
}

async function insertPoints(client: WriteClient, { staged }: StagedRuns): Promise<void> {
  if (staged.sids.length > 0) {
    await client.run(
      `insert into point(sid, step, ts, value) select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::float8[])
       on conflict do nothing`,
      [numbers(staged.sids), numbers(staged.steps), numbers(staged.times), `{${staged.values.join(',')}}`]
    );
  }
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
