import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { openStore } from '../src/platform/store/open-store.js';

/** Where the tests' PostgreSQL is: a URL of a user who may create databases; without it one is started. */
export const TEST_POSTGRES = 'SLIPWAY_TEST_POSTGRES';
/** `postgres`: tests that do not name a database use PostgreSQL; `exclusive`: SQLite on one connection, as with `--nfs`. */
export const TEST_DATABASE = 'SLIPWAY_TEST_DATABASE';

/** Begins the names of all databases of this test run; set when they can be made. */
export const TEST_PREFIX = 'SLIPWAY_TEST_DATABASE_PREFIX';

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
  const name = `${prefix()}_${randomBytes(6).toString('hex')}`;
  await onServer(server, client => client.query(`create database ${name} template ${template()}`));
  return databaseUrl(server, name);
}

/** Makes the database that fresh ones are copies of: a copy is much faster than the migrations. */
export async function makeTemplate(server: string): Promise<void> {
  await onServer(server, client => client.query(`create database ${template()}`));
  const store = await openStore(databaseUrl(server, template()));
  await store.close();
}

/** Drops all databases of this test run. */
export async function dropDatabases(server: string): Promise<void> {
  await onServer(server, async client => {
    const { rows } = await client.query<{ datname: string }>(
      'select datname from pg_database where starts_with(datname, $1)',
      [`${prefix()}_`]
    );
    for (const { datname } of rows) {
      await client.query(`drop database ${datname} with (force)`);
    }
  });
}

function prefix(): string {
  return process.env[TEST_PREFIX] ?? 'slipway_test';
}

function template(): string {
  return `${prefix()}_template`;
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
