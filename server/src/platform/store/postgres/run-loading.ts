import type { KnownRun } from '../writing/run-rows.js';
import type { Demand, RunDemand } from './demand.js';
import type { KnownIds } from './known-ids.js';
import type { WriteClient } from './write-client.js';

/** Names and series are asked for in every operation, and their ids never change. */
export interface IdCaches {
  /** By `keyName`. */
  readonly keys: KnownIds<string>;
  /** Ids of series, by `pairName`. */
  readonly series: KnownIds<string>;
}

/** The rows of runs that a group of operations may touch. */
export interface LoadedRuns {
  readonly runs: Map<string, KnownRun>;
  /** Ids for new runs. */
  readonly newIds: number[];
  /** By `pairName`. */
  readonly params: Map<string, string>;
  readonly tags: Set<string>;
  /** Ids for series that have no row yet. */
  readonly newSids: number[];
}

export function keyName(exp: number, name: string): string {
  return `${exp} ${name}`;
}

/** Of a run and a key. */
export function pairName(run: number, key: number): string {
  return `${run} ${key}`;
}

/** @param experiments ids of those that records name. */
export async function loadRuns(
  client: WriteClient,
  demand: Demand,
  experiments: ReadonlyMap<string, number>,
  caches: IdCaches
): Promise<LoadedRuns> {
  const runs = new Map<string, KnownRun>();
  const rows = await client.rows<KnownRun & { uuid: string }>(
    'select id, uuid, exp, life from run where uuid = any($1::text[])',
    [[...demand.runs.keys()]]
  );
  for (const { uuid, id, exp, life } of rows) {
    runs.set(uuid, { id, exp, life });
  }
  await ensureKeys(client, demand, runs, experiments, caches.keys);
  const known = [...demand.runs].flatMap(([uuid, asked]) => {
    const run = runs.get(uuid);
    return run === undefined ? [] : [{ run, asked }];
  });
  const missing = await loadSeries(client, known, caches);
  return {
    runs,
    newIds: await nextIds(client, 'run', demand.newRuns),
    params: await loadParams(client, known, caches),
    tags: await loadTags(client, known, caches),
    // A new run may get a series for each of its metrics.
    newSids: await nextSids(client, missing + unknownMetrics(demand, runs))
  };
}

interface KnownDemand {
  readonly run: KnownRun;
  readonly asked: RunDemand;
}

/** Every name gets its number, also when the operation that brings it is refused in the end: it is harmless. */
async function ensureKeys(
  client: WriteClient,
  demand: Demand,
  runs: ReadonlyMap<string, KnownRun>,
  experiments: ReadonlyMap<string, number>,
  keys: KnownIds<string>
): Promise<void> {
  const wanted = new Map<string, { exp: number; name: string; make: boolean }>();
  for (const [uuid, asked] of demand.runs) {
    const made = typeof asked.experiment === 'string' ? experiments.get(asked.experiment) : asked.experiment;
    const exp = runs.get(uuid)?.exp ?? made;
    if (exp !== undefined) {
      const want = (name: string, make: boolean): void => {
        if (keys.get(keyName(exp, name)) === undefined) {
          wanted.set(keyName(exp, name), { exp, name, make });
        }
      };
      asked.deletedTags.forEach(name => want(name, false));
      [asked.keys, asked.params, asked.metrics].forEach(names => names.forEach(name => want(name, true)));
    }
  }
  if (wanted.size === 0) {
    return;
  }
  const find = async (names: readonly { exp: number; name: string }[]): Promise<void> => {
    const rows = await client.rows<{ id: number; exp: number; name: string }>(
      `select id, exp, name from key where (exp, name) in (select * from unnest($1::bigint[], $2::text[]))`,
      [names.map(({ exp }) => exp), names.map(({ name }) => name)]
    );
    rows.forEach(({ id, exp, name }) => keys.set(keyName(exp, name), id));
  };
  await find([...wanted.values()]);
  const unknown = [...wanted].filter(([key, { make }]) => make && keys.get(key) === undefined).map(([, want]) => want);
  if (unknown.length > 0) {
    unknown.sort((a, b) => a.exp - b.exp || (a.name < b.name ? -1 : 1));
    await client.run(
      `insert into key(exp, name) select * from unnest($1::bigint[], $2::text[]) on conflict do nothing`,
      [unknown.map(({ exp }) => exp), unknown.map(({ name }) => name)]
    );
    await find(unknown);
  }
}

function pairsOf(
  known: readonly KnownDemand[],
  namesOf: (asked: RunDemand) => ReadonlySet<string>,
  keys: KnownIds<string>
): { runs: number[]; keys: number[] } {
  const pairs = { runs: [] as number[], keys: [] as number[] };
  for (const { run, asked } of known) {
    for (const name of namesOf(asked)) {
      const key = keys.get(keyName(run.exp, name));
      if (key !== undefined) {
        pairs.runs.push(run.id);
        pairs.keys.push(key);
      }
    }
  }
  return pairs;
}

async function loadParams(client: WriteClient, known: readonly KnownDemand[], { keys }: IdCaches) {
  const pairs = pairsOf(known, asked => asked.params, keys);
  const rows =
    pairs.runs.length === 0
      ? []
      : await client.rows<{ run: number; key: number; value: string }>(
          `select run, key, value from param where (run, key) in (select * from unnest($1::bigint[], $2::bigint[]))`,
          [pairs.runs, pairs.keys]
        );
  return new Map(rows.map(({ run, key, value }) => [pairName(run, key), value]));
}

async function loadTags(client: WriteClient, known: readonly KnownDemand[], { keys }: IdCaches) {
  const pairs = pairsOf(known, asked => asked.deletedTags, keys);
  const rows =
    pairs.runs.length === 0
      ? []
      : await client.rows<{ run: number; key: number }>(
          `select run, key from tag where (run, key) in (select * from unnest($1::bigint[], $2::bigint[]))`,
          [pairs.runs, pairs.keys]
        );
  return new Set(rows.map(({ run, key }) => pairName(run, key)));
}

/** @returns how many of the series that are asked for have no row yet. */
async function loadSeries(client: WriteClient, known: readonly KnownDemand[], caches: IdCaches): Promise<number> {
  const all = pairsOf(known, asked => asked.metrics, caches.keys);
  const unknown = all.runs.flatMap((run, index) => {
    const key = all.keys[index] ?? 0;
    return caches.series.get(pairName(run, key)) === undefined ? [{ run, key }] : [];
  });
  if (unknown.length === 0) {
    return 0;
  }
  const rows = await client.rows<{ run: number; key: number; sid: number }>(
    `select run, key, sid from series where (run, key) in (select * from unnest($1::bigint[], $2::bigint[]))`,
    [unknown.map(({ run }) => run), unknown.map(({ key }) => key)]
  );
  rows.forEach(({ run, key, sid }) => caches.series.set(pairName(run, key), sid));
  return unknown.length - rows.length;
}

function unknownMetrics(demand: Demand, runs: ReadonlyMap<string, KnownRun>): number {
  return [...demand.runs].reduce((sum, [uuid, asked]) => sum + (runs.has(uuid) ? 0 : asked.metrics.size), 0);
}

/** Ids for rows that are inserted at the end of the transaction. */
export async function nextIds(client: WriteClient, table: 'run' | 'cell_execution', count: number): Promise<number[]> {
  return count === 0
    ? []
    : numbersOf(
        await client.rows<{ id: number }>(
          `select nextval(pg_get_serial_sequence('${table}', 'id')) as id from generate_series(1, $1::int)`,
          [count]
        )
      );
}

async function nextSids(client: WriteClient, count: number): Promise<number[]> {
  return count === 0
    ? []
    : numbersOf(
        await client.rows<{ id: number }>(`select nextval('series_sid') as id from generate_series(1, $1::int)`, [
          count
        ])
      );
}

/** The smallest last, as they are taken from the end. */
function numbersOf(rows: readonly { readonly id: number }[]): number[] {
  return rows.map(({ id }) => id).sort((a, b) => b - a);
}
