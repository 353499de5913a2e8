import pg from 'pg';

const { builtins } = pg.types;

/** Whole numbers stay exact up to 2^53, which no count, time or step of ours exceeds. */
function parseWhole(text: string): number {
  return Number(text);
}

/** As SQLite keeps it: not-a-number is the text. */
function parseReal(text: string): number | 'NaN' {
  return text === 'NaN' ? text : Number(text);
}

const PARSERS = new Map<number, (text: string) => unknown>([
  [builtins.INT8, parseWhole],
  [builtins.INT4, parseWhole],
  [builtins.NUMERIC, parseReal],
  [builtins.FLOAT8, parseReal],
  [builtins.BOOL, text => (text === 't' ? 1 : 0)]
]);

/** Values as the tables' types say them, which are those of SQLite. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (id, format) => PARSERS.get(id) ?? pg.types.getTypeParser(id, format)
};

const CONNECT_MS = 5000;

export function connectionConfig(url: string): pg.ClientConfig {
  return {
    connectionString: url,
    types,
    application_name: 'slipway',
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true
  };
}

/** Connections that are made when they are needed, and recreated when the database is available again. @param most at once. */
export function openPool(url: string, most: number): pg.Pool {
  const pool = new pg.Pool({ ...connectionConfig(url), max: most, idleTimeoutMillis: 60_000, allowExitOnIdle: true });
  // A connection that breaks while nobody uses it is replaced; a user of the connection gets the error itself.
  pool.on('error', () => undefined);
  return pool;
}
