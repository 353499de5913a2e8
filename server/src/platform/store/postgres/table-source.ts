import pg from 'pg';
import { isOwnOfDatabase, ROWS_AT_ONCE, type Row, type TableSource } from '../copying/table-source.js';
import { connectionConfig } from './connection.js';
import { toPostgresUrl } from '../database-url.js';
import { toOurError } from './failures.js';

/** Reads a PostgreSQL database in one transaction, which sees what was committed when it began. */
export async function openPostgresTables(address: string): Promise<TableSource> {
  const client = new pg.Client(connectionConfig(toPostgresUrl(address)));
  try {
    await client.connect();
    await client.query('begin isolation level repeatable read read only');
    const { rows } = await client.query<{ name: string }>(
      `select table_name as name from information_schema.tables
       where table_schema = current_schema() and table_type = 'BASE TABLE' order by table_name`
    );
    return {
      tables: rows.map(({ name }) => name).filter(name => !isOwnOfDatabase(name)),
      rows: table => readRows(client, table),
      close: () => client.end()
    };
  } catch (error) {
    await client.end().catch(() => undefined);
    throw toOurError(error);
  }
}

async function* readRows(client: pg.Client, table: string): AsyncGenerator<readonly Row[]> {
  await client.query(`declare copied no scroll cursor for select * from "${table}"`);
  for (;;) {
    const { rows } = await client.query<Row>(`fetch ${ROWS_AT_ONCE} from copied`);
    if (rows.length === 0) {
      break;
    }
    yield rows;
  }
  await client.query('close copied');
}
