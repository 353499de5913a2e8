import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freshPostgresDatabase } from '../../../../testing/test-database.js';
import type { RelayedMessage } from '../event-relay.js';
import { openPool } from './connection.js';
import { PostgresEventRelay } from './event-relay.js';

interface Ear {
  readonly relay: PostgresEventRelay;
  readonly heard: RelayedMessage[];
}

let url: string;
let pool: pg.Pool;
let ears: Ear[];
beforeEach(async () => {
  url = await freshPostgresDatabase();
  pool = openPool(url, 2);
  ears = [];
});
afterEach(async () => {
  await Promise.all(ears.map(({ relay }) => relay.close()));
  await pool.end();
});

async function listen(): Promise<Ear> {
  const heard: RelayedMessage[] = [];
  const relay = new PostgresEventRelay(url, pool);
  const ear = { relay, heard };
  ears.push(ear);
  await relay.listen({
    heard: messages => heard.push(...messages),
    missed: () => heard.push({ id: -1, text: 'missed' })
  });
  return ear;
}

async function hears(ear: Ear, count: number): Promise<string[]> {
  await expect.poll(() => ear.heard.length, { timeout: 60_000 }).toBe(count);
  return ear.heard.map(message => message.text);
}

it('carries messages of any length to every listener, its own sender too', async () => {
  const [one, two] = [await listen(), await listen()];
  const long = 'x'.repeat(20_000);
  await one.relay.send(['a', long]);
  expect(await hears(one, 2)).toEqual(['a', long]);
  expect(await hears(two, 2)).toEqual(['a', long]);
});

it('gives the same messages the same ids and order everywhere, even when several send at the same time', async () => {
  const [one, two] = [await listen(), await listen()];
  await Promise.all(
    Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? one : two).relay.send([`message ${index}`]))
  );
  await hears(one, 40);
  await hears(two, 40);
  expect(one.heard).toEqual(two.heard);
  const ids = one.heard.map(message => message.id);
  expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
});

it('sends earlier messages to a later listener', async () => {
  const one = await listen();
  await one.relay.send(['a', 'b']);
  const two = await listen();
  await one.relay.send(['c']);
  expect(await hears(two, 3)).toEqual(['a', 'b', 'c']);
});

it('misses nothing and repeats nothing when its connection is cut', async () => {
  const ear = await listen();
  await ear.relay.send(['before']);
  await hears(ear, 1);
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`);
  await admin.end();
  const again = new PostgresEventRelay(url, openPool(url, 1));
  await again.send(['while away']);
  await again.send(['after']);
  expect(await hears(ear, 3)).toEqual(['before', 'while away', 'after']);
});
