import { sql, type RawBuilder } from 'kysely';
import { isAnyOf } from '../expressions.js';

/** The session of the row belongs to one of the projects; one that is in no project's list, to `usual`. */
export function sessionInProjects(projects: readonly string[], usual: string): RawBuilder<boolean> {
  const listed = sql<string>`(select p.project from session_project p where p.session = session.uuid)`;
  return isAnyOf(sql<string>`coalesce(${listed}, ${usual})`, projects);
}

/** A run of the session of the row is running: 1 is RUNNING, as the partial index says it. */
export function sessionHasRunningRun(): RawBuilder<boolean> {
  return sql<boolean>`id in (select session from run where status = 1)`;
}

/** The cell of the row had not ended by then, in milliseconds since the epoch. */
export function cellEndedAfter(moment: number): RawBuilder<boolean> {
  return sql<boolean>`cell.started_at + cell.duration_ms >= ${moment}`;
}

/** In an upsert: the outputs that come are those of a later report than the stored ones. */
export function isLaterReport(): RawBuilder<boolean> {
  return sql<boolean>`(excluded.from_kernel, excluded.revision, excluded.digest)
    > (cell_output.from_kernel, cell_output.revision, cell_output.digest)`;
}
