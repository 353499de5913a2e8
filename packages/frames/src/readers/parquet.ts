import { execute, queryRows, quoteName, quoteText } from '../engine/engine.js';
import type { DataSource } from '../sources/source.js';
import { refuseNames } from './column-names.js';
import { read } from './read.js';

/**
 * Reads a Parquet file into `table` with the types of its schema.
 *
 * @throws SlipwayError DATA_UNREADABLE for another kind of file, and for names that differ in capital letters only.
 */
export async function readParquet({ file, named }: DataSource, table: string): Promise<void> {
  await read(named, async () => {
    // The first of the schema's rows is the table itself; children of structures follow their parents.
    const schema = await queryRows(
      `select name, coalesce(num_children, 0) as children from parquet_schema(${quoteText(file)})`
    );
    refuseNames(topLevel(schema), `"${named}"`, () => 'Give every column a name.');
    await execute(`create table ${quoteName(table)} as select * from read_parquet(${quoteText(file)})`);
  });
}

function topLevel(schema: readonly Record<string, unknown>[]): string[] {
  const names: string[] = [];
  const skipChildren = (at: number): number => {
    let next = at + 1;
    for (let child = 0; child < Number(schema[at]!['children']); child++) {
      next = skipChildren(next);
    }
    return next;
  };
  for (let at = 1; at < schema.length; at = skipChildren(at)) {
    names.push(String(schema[at]!['name']));
  }
  return names;
}
