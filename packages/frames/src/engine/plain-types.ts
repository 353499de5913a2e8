import { execute, freshTable, queryRows, quoteName } from './engine.js';

/**
 * Turns columns of types that a frame does not know into such that it does: times of any unit into times to the microsecond,
 * structures and lists of anything but numbers into their JSON, times of a day, ids and the like into text. NaN becomes a
 * missing value: else every mean would be NaN, and every model that learns from it.
 *
 * @returns the table itself where nothing is to be changed.
 */
export async function withPlainTypes(table: string): Promise<string> {
  const described = await queryRows(`describe ${quoteName(table)}`);
  const areFloats = described.filter(row => /^(DOUBLE|FLOAT)$/.test(String(row['column_type'])));
  const holdingNaN = await columnsWithNaN(
    table,
    areFloats.map(row => String(row['column_name']))
  );
  const changed = described.flatMap(row => {
    const column = String(row['column_name']);
    const name = quoteName(column);
    const expression = holdingNaN.includes(column)
      ? `case when isnan(${name}) then null else ${name} end`
      : plainExpression(name, String(row['column_type']));
    return expression === null ? [] : [`${expression} as ${name}`];
  });
  if (changed.length === 0) return table;
  const plain = freshTable();
  await execute(
    `create table ${quoteName(plain)} as select * replace (${changed.join(', ')}) from ${quoteName(table)}`
  );
  await execute(`drop table ${quoteName(table)}`);
  return plain;
}

async function columnsWithNaN(table: string, columns: readonly string[]): Promise<readonly string[]> {
  if (columns.length === 0) return [];
  // DuckDB puts NaN above every number.
  const greatest = columns.map((column, i) => `isnan(max(${quoteName(column)})) as c${i}`);
  const [row] = await queryRows(`select ${greatest.join(', ')} from ${quoteName(table)}`);
  return columns.filter((_, i) => row![`c${i}`] === true);
}

function plainExpression(name: string, duckType: string): string | null {
  if (/^TIMESTAMP_(S|MS|NS)$/.test(duckType)) return `cast(${name} as timestamp)`;
  const [, element] = /^(.+)\[\d*\]$/.exec(duckType) ?? [];
  if (element !== undefined) {
    if (/^(FLOAT|DOUBLE|U?(TINY|SMALL|BIG)?INT(EGER)?)$/.test(element)) return null;
    return /^DECIMAL\(\d+,\d+\)$/.test(element) ? `cast(${name} as double[])` : `cast(to_json(${name}) as varchar)`;
  }
  if (/^(STRUCT|MAP|UNION)\b/.test(duckType)) return `cast(to_json(${name}) as varchar)`;
  return /^(TIME\b|INTERVAL|UUID|ENUM|BIT|BLOB|BIGNUM|JSON)/.test(duckType) ? `cast(${name} as varchar)` : null;
}
