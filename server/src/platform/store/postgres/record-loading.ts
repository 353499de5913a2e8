import type { Delivery, KnownCell, KnownExperiment, KnownSession } from '../writing/record-rows.js';
import type { Demand } from './demand.js';
import { nextIds } from './run-loading.js';
import { senderName } from './staged-records.js';
import type { WriteClient } from './write-client.js';

/** The rows of sessions, cells and experiments that a group of operations may touch. */
export interface LoadedRecords {
  readonly sessions: ReadonlyMap<string, KnownSession>;
  readonly deliveries: ReadonlyMap<string, Delivery>;
  readonly cells: Map<string, KnownCell>;
  readonly newCellIds: number[];
  readonly experiments: ReadonlyMap<string, KnownExperiment>;
  readonly lostRuns: readonly {
    readonly id: number;
    readonly uuid: string;
    readonly exp: number;
    readonly session: number;
  }[];
}

/** Sessions are locked, so that a batch that comes to two servers at once is stored by one of them. */
export async function loadRecords(client: WriteClient, demand: Demand): Promise<LoadedRecords> {
  const sessions = await loadSessions(client, demand.sessions);
  const ids = [...sessions.values()].map(session => session.id);
  const lost = [...sessions.values()].filter(session => session.state === 'lost').map(session => session.id);
  return {
    sessions,
    deliveries: await loadDeliveries(client, ids, demand.senders),
    cells: await loadCells(client, demand.cells),
    newCellIds: await nextIds(client, 'cell_execution', demand.newCells),
    experiments: await loadExperiments(client, demand.experiments),
    lostRuns:
      lost.length === 0
        ? []
        : await client.rows('select id, uuid, exp, session from run where session = any($1::bigint[]) and lost = 1', [
            lost
          ])
  };
}

async function loadSessions(
  client: WriteClient,
  asked: ReadonlyMap<string, number>
): Promise<Map<string, KnownSession>> {
  if (asked.size === 0) {
    return new Map();
  }
  await client.begin();
  const uuids = [...asked.keys()].sort();
  const find = async (): Promise<Map<string, KnownSession>> => {
    const rows = await client.rows<KnownSession & { uuid: string }>(
      `select id, uuid, last_seq, missing, state, started_at, last_seen_at, cell_count
       from session where uuid = any($1::text[]) order by uuid for update`,
      [uuids]
    );
    return new Map(rows.map(row => [row.uuid, row]));
  };
  const known = await find();
  const unknown = uuids.filter(uuid => !known.has(uuid));
  if (unknown.length === 0) {
    return known;
  }
  await client.run(
    `insert into session(uuid, kernel, language, notebook_path, started_at, last_seen_at, state)
     select uuid, '', '', '', at, at, 'alive' from unnest($1::text[], $2::bigint[]) u(uuid, at) on conflict do nothing`,
    [unknown, unknown.map(uuid => asked.get(uuid) ?? 0)]
  );
  return find();
}

async function loadDeliveries(
  client: WriteClient,
  sessions: readonly number[],
  senders: ReadonlySet<string>
): Promise<Map<string, Delivery>> {
  const rows =
    senders.size === 0
      ? []
      : await client.rows<Delivery & { session: number; sender: string }>(
          `select session, sender, last_seq, missing from session_sender
           where session = any($1::bigint[]) and sender = any($2::text[])`,
          [sessions, [...senders]]
        );
  return new Map(rows.map(row => [senderName(row.session, row.sender), row]));
}

async function loadCells(client: WriteClient, uuids: ReadonlySet<string>): Promise<Map<string, KnownCell>> {
  const rows =
    uuids.size === 0
      ? []
      : await client.rows<KnownCell & { uuid: string }>(
          'select id, uuid, session, cell_id, start_told, end_told from cell_execution where uuid = any($1::text[])',
          [[...uuids]]
        );
  return new Map(rows.map(row => [row.uuid, row]));
}

/** Those that do not exist are made. */
async function loadExperiments(client: WriteClient, names: ReadonlySet<string>): Promise<Map<string, KnownExperiment>> {
  if (names.size === 0) {
    return new Map();
  }
  const find = async (): Promise<Map<string, KnownExperiment>> => {
    const rows = await client.rows<KnownExperiment & { name: string }>(
      'select id, name, life from experiment where name = any($1::text[])',
      [[...names]]
    );
    return new Map(rows.map(({ id, name, life }) => [name, { id, life }]));
  };
  const known = await find();
  const unknown = [...names].filter(name => !known.has(name)).sort();
  if (unknown.length === 0) {
    return known;
  }
  await client.run(
    `insert into experiment(name, created_at, updated_at) select name, $2::bigint, $2::bigint from unnest($1::text[]) u(name)
     on conflict do nothing`,
    [unknown, Date.now()]
  );
  return find();
}
