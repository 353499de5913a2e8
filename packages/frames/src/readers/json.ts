import { SlipwayError } from '@slipway/notebook';
import { execute, freshTable, queryRows, quoteName, quoteText } from '../engine/engine.js';
import type { DataSource } from '../sources/source.js';
import { hasByteOrderMark, inUtf8, markedEncoding } from './text-encoding.js';
import { typedJson } from '../types/json-values.js';
import { refuseNames } from './column-names.js';
import { read } from './read.js';
import type { ReadOptions } from './read-options.js';

/**
 * Reads JSON: a list of objects, or one object a line. A key that an object lacks is missing in its row.
 *
 * @throws SlipwayError DATA_UNREADABLE for what is not JSON, rows that are not objects, and keys that differ in capital
 * letters only.
 */
export async function readJson(source: DataSource, table: string, options: ReadOptions): Promise<void> {
  const marked = await markedEncoding(source.file);
  const isPlain = marked === 'utf-8' && !(await hasByteOrderMark(source.file));
  const { file, remove } = isPlain ? { file: source.file, remove: nothing } : await inUtf8(source.file, marked);
  try {
    const objects = `read_json_objects(${quoteText(file)}, format='auto')`;
    const keys = await keysOf(objects, source.named);
    await readJsonColumns(file, source.named, keys, 'auto', table, options);
  } finally {
    await remove();
  }
}

function nothing(): Promise<void> {
  return Promise.resolve();
}

/** The keys of all objects, in the order of their first row. */
async function keysOf(objects: string, named: string): Promise<string[]> {
  const rows = await read(named, () =>
    queryRows(
      `select key, min(place) as place from (select unnest(json_keys(json)) as key, ` +
        `unnest(range(len(json_keys(json)))) as place from ${objects} where json_type(json) = 'OBJECT') group by key order by min(place), key`
    )
  );
  const [odd] = await queryRows(`select count(*) as n from ${objects} where json_type(json) <> 'OBJECT'`);
  if (Number(odd!['n']) > 0 || rows.length === 0) {
    throw new SlipwayError('DATA_UNREADABLE', `"${named}" does not hold one object for each row.`, {
      remedy: 'Write it as [{"a": 1, "b": "x"}, …], or with one such object a line.'
    });
  }
  return rows.map(({ key }) => String(key));
}

/**
 * Reads the named keys of JSON objects into `table`, each column with the type of all its values.
 *
 * @param format `newline_delimited`, or `auto` for that and lists.
 */
export async function readJsonColumns(
  file: string,
  named: string,
  names: readonly string[],
  format: 'auto' | 'newline_delimited',
  table: string,
  options: ReadOptions
): Promise<void> {
  refuseNames(names, `"${named}"`, () => 'Give every value a name.');
  const columns = names.map(name => `${quoteText(name)}: 'JSON'`);
  const raw = freshTable();
  await read(named, () =>
    execute(
      `create table ${quoteName(raw)} as select * from read_json(${quoteText(file)}, format='${format}', columns={${columns.join(', ')}})`
    )
  );
  await typedJson(raw, names, table, options);
  await execute(`drop table ${quoteName(raw)}`);
}
