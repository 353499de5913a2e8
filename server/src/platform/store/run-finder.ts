import { sql, type Kysely, type RawBuilder } from 'kysely';
import { anyOf, portable } from './expressions.js';
import { LARGEST_NUMBER } from './metric-value.js';
import { ANY_RUN, compare, condition, isUpward, tableOf, valueOf, type RunScope } from './run-conditions.js';
import { direction, isAfter, orderBy, positionOf, rankOf, tieIsAfter, type FoundRun } from './run-order.js';
import type { KeyedField, RunOrder, RunPage, RunPredicate, RunQuery } from './run-query.js';
import type { Tables } from './tables.js';

/** Counting stops here: a predicate that holds for more runs is a poor driver. */
const MOST_COUNTED = 20_000;
const NOBODY = sql`-1`;

/*
 * On SQLite the plans are fixed, by `cross join` and `indexed by`: at a hundred thousand runs the planner's own choices
 * are ten times slower. PostgreSQL has no such hints, and chooses the same plans by its statistics.
 */
const THEN = portable({ sqlite: sql`cross join`, postgres: sql`join` });
const RUNS_IN_ORDER = portable({ sqlite: sql`run indexed by run_list`, postgres: sql`run` });
const SERIES_IN_ORDER = portable({ sqlite: sql`series o indexed by series_val`, postgres: sql`series o` });

/** A predicate whose own index leads to its runs. */
interface Driver {
  readonly predicate: RunPredicate;
  readonly field: KeyedField;
}

interface OneExperiment {
  readonly exp: number;
  readonly keys: ReadonlyMap<string, number>;
}

type Statement = RawBuilder<FoundRun>;

/** Finds a page of runs. */
export async function findRuns(db: Kysely<Tables>, query: RunQuery): Promise<RunPage> {
  const found = await find(db, query);
  const runs = found.slice(0, query.limit);
  const last = runs.at(-1);
  return {
    ids: runs.map(run => run.id),
    end: found.length > query.limit && last !== undefined ? positionOf(last, query) : undefined
  };
}

/** One run more than the page holds when another page follows. */
async function find(db: Kysely<Tables>, query: RunQuery): Promise<FoundRun[]> {
  const [exp, ...others] = query.experiments;
  const [order, ...furtherOrders] = query.order;
  if (exp === undefined || others.length > 0) {
    return rows(db, anyOrder(query, ANY_RUN));
  }
  const experiment: OneExperiment = { exp, keys: await keysOf(db, exp, query) };
  if (query.lifecycle !== 'active' || furtherOrders.length > 0) {
    return rows(db, anyOrder(query, scopeOf('run.id', experiment)));
  }
  if (order === undefined || isNewestFirst(order)) {
    return rows(db, byStartTime(query, experiment, await bestDriver(db, query, experiment)));
  }
  if (order.field.entity !== 'metric') {
    return rows(db, anyOrder(query, scopeOf('run.id', experiment)));
  }
  const found: FoundRun[] = [];
  for (const part of byMetric(query, order, order.field, experiment, await bestDriver(db, query, experiment))) {
    if (found.length <= query.limit) {
      found.push(...(await rows(db, part)));
    }
  }
  return found.slice(0, query.limit + 1);
}

/** What runs are sorted by anyway. */
function isNewestFirst({ field, descending }: RunOrder): boolean {
  return field.entity === 'attribute' && field.key === 'start_time' && descending;
}

async function rows(db: Kysely<Tables>, statement: Statement): Promise<FoundRun[]> {
  return (await statement.execute(db)).rows;
}

/** Several experiments, deleted runs, several orders: everything is visited, and each value looked up once. */
function anyOrder(query: RunQuery, scope: RunScope): Statement {
  const conditions = [
    anyOf('run.exp', query.experiments),
    ...(query.lifecycle === 'all' ? [] : [sql<boolean>`run.life = ${query.lifecycle === 'active' ? 0 : 1}`]),
    ...query.predicates.map(predicate => condition(predicate, scope))
  ];
  const values = query.order.map(({ field }, index) => sql`${valueOf(field, scope)} as ${sql.ref(`v${index}`)}`);
  const columns = sql.join([sql`run.id`, sql`run.start_time`, sql`run.uuid`, ...values]);
  const place = query.after === undefined ? sql`` : sql`where ${isAfter(query.order, query.after)}`;
  return sql<FoundRun>`with found as materialized (select ${columns} from run where ${and(conditions)})
    select * from found ${place} order by ${orderBy(query.order)} ${limit(query)}`;
}

function byStartTime(query: RunQuery, experiment: OneExperiment, driver: Driver | undefined): Statement {
  const source = driver === undefined ? RUNS_IN_ORDER : sql`${driven(driver)} ${THEN} run on run.id = d.run`;
  return sql<FoundRun>`select run.id, run.start_time, run.uuid, run.start_time as v0 from ${source} where ${and([
    sql<boolean>`run.exp = ${experiment.exp}`,
    sql<boolean>`run.life = 0`,
    ...(query.after === undefined ? [] : [tieIsAfter(query.after, 'run.')]),
    ...selection(query, experiment, driver, 'run.id')
  ])} order by run.start_time desc, run.uuid ${limit(query)}`;
}

/** Three parts one after the other: numbers, NaN, and runs without the metric. */
function byMetric(
  query: RunQuery,
  order: RunOrder,
  field: KeyedField,
  experiment: OneExperiment,
  driver: Driver | undefined
): Statement[] {
  const key = scopeOf('', experiment).key(field.key);
  const after = query.after && { place: query.after, value: query.after.values[0] ?? null };
  const rank = after === undefined ? 0 : rankOf(after.value, order);
  const tie = sql`run.start_time desc, run.uuid`;
  const afterTie = after === undefined ? [] : [tieIsAfter(after.place, 'run.')];
  const having = (part: readonly RawBuilder<boolean>[], by: RawBuilder<unknown>): Statement =>
    sql<FoundRun>`select run.id, run.start_time, run.uuid, o.value as v0 from ${
      driver === undefined
        ? sql`${SERIES_IN_ORDER} ${THEN} run on run.id = o.run`
        : sql`${driven(driver)} ${THEN} run on run.id = d.run ${THEN} series o on o.run = d.run`
    } where ${and([
      sql<boolean>`o.key = ${key}`,
      ...part,
      sql<boolean>`run.life = 0`,
      ...selection(query, experiment, driver, 'o.run')
    ])} order by ${by} ${limit(query)}`;
  const lacking = sql<FoundRun>`select run.id, run.start_time, run.uuid from ${
    driver === undefined ? RUNS_IN_ORDER : sql`${driven(driver)} ${THEN} run on run.id = d.run`
  } where ${and([
    sql<boolean>`run.exp = ${experiment.exp}`,
    sql<boolean>`run.life = 0`,
    sql<boolean>`(select m.sid from series m where m.run = run.id and m.key = ${key}) is null`,
    ...(rank === 2 ? afterTie : []),
    ...selection(query, experiment, driver, 'run.id')
  ])} order by ${tie} ${limit(query)}`;
  const numbers = having(
    after === undefined || rank > 0
      ? [range(order, undefined)]
      : [range(order, after.value), beyond(order, after.value, afterTie)],
    sql`o.value ${direction(order)}, ${tie}`
  );
  const notANumber = having([sql<boolean>`o.value = 'NaN'`, ...(rank === 1 ? afterTie : [])], tie);
  return [numbers, notANumber, lacking].slice(rank);
}

/** The numbers that are left, as one range of the index: a second bound on the same side would make it three times slower. */
function range({ descending }: RunOrder, from: number | string | null | undefined): RawBuilder<boolean> {
  if (from === undefined) {
    return sql<boolean>`o.value <= ${LARGEST_NUMBER}`;
  }
  return descending
    ? sql<boolean>`o.value <= ${from}`
    : sql<boolean>`o.value >= ${from} and o.value <= ${LARGEST_NUMBER}`;
}

function beyond(
  { descending }: RunOrder,
  from: number | string | null,
  afterTie: readonly RawBuilder<boolean>[]
): RawBuilder<boolean> {
  return sql<boolean>`(o.value ${sql.raw(descending ? '<' : '>')} ${from} or ${and(afterTie)})`;
}

/** The query's predicates; those beside a driver look at its run, without a driver at the given one. */
function selection(
  query: RunQuery,
  experiment: OneExperiment,
  driver: Driver | undefined,
  id: string
): RawBuilder<boolean>[] {
  const rest = query.predicates
    .filter(predicate => predicate !== driver?.predicate)
    .map(predicate => condition(predicate, scopeOf(driver === undefined ? id : 'd.run', experiment)));
  return [...(driver === undefined ? [] : driverConditions(driver, experiment)), ...rest];
}

/** The predicate that leads to the fewest runs, when it leads to few. */
async function bestDriver(db: Kysely<Tables>, query: RunQuery, experiment: OneExperiment): Promise<Driver | undefined> {
  let best: Driver | undefined;
  let fewest = MOST_COUNTED;
  for (const predicate of query.predicates) {
    const driver = asDriver(predicate);
    if (driver !== undefined) {
      const { rows } = await sql<{ runs: number }>`select count(*) as runs from (select 1 from ${driven(driver)}
        where ${and(driverConditions(driver, experiment))} limit ${MOST_COUNTED}) counted`.execute(db);
      const runs = rows[0]?.runs ?? MOST_COUNTED;
      if (runs < fewest) {
        fewest = runs;
        best = driver;
      }
    }
  }
  return best;
}

function asDriver(predicate: RunPredicate): Driver | undefined {
  const { field, comparison } = predicate;
  switch (field.entity) {
    case 'metric':
      return comparison === '!=' ? undefined : { predicate, field };
    case 'param':
    case 'tag':
      return comparison === '=' ? { predicate, field } : undefined;
    case 'attribute':
    case 'dataset':
      return undefined;
  }
}

function driven({ field }: Driver): RawBuilder<unknown> {
  const table = tableOf(field);
  const driver = sql`${sql.table(table)} d`;
  return portable({ sqlite: sql`${driver} indexed by ${sql.raw(`${table}_val`)}`, postgres: driver });
}

function driverConditions({ predicate, field }: Driver, experiment: OneExperiment): RawBuilder<boolean>[] {
  const value = sql.ref('d.value');
  return [
    sql<boolean>`d.key = ${scopeOf('d.run', experiment).key(field.key)}`,
    compare(value, predicate),
    ...(isUpward(predicate) ? [sql<boolean>`${value} <= ${LARGEST_NUMBER}`] : [])
  ];
}

function scopeOf(id: string, { keys }: OneExperiment): RunScope {
  return {
    id: sql.ref(id),
    key: name => {
      const known = keys.get(name);
      return known === undefined ? NOBODY : sql`${known}`;
    }
  };
}

async function keysOf(db: Kysely<Tables>, exp: number, query: RunQuery): Promise<Map<string, number>> {
  const fields = [...query.predicates, ...query.order].map(({ field }) => field);
  const names = fields.flatMap(field =>
    field.entity === 'metric' || field.entity === 'param' || field.entity === 'tag' ? [field.key] : []
  );
  if (names.length === 0) {
    return new Map();
  }
  const rows = await db.selectFrom('key').where('exp', '=', exp).where('name', 'in', names).selectAll().execute();
  return new Map(rows.map(row => [row.name, row.id]));
}

function and(conditions: readonly RawBuilder<boolean>[]): RawBuilder<boolean> {
  return sql<boolean>`${sql.join(conditions, sql` and `)}`;
}

function limit({ limit: most }: RunQuery): RawBuilder<unknown> {
  return sql`limit ${most + 1}`;
}
