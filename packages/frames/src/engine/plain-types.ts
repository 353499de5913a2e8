import type { ColumnType } from '@slipway/contract';
import { execute, freshTable, queryRows, quoteName } from './engine.js';
import { isMissing } from '../readers/read-options.js';

const FLOATS = /^(DOUBLE|FLOAT)$/;
const WIDE_INTEGERS = /^(U?BIGINT|U?HUGEINT)$/;
const NUMBERS = /^(DOUBLE|FLOAT|DECIMAL\(.*\)|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?)$/;

/** A column with its type in the engine. */
interface Described {
  readonly column: string;
  readonly type: string;
}

interface PlainOptions {
  /** Words and numbers that mean a missing value. */
  readonly missing: readonly string[];
  /** Types that the schema declares. */
  readonly types: ReadonlyMap<string, ColumnType>;
}

/**
 * Turns columns of types that a frame does not know into such that it does: times of any unit into times to the microsecond,
 * structures and lists of anything but numbers into their JSON, times of a day, ids and the like into text. Whole numbers
 * beyond 2^53, which a notebook would round, become text, unless they are declared. NaN becomes a missing value: else every
 * mean would be NaN, and every model that learns from it.
 *
 * @returns the table itself where nothing is to be changed.
 */
export async function withPlainTypes(
  table: string,
  { missing, types }: PlainOptions = { missing: [], types: new Map() }
): Promise<string> {
  const described = (await queryRows(`describe ${quoteName(table)}`)).map(row => ({
    column: String(row['column_name']),
    type: String(row['column_type'])
  }));
  const { holdingNaN, beyondExact } = await remarkable(table, described);
  const changed = described.flatMap(({ column, type }) => {
    const name = quoteName(column);
    const expression = holdingNaN.has(column)
      ? `nullif(${name}, cast('NaN' as ${type}))`
      : beyondExact.has(column) && types.get(column) !== 'integer'
        ? `cast(${name} as varchar)`
        : plainExpression(name, type);
    const present = withoutMissing(expression ?? name, name, type, missing);
    return present === name ? [] : [`${present} as ${name}`];
  });
  if (changed.length === 0) {
    return table;
  }
  const plain = freshTable();
  await execute(
    `create table ${quoteName(plain)} as select * replace (${changed.join(', ')}) from ${quoteName(table)}`
  );
  await execute(`drop table ${quoteName(table)}`);
  return plain;
}

async function remarkable(
  table: string,
  described: readonly Described[]
): Promise<{ holdingNaN: ReadonlySet<string>; beyondExact: ReadonlySet<string> }> {
  const floats = described.filter(({ type }) => FLOATS.test(type)).map(({ column }) => column);
  const wide = described.filter(({ type }) => WIDE_INTEGERS.test(type)).map(({ column }) => column);
  if (floats.length + wide.length === 0) {
    return { holdingNaN: new Set(), beyondExact: new Set() };
  }
  const limit = Number.MAX_SAFE_INTEGER;
  const tests = [
    // DuckDB puts NaN above every number.
    ...floats.map((column, i) => `isnan(max(${quoteName(column)})) as f${i}`),
    ...wide.map((column, i) => `max(${quoteName(column)}) > ${limit} or min(${quoteName(column)}) < -${limit} as w${i}`)
  ];
  const [row] = await queryRows(`select ${tests.join(', ')} from ${quoteName(table)}`);
  return {
    holdingNaN: new Set(floats.filter((_, i) => row![`f${i}`] === true)),
    beyondExact: new Set(wide.filter((_, i) => row![`w${i}`] === true))
  };
}

/** Words for a missing value are looked for in texts, numbers among them in numbers. */
function withoutMissing(expression: string, name: string, type: string, missing: readonly string[]): string {
  if (missing.length > 0 && type === 'VARCHAR') {
    return `case when ${isMissing(name, missing)} then null else ${expression} end`;
  }
  const numbers = missing.filter(word => word.trim() !== '' && Number.isFinite(Number(word)));
  if (numbers.length === 0 || !NUMBERS.test(type)) {
    return expression;
  }
  return `case when ${name} in (${numbers.map(Number).join(', ')}) then null else ${expression} end`;
}

function plainExpression(name: string, duckType: string): string | null {
  if (/^TIMESTAMP_(S|MS|NS)$/.test(duckType)) {
    return `cast(${name} as timestamp)`;
  }
  const [, element] = /^(.+)\[\d*\]$/.exec(duckType) ?? [];
  if (element !== undefined) {
    if (/^(FLOAT|DOUBLE|U?(TINY|SMALL|BIG)?INT(EGER)?)$/.test(element)) {
      return null;
    }
    return /^DECIMAL\(\d+,\d+\)$/.test(element) ? `cast(${name} as double[])` : `cast(to_json(${name}) as varchar)`;
  }
  if (/^(STRUCT|MAP|UNION)\b/.test(duckType)) {
    return `cast(to_json(${name}) as varchar)`;
  }
  return /^(TIME\b|INTERVAL|UUID|ENUM|BIT|BLOB|BIGNUM|JSON)/.test(duckType) ? `cast(${name} as varchar)` : null;
}
