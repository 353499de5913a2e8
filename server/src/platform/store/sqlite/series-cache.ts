import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { isLater, toStored } from '../metric-value.js';
import type { StoredReal } from '../tables.js';

/** The latest point of one metric of one run, with the id under which its points are stored. */
interface Series {
  readonly run: number;
  readonly key: number;
  readonly sid: number;
  step: number;
  timestamp: number;
  value: number;
  stored: boolean;
  dirty: boolean;
}

/** Series kept in memory; beyond it the cache is cleared at the next commit. */
const MAX_SERIES = 20_000;
/** Keys of one experiment stay below this, so that (run, key) fits one exact number. */
const KEY_SPAN = 2 ** 24;

/**
 * Points go straight into `point`; the latest point of a series is kept here and written once per commit. Rows that are
 * not yet written survive only until `flush`, which must come before every savepoint and every commit.
 */
export class SeriesCache {
  readonly #insertPoint: StatementSync;
  readonly #insertSeries: StatementSync;
  readonly #updateSeries: StatementSync;
  readonly #selectSeries: StatementSync;
  readonly #lastSid: StatementSync;
  readonly #series = new Map<number, Series>();
  #dirty: Series[] = [];
  #nextSid: number;

  constructor(database: DatabaseSync) {
    this.#insertPoint = database.prepare('insert or ignore into point(sid, step, ts, value) values(?, ?, ?, ?)');
    this.#insertSeries = database.prepare(
      'insert into series(run, key, sid, step, ts, value) values(?, ?, ?, ?, ?, ?)'
    );
    this.#updateSeries = database.prepare('update series set step = ?, ts = ?, value = ? where run = ? and key = ?');
    this.#selectSeries = database.prepare('select sid, step, ts, value from series where run = ? and key = ?');
    this.#lastSid = database.prepare('select sid from point order by sid desc limit 1');
    this.#nextSid = this.#readNextSid();
  }

  /** The series of a metric; a new one gets its row with the first `flush`. */
  of(run: number, key: number): Series {
    const id = run * KEY_SPAN + key;
    let series = this.#series.get(id);
    if (series === undefined) {
      series = this.#load(run, key);
      this.#series.set(id, series);
    }
    return series;
  }

  addPoint(series: Series, step: number, timestamp: number, value: number): void {
    this.#insertPoint.run(series.sid, step, timestamp, toStored(value));
    if (isLater({ step, timestamp, value }, series)) {
      series.step = step;
      series.timestamp = timestamp;
      series.value = value;
      if (!series.dirty) {
        series.dirty = true;
        this.#dirty.push(series);
      }
    }
  }

  /** Writes the latest points that changed since the last time. */
  flush(): void {
    for (const series of this.#dirty) {
      const value = toStored(series.value);
      if (series.stored) {
        this.#updateSeries.run(series.step, series.timestamp, value, series.run, series.key);
      } else {
        this.#insertSeries.run(series.run, series.key, series.sid, series.step, series.timestamp, value);
        series.stored = true;
      }
      series.dirty = false;
    }
    this.#dirty = [];
  }

  /** Only right after a flush or a commit, when nothing is dirty. */
  trim(): void {
    if (this.#series.size > MAX_SERIES) {
      this.#series.clear();
    }
  }

  /** After a rollback: what is cached may be what was never committed. */
  forget(): void {
    this.#series.clear();
    this.#dirty = [];
    this.#nextSid = this.#readNextSid();
  }

  #load(run: number, key: number): Series {
    const row = this.#selectSeries.get(run, key) as
      | { sid: number; step: number; ts: number; value: StoredReal }
      | undefined;
    if (row === undefined) {
      const sid = this.#nextSid;
      this.#nextSid += 1;
      return { run, key, sid, step: -Infinity, timestamp: 0, value: 0, stored: false, dirty: false };
    }
    const value = row.value === 'NaN' ? NaN : row.value;
    return { run, key, sid: row.sid, step: row.step, timestamp: row.ts, value, stored: true, dirty: false };
  }

  #readNextSid(): number {
    const row = this.#lastSid.get() as { sid: number } | undefined;
    return (row?.sid ?? 0) + 1;
  }
}
