import type { Client, QueryArrayResult } from 'pg';
import { SlipwayError } from '@slipway/notebook';
import { maskSecrets } from '@slipway/recording/spool';
import { refuseEqualColumns, type QueryRows } from './query-rows.js';
import { ExactNumber, type RowValue } from '../readers/rows-file.js';

/** Rows that are fetched at a time. */
const FETCHED = 2000;
const CONNECT_TIMEOUT_MS = 10_000;

/** PostgreSQL's type numbers (pg_type) that are not text. */
const NUMBERS = new Set([20, 21, 23, 26, 700, 701, 1700]);
const BOOLEAN = 16;
const BYTES = 17;

export function isPostgresAddress(database: string): boolean {
  return /^postgres(?:ql)?:\/\//i.test(database);
}

/**
 * Rows of a query on PostgreSQL, fetched through a cursor in a transaction that may only read, so that their number does
 * not matter and nothing can be changed.
 *
 * @param address `postgres://user:password@host/database`; what is missing comes from PGUSER, PGPASSWORD and the like.
 * @throws SlipwayError DATA_NOT_FOUND when the database does not answer, DATA_UNREADABLE for columns of bytes and for
 * several of one name, DATA_EXPRESSION for a query that cannot be run.
 */
export async function postgresRows(address: string, query: string): Promise<QueryRows> {
  const shown = maskSecrets(address);
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: address, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  try {
    await client.connect();
  } catch (error) {
    throw new SlipwayError('DATA_NOT_FOUND', `The database ${shown} does not answer: ${sentenceOf(error)}.`, {
      remedy: 'Check host, port, user and password, and whether this machine may connect.',
      cause: error
    });
  }
  try {
    await client.query('begin transaction read only');
    await client.query(`declare slipway_rows no scroll cursor for ${query.trim().replace(/;$/, '')}`);
    const first = await fetchRows(client);
    const bytes = first.fields.find(({ dataTypeID }) => dataTypeID === BYTES);
    if (bytes) {
      throw new SlipwayError('DATA_UNREADABLE', `The column "${bytes.name}" of the query on ${shown} holds bytes.`, {
        remedy: `Leave it out of the query, or turn it into text: encode("${bytes.name}", 'hex').`
      });
    }
    const columns = first.fields.map(({ name }) => name);
    refuseEqualColumns(columns, shown);
    return { columns, rows: rowsFrom(client, first, shown) };
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error instanceof SlipwayError ? error : refusal(shown, error);
  }
}

function fetchRows(client: Client): Promise<QueryArrayResult<RowValue[]>> {
  return client.query<RowValue[]>({
    text: `fetch ${FETCHED} from slipway_rows`,
    rowMode: 'array',
    types: { getTypeParser: parserOf }
  });
}

async function* rowsFrom(
  client: Client,
  first: QueryArrayResult<RowValue[]>,
  shown: string
): AsyncGenerator<readonly RowValue[]> {
  try {
    for (let fetched = first; ; fetched = await fetchRows(client)) {
      yield* fetched.rows;
      if (fetched.rows.length < FETCHED) {
        return;
      }
    }
  } catch (error) {
    throw refusal(shown, error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

function refusal(shown: string, error: unknown): SlipwayError {
  return new SlipwayError('DATA_EXPRESSION', `The query on ${shown} cannot be run. ${sentenceOf(error)}`, {
    remedy: 'The database may only be read: a query selects, it changes nothing.',
    cause: error
  });
}

/** Numbers digit for digit, and booleans; everything else as PostgreSQL writes it, which is what DuckDB reads. */
function parserOf(type: number): (text: string) => RowValue {
  if (NUMBERS.has(type)) {
    return numberOf;
  }
  return type === BOOLEAN ? text => text === 't' : text => text;
}

function numberOf(text: string): RowValue {
  switch (text) {
    case 'NaN':
      return null;
    case 'Infinity':
      return Infinity;
    case '-Infinity':
      return -Infinity;
    default:
      // The engine keeps whole numbers digit for digit, but rounds a fraction: where that would be more than its end, it stays text.
      return /\./.test(text) && Math.abs(Number(text)) > Number.MAX_SAFE_INTEGER ? text : new ExactNumber(text);
  }
}

function sentenceOf(error: unknown): string {
  const text = error instanceof AggregateError ? String(error.errors[0]) : error instanceof Error ? error.message : '';
  return maskSecrets(text.replace(/^Error: /, '') || String(error));
}
