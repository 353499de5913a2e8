import type { FoundCell } from '@slipway/contract';
import type { Kysely } from 'kysely';
import { anyOf, holdsWords, wordsOf } from '../../platform/store/expressions.js';
import type { Tables } from '../../platform/store/tables.js';

const MOST_LINES = 5;
const LONGEST_LINE = 200;

/** Executed cells whose source holds all words of the text, the newest first; none for a text without words. */
export async function searchCells(db: Kysely<Tables>, text: string, limit: number): Promise<FoundCell[]> {
  const words = wordsOf(text);
  if (words.length === 0) {
    return [];
  }
  const rows = await db
    .selectFrom('cell_execution')
    .innerJoin('session', 'session.id', 'cell_execution.session')
    .where(holdsWords('cell_execution', 'source', words))
    .select(['cell_execution.id', 'cell_execution.uuid', 'cell_execution.position', 'cell_execution.source'])
    .select(['cell_execution.started_at', 'session.uuid as session_id', 'session.notebook_path'])
    .orderBy('cell_execution.started_at', 'desc')
    .orderBy('cell_execution.id', 'desc')
    .limit(limit)
    .execute();
  const links = await db
    .selectFrom('cell_run')
    .where(
      anyOf(
        'cell',
        rows.map(row => row.id)
      )
    )
    .selectAll()
    .execute();
  return rows.map(row => ({
    execution_id: row.uuid,
    session_id: row.session_id,
    notebook_path: row.notebook_path ?? '',
    order: row.position,
    started_at: row.started_at,
    run_ids: links.filter(link => link.cell === row.id).map(link => link.run_id),
    lines: linesWith(words, row.source)
  }));
}

function linesWith(words: readonly string[], source: string): FoundCell['lines'] {
  return source
    .split('\n')
    .flatMap((text, index) => {
      const own = wordsOf(text);
      const hit = words.some(word => own.some(each => each.startsWith(word)));
      return hit ? [{ line: index + 1, text: text.trim().slice(0, LONGEST_LINE) }] : [];
    })
    .slice(0, MOST_LINES);
}
