import { sql, type RawBuilder } from 'kysely';
import { containsText, holdsWords, wordsOf } from '../expressions.js';

/**
 * A word is in the run's name or id, its experiment's name, the value of a tag or parameter, or a cell that made it, or is
 * the name of a tag or parameter: as a part of such a name it would be in every run, as `rain` in `train_rows`.
 */
export function runMentions(word: string): RawBuilder<boolean> {
  const inTable = (table: 'param' | 'tag'): RawBuilder<boolean> =>
    sql<boolean>`run.id in (select t.run from ${sql.table(table)} t join key k on k.id = t.key
      where ${containsText('t.value', word)} or k.name = ${word})`;
  return sql<boolean>`(${containsText('run.name', word)} or ${containsText('run.uuid', word)}
    or run.exp in (select e.id from experiment e where ${containsText('e.name', word)}) or ${inTable('param')} or ${inTable('tag')} or ${inCells(word)})`;
}

function inCells(word: string): RawBuilder<boolean> {
  const words = wordsOf(word);
  return words.length === 0
    ? sql<boolean>`1 = 0`
    : sql<boolean>`run.uuid in (select cr.run_id from cell_execution join cell_run cr on cr.cell = cell_execution.id
        where ${holdsWords('cell_execution', 'source', words)})`;
}

/** The run of the row ended, or a metric of it was logged, between two moments in milliseconds since the epoch. */
export function runWasActive(from: number, to: number): RawBuilder<boolean> {
  return sql<boolean>`(run.end_time between ${from} and ${to} or exists(
    select 1 from series where series.run = run.id and series.ts >= ${from}
      and (series.ts <= ${to} or exists(
        select 1 from point where point.sid = series.sid and point.ts between ${from} and ${to}))))`;
}

/** When a row was deleted; for rows of before that was noted, the moment in another column. */
export function deletedAtOr(column: 'start_time' | 'updated_at'): RawBuilder<number> {
  return sql<number>`coalesce(deleted_at, ${sql.ref(column)})`;
}
