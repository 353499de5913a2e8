import pg from 'pg';
import type { EventRelay, RelayedMessage, RelayListener } from '../event-relay.js';
import { connectionConfig } from './connection.js';
import { toOurError } from './failures.js';

const CHANNEL = 'slipway_event';
/** Any number, the same in every server on the database. */
const EVENT_LOCK = 7_236_402;
/** Messages that are kept for servers that were away. */
const KEPT = 5000;
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5000;

/**
 * Messages are stored in a table, and a notification without content says that there are new ones: a message may be of any
 * length, and a server that lost its connection reads on where it was.
 */
export class PostgresEventRelay implements EventRelay {
  readonly #url: string;
  readonly #pool: pg.Pool;
  #listener: RelayListener | undefined;
  #connection: pg.Client | undefined;
  #lastId = 0;
  #reading: Promise<void> = Promise.resolve();
  #waitMs = FIRST_WAIT_MS;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param pool for sending; listening has a connection of its own. */
  constructor(url: string, pool: pg.Pool) {
    this.#url = url;
    this.#pool = pool;
  }

  async send(texts: readonly string[]): Promise<void> {
    let client: pg.PoolClient | undefined;
    try {
      client = await this.#pool.connect();
      // Losing the latest events in a power cut is acceptable.
      await client.query('begin; set local synchronous_commit = off');
      // Ids are given in the order of the commits: who has seen one has seen all before it.
      await client.query(`select pg_advisory_xact_lock(${EVENT_LOCK})`);
      await client.query('insert into live_event(event) select * from unnest($1::text[])', [texts]);
      await client.query(`delete from live_event where id <= (select max(id) from live_event) - ${KEPT}`);
      await client.query(`notify ${CHANNEL}; commit`);
      client.release();
    } catch (error) {
      client?.release(true);
      throw toOurError(error);
    }
  }

  async listen(listener: RelayListener): Promise<void> {
    this.#listener = listener;
    await this.#connect();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#reading;
    await this.#connection?.end().catch(() => undefined);
  }

  async #connect(): Promise<void> {
    const connection = new pg.Client(connectionConfig(this.#url));
    connection.on('notification', () => this.#readSoon(connection));
    connection.on('error', () => this.#lost(connection));
    connection.on('end', () => this.#lost(connection));
    try {
      await connection.connect();
      await connection.query(`listen ${CHANNEL}`);
      this.#connection = connection;
      await this.#read(connection);
      this.#waitMs = FIRST_WAIT_MS;
    } catch (error) {
      this.#lost(connection);
      throw toOurError(error);
    }
  }

  /** Once for each connection, however it tells that it is gone. */
  #lost(connection: pg.Client): void {
    connection.removeAllListeners();
    // A connection that is being given up may still fail.
    connection.on('error', () => undefined);
    connection.end().catch(() => undefined);
    if (this.#closed || this.#timer !== undefined) {
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#connect().catch(() => undefined);
    }, this.#waitMs).unref();
    this.#waitMs = Math.min(this.#waitMs * 2, LONGEST_WAIT_MS);
  }

  /** One after the other, so that messages are heard in order. */
  #readSoon(connection: pg.Client): void {
    this.#reading = this.#reading.then(() => this.#read(connection)).catch(() => this.#lost(connection));
  }

  async #read(connection: pg.Client): Promise<void> {
    const { rows } = await connection.query<RelayedMessage>(
      'select id, event as text from live_event where id > $1 order by id',
      [this.#lastId]
    );
    const first = rows[0];
    const last = rows.at(-1);
    if (first === undefined || last === undefined || this.#closed) {
      return;
    }
    const gap = this.#lastId > 0 && first.id > this.#lastId + KEPT;
    this.#lastId = last.id;
    if (gap) {
      this.#listener?.missed(last.id);
    } else {
      this.#listener?.heard(rows);
    }
  }
}
