import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { openStore } from '../store/open-store.js';

/** Where the tests' PostgreSQL is; set by the test run that is for PostgreSQL. */
export const TEST_POSTGRES = 'SLIPWAY_TEST_POSTGRES';
/** `postgres`: tests that do not name a database use PostgreSQL; `exclusive`: SQLite on one connection, as with `--nfs`. */
export const TEST_DATABASE = 'SLIPWAY_TEST_DATABASE';

const TEMPLATE = 'slipway_template';

/** A fresh database of the kind that this test run is for. @returns its URL; undefined: a SQLite file of the caller's. */
export async function freshDatabase(): Promise<string | undefined> {
  return process.env[TEST_DATABASE] === 'postgres' ? freshPostgresDatabase() : undefined;
}

/** Whether SQLite is to be opened for one process alone. */
export function isExclusive(): boolean {
  return process.env[TEST_DATABASE] === 'exclusive';
}

/** @returns the URL of a fresh database with our tables, on the PostgreSQL that the test run has started. */
export async function freshPostgresDatabase(): Promise<string> {
  const server = process.env[TEST_POSTGRES];
  if (server === undefined) {
    throw new Error(`${TEST_POSTGRES} names no PostgreSQL: its start is part of the test run's set-up.`);
  }
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(server, client => client.query(`create database ${name} template ${TEMPLATE}`));
  return databaseUrl(server, name);
}

/** Makes the database that fresh ones are copies of: a copy is much faster than the migrations. */
export async function makeTemplate(server: string): Promise<void> {
  await onServer(server, client => client.query(`create database ${TEMPLATE}`));
  const store = await openStore(databaseUrl(server, TEMPLATE));
  await store.close();
}

function databaseUrl(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

async function onServer(server: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
