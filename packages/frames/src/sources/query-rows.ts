import { SlipwayError } from '@slipway/notebook';
import { foldedName } from '../readers/column-names.js';
import type { RowValue } from '../readers/rows-file.js';

/** The rows of a query with the names of their columns. */
export interface QueryRows {
  readonly columns: readonly string[];
  readonly rows: AsyncIterable<readonly RowValue[]>;
}

/**
 * Refuses a query that gives two columns of one name: only one of them could be kept.
 *
 * @throws SlipwayError DATA_UNREADABLE with the names.
 */
export function refuseEqualColumns(columns: readonly string[], database: string): void {
  const twice = new Set(
    columns.filter((name, i) => columns.findIndex(other => foldedName(other) === foldedName(name)) !== i)
  );
  if (twice.size === 0) {
    return;
  }
  const names = [...twice].map(name => `"${name}"`).join(' and ');
  throw new SlipwayError('DATA_UNREADABLE', `The query on "${database}" gives more than one column named ${names}.`, {
    remedy: 'Give each a name of its own: select a.id as a_id, b.id as b_id ….'
  });
}
