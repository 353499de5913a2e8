import pg from 'pg';
import { expect, it } from 'vitest';
import { freshPostgresDatabase } from '../../../../testing/test-database.js';
import { migrations } from '../migrations/index.js';
import { migrate } from './migrate.js';

async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function emptyDatabase(): Promise<string> {
  const url = await freshPostgresDatabase();
  await connected(url, client => client.query('drop schema public cascade; create schema public'));
  return url;
}

it('servers that start together on an empty database make its tables once', async () => {
  const url = await emptyDatabase();
  const done = await Promise.all([1, 2, 3].map(() => connected(url, client => migrate(client))));
  expect(done.flat()).toEqual(migrations.map(({ name }) => name));
});

it('all text is compared by its bytes, whatever the database would do', async () => {
  const url = await freshPostgresDatabase();
  const { rows } = await connected(url, client =>
    client.query(`select table_name || '.' || column_name as name from information_schema.columns
      where table_schema = 'public' and data_type = 'text' and collation_name is distinct from 'C'`)
  );
  expect(rows).toEqual([]);
  const sorted = await connected(url, async client => {
    await client.query(`insert into experiment_tag(exp, key, value) values(0, 'b', ''), (0, 'B', ''), (0, 'a', '')`);
    return client.query<{ key: string }>('select key from experiment_tag order by key');
  });
  expect(sorted.rows.map(row => row.key)).toEqual(['B', 'a', 'b']);
});

it('a step that fails leaves the database as it was', async () => {
  const url = await emptyDatabase();
  const broken = { name: '9999-broken', statements: () => ['create table half(x bigint)', 'create nonsense'] };
  await expect(connected(url, client => migrate(client, [...migrations, broken]))).rejects.toThrow('nonsense');
  const { rows } = await connected(url, client =>
    client.query(`select tablename from pg_tables where schemaname = 'public'`)
  );
  expect(rows).toEqual([]);
});

it("a database of MLflow's own is refused, and left as it is", async () => {
  const url = await emptyDatabase();
  await connected(url, client => client.query('create table alembic_version(version_num text)'));
  await expect(connected(url, client => migrate(client))).rejects.toThrow('MLflow’s own');
  const { rows } = await connected(url, client =>
    client.query(`select tablename from pg_tables where schemaname = 'public'`)
  );
  expect(rows).toEqual([{ tablename: 'alembic_version' }]);
});
