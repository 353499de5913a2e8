import { execute, freshTable, queryRows, quoteName } from './engine.js';

/**
 * Turns columns of types that a frame does not know into such that it does: times of any unit into times to the microsecond,
 * structures and lists of anything but numbers into their JSON, times of a day, ids and the like into text.
 *
 * @returns the table itself where all its types are known.
 */
export async function withPlainTypes(table: string): Promise<string> {
  const described = await queryRows(`describe ${quoteName(table)}`);
  const changed = described.flatMap(row => {
    const name = quoteName(String(row['column_name']));
    const expression = plainExpression(name, String(row['column_type']));
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
