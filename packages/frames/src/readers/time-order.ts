import { execute, freshTable, queryRows, quoteName, unknownColumn } from '../engine/engine.js';

/**
 * The rows of a table in the order of a column; rows of the same time stay in the order in which they are.
 *
 * @returns the table itself where its rows are in that order already.
 * @throws SlipwayError COLUMN_UNKNOWN.
 */
export async function inOrderOf(table: string, time: string, named: string): Promise<string> {
  const from = quoteName(table);
  const names = (await queryRows(`describe ${from}`)).map(row => String(row['column_name']));
  if (!names.includes(time)) {
    throw unknownColumn(time, names, `in "${named}" to order by`);
  }
  const column = quoteName(time);
  const [row] = await queryRows(
    `select count(*) filter (before > t or t is null) as moved from ` +
      `(select ${column} as t, lag(${column}) over (order by rowid) as before from ${from})`
  );
  if (Number(row!['moved']) === 0) {
    return table;
  }
  const ordered = freshTable();
  await execute(`create table ${quoteName(ordered)} as select * from ${from} order by ${column}, rowid`);
  return ordered;
}
