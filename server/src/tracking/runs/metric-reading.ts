import type { MetricPoint, MetricSeries, NamedMetric } from '@slipway/contract';
import type { Kysely } from 'kysely';
import {
  anyOf,
  columnValue,
  jsonArrayOf,
  jsonColumn,
  jsonNumber,
  textValue
} from '../../platform/store/expressions.js';
import { numberOf, toStored, toWire } from '../../platform/store/metric-value.js';
import type { StoredReal, Tables } from '../../platform/store/tables.js';
import { Thinning } from './thinning.js';
import { valuesAtEvenSteps } from '../../platform/store/series-sample.js';

/** The latest point of one metric, with the id under which its points are stored. */
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
  const query = inOrder(inRange(db, sid));
  return pointsFrom(limit === undefined ? query : query.limit(limit));
}

const POINTS_IN_A_PIECE = 5000;

/**
 * Points of one series by step, time and value, as pieces of the text of a JSON array of `{key, value, timestamp, step}`:
 * for many thousands of points a tenth of the memory of objects, and other requests come in between.
 */
export async function* pointsAsJson(
  db: Kysely<Tables>,
  sid: number,
  key: string,
  page: { readonly limit: number; readonly offset: number }
): AsyncGenerator<string> {
  const point = jsonArrayOf({
    key: textValue(key),
    value: jsonNumber('value'),
    timestamp: columnValue('timestamp'),
    step: columnValue('step')
  });
  yield '[';
  let last: MetricPoint | undefined;
  for (let done = 0; done < page.limit; done += POINTS_IN_A_PIECE) {
    const limit = Math.min(POINTS_IN_A_PIECE, page.limit - done);
    const rows = inOrder(after(inRange(db, sid), last)).limit(limit);
    const { text, points } = await db
      .selectFrom((last === undefined ? rows.offset(page.offset) : rows).as('p'))
      .select([point.as('text'), ({ fn }) => fn.countAll<number>().as('points')])
      .executeTakeFirstOrThrow();
    if (points > 0) {
      yield (done === 0 ? '' : ',') + text.slice(1, -1);
    }
    if (points < limit) {
      break;
    }
    // Within a text the quotes would be escaped.
    last = JSON.parse(text.slice(text.lastIndexOf('{"key"'), -1)) as MetricPoint;
  }
  yield ']';
}

/** Whether a series goes on so far. @param offset points before it. */
export async function hasPointAt(db: Kysely<Tables>, sid: number, offset: number): Promise<boolean> {
  const query = db.selectFrom('point').where('sid', '=', sid).select('step').orderBy('step').limit(1).offset(offset);
  return (await query.executeTakeFirst()) !== undefined;
}

/** Steps from the first to the last, both included. */
export interface StepRange {
  readonly first: number;
  readonly last: number;
}

export async function countPoints(db: Kysely<Tables>, sid: number, steps?: StepRange): Promise<number> {
  const { points } = await inRange(db, sid, steps)
    .select(from => from.fn.countAll<number>().as('points'))
    .executeTakeFirstOrThrow();
  return points;
}

/** All points of a series in order, some thousands at a time: a long one is never in memory as a whole. */
export async function* pointsInPieces(
  db: Kysely<Tables>,
  sid: number,
  steps?: StepRange
): AsyncGenerator<readonly MetricPoint[]> {
  for (let last: MetricPoint | undefined; ;) {
    const query = after(inRange(db, sid, steps), last);
    const piece = await byColumns(db, inOrder(query).limit(POINTS_IN_A_PIECE));
    yield piece;
    last = piece.at(-1);
    if (piece.length < POINTS_IN_A_PIECE) {
      return;
    }
  }
}

/** Series of more points are not looked at step by step first. */
const MOST_STEPS = 200_000;

/** The points at some places of a series, in order. @param total points of the series. @param places ascending. */
export async function pointsAtPlaces(
  db: Kysely<Tables>,
  sid: number,
  total: number,
  places: readonly number[],
  range?: StepRange
): Promise<MetricPoint[]> {
  const found = total > MOST_STEPS ? undefined : await pointsByStep(db, sid, places, range);
  return found ?? pointsByCounting(db, sid, places, range);
}

/** Reads the steps alone, and then the points that are wanted; undefined when a step has several points. */
async function pointsByStep(
  db: Kysely<Tables>,
  sid: number,
  places: readonly number[],
  range?: StepRange
): Promise<MetricPoint[] | undefined> {
  const { text } = await db
    .selectFrom(inRange(db, sid, range).select('step').orderBy('step').as('p'))
    .select(jsonColumn('step').as('text'))
    .executeTakeFirstOrThrow();
  const steps = JSON.parse(text) as number[];
  if (steps.some((step, index) => step === steps[index - 1])) {
    return undefined;
  }
  const wanted = places.flatMap(place => steps[place] ?? []);
  return pointsFrom(inOrder(inRange(db, sid, range).where(anyOf('step', wanted))));
}

async function pointsByCounting(
  db: Kysely<Tables>,
  sid: number,
  places: readonly number[],
  range?: StepRange
): Promise<MetricPoint[]> {
  const wanted = new Set(places);
  const found: MetricPoint[] = [];
  let place = 0;
  for await (const piece of pointsInPieces(db, sid, range)) {
    found.push(...piece.filter((_, index) => wanted.has(place + index)));
    place += piece.length;
  }
  return found;
}

/** Three texts instead of thousands of rows: what takes time in the database's binding is the objects. */
async function byColumns(db: Kysely<Tables>, query: ReturnType<typeof inOrder>): Promise<MetricPoint[]> {
  const columns = await db
    .selectFrom(query.as('p'))
    .select([
      jsonColumn('value').as('values'),
      jsonColumn('step').as('steps'),
      jsonColumn('timestamp').as('timestamps')
    ])
    .executeTakeFirstOrThrow();
  // SQLite writes infinity as a number that is too large, and reads as infinity.
  const values = JSON.parse(columns.values) as MetricPoint['value'][];
  const steps = JSON.parse(columns.steps) as number[];
  const timestamps = JSON.parse(columns.timestamps) as number[];
  return values.map((value, index) => ({
    value: toWire(storedOf(value)),
    step: steps[index] ?? 0,
    timestamp: timestamps[index] ?? 0
  }));
}

function inRange(db: Kysely<Tables>, sid: number, steps?: StepRange) {
  const query = db.selectFrom('point').where('sid', '=', sid);
  return steps === undefined ? query : query.where('step', '>=', steps.first).where('step', '<=', steps.last);
}

/** The points behind `last` in the order of `inOrder`. */
function after(query: ReturnType<typeof inRange>, last: MetricPoint | undefined): ReturnType<typeof inRange> {
  if (last === undefined) {
    return query;
  }
  const { step, timestamp, value } = last;
  return query
    .where('step', '>=', step)
    .where(({ and, eb, or }) =>
      or([
        eb('step', '>', step),
        and([eb('step', '=', step), eb('ts', '>', timestamp)]),
        and([eb('step', '=', step), eb('ts', '=', timestamp), eb('value', '>', storedOf(value))])
      ])
    );
}

function inOrder(query: ReturnType<typeof inRange>) {
  return (
    query
      // As the contract names them: tens of thousands are not copied.
      .select(['value', 'step', 'ts as timestamp'])
      .orderBy('step')
      .orderBy('ts')
      .orderBy('value')
  );
}

async function pointsFrom(query: ReturnType<typeof inOrder>): Promise<MetricPoint[]> {
  const points: { step: number; timestamp: number; value: MetricPoint['value'] }[] = await query.execute();
  for (const point of points) {
    point.value = toWire(storedOf(point.value));
  }
  return points;
}

function storedOf(value: MetricPoint['value']): StoredReal {
  return toStored(numberOf(value));
}

/** Every series of a run, each thinned to at most `limit` points. */
export async function seriesOf(db: Kysely<Tables>, run: number, limit: number): Promise<MetricSeries[]> {
  const series: MetricSeries[] = [];
  for (const { sid, metric } of await latestMetrics(db, [run])) {
    const total = await countPoints(db, sid);
    const thinning = new Thinning(total, limit);
    for await (const piece of pointsInPieces(db, sid)) {
      piece.forEach(point => thinning.add(point));
    }
    series.push({ key: metric.key, points: thinning.result(), total });
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
  const rows = await valuesAtEvenSteps(db, sid, SPARK_POINTS);
  return rows.flatMap(row => (Number.isFinite(row.value) ? [Number(row.value)] : []));
}
