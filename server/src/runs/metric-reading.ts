import type { MetricPoint, MetricSeries, NamedMetric } from '@slipway/contract';
import { sql, type Kysely } from 'kysely';
import { anyOf } from '../store/expressions.js';
import { toWire } from '../store/metric-value.js';
import type { StoredReal, Tables } from '../store/tables.js';
import { thin } from './thinning.js';

/** The latest point of one metric, with the id under which its points lie. */
export interface LatestMetric {
  readonly run: number;
  readonly sid: number;
  readonly metric: NamedMetric;
}

/** Latest points of many runs, ordered by metric name. */
export async function latestMetrics(db: Kysely<Tables>, runs: readonly number[]): Promise<LatestMetric[]> {
  const rows = await db
    .selectFrom('series')
    .innerJoin('key', 'key.id', 'series.key')
    .where(anyOf('series.run', runs))
    .select(['series.run', 'series.sid', 'series.step', 'series.ts', 'series.value', 'key.name'])
    .orderBy('key.name')
    .execute();
  return rows.map(row => ({
    run: row.run,
    sid: row.sid,
    metric: { key: row.name, value: toWire(row.value), step: row.step, timestamp: row.ts }
  }));
}

/** All points of one series by step, time and value. @param limit points; the rest is left out. */
export async function pointsOf(db: Kysely<Tables>, sid: number, limit?: number): Promise<MetricPoint[]> {
  let query = db
    .selectFrom('point')
    .where('sid', '=', sid)
    .select(['step', 'ts', 'value'])
    .orderBy('step')
    .orderBy('ts')
    .orderBy('value');
  if (limit !== undefined) {
    query = query.limit(limit);
  }
  const rows = await query.execute();
  return rows.map(row => ({ value: toWire(row.value), step: row.step, timestamp: row.ts }));
}

/** Every series of a run, each thinned to at most `limit` points. */
export async function seriesOf(db: Kysely<Tables>, run: number, limit: number): Promise<MetricSeries[]> {
  const series: MetricSeries[] = [];
  for (const { sid, metric } of await latestMetrics(db, [run])) {
    const points = await pointsOf(db, sid);
    series.push({ key: metric.key, points: thin(points, limit), total: points.length });
  }
  return series;
}

const SPARK_POINTS = 60;

/**
 * Up to 60 values of a series for its sparkline. A long series is probed at even steps through its key, so that the
 * cost does not grow with its length.
 */
export async function sparkOf(db: Kysely<Tables>, sid: number): Promise<number[]> {
  const first = await pointsOf(db, sid, SPARK_POINTS + 1);
  if (first.length <= SPARK_POINTS) {
    return first.flatMap(point => (typeof point.value === 'number' ? [point.value] : []));
  }
  const { rows } = await sql<{ value: StoredReal }>`
    with recursive
      ends(low, high) as (
        select (select step from point where sid = ${sid} order by step limit 1),
               (select step from point where sid = ${sid} order by step desc limit 1)),
      probe(n, at) as (
        select 0, cast(low as double precision) from ends
        union all
        select n + 1, (select low + (high - low) * (n + 1.0) / ${SPARK_POINTS - 1} from ends) from probe
        where n + 1 < ${SPARK_POINTS})
    select (select value from point where sid = ${sid} and step >= at order by step limit 1) as value from probe`.execute(
    db
  );
  return rows.flatMap(row => (typeof row.value === 'number' ? [row.value] : []));
}
