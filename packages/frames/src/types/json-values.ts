import { execute, queryRows, quoteName } from '../engine/engine.js';
import { isMissing, type ReadOptions } from '../readers/read-options.js';
import { momentKinds } from './moments.js';
import { NUMBER_KINDS, matches, type ValueKind } from './value-kinds.js';

const NUMBER_IN_LIST = '[ ]*(?:-?[0-9.]+(?:[eE][+-]?[0-9]+)?|null|NaN)[ ]*';
const WHOLE_IN_LIST = '[ ]*(?:-?[0-9]{1,15}|null)[ ]*';
/** Columns that one query looks at. */
const COLUMNS_AT_A_TIME = 200;

/** What the values of a column are in JSON. */
interface Found {
  readonly present: number;
  readonly texts: number;
  readonly booleans: number;
  readonly objects: number;
  readonly lists: number;
  readonly example: string | null;
}

/**
 * Makes columns of JSON values into columns of one type each: numbers, booleans, lists of numbers as such; texts that are
 * all dates or times as these; objects and other lists as their JSON; and values of several types as the text of each,
 * without quotes.
 *
 * @param raw table whose columns are JSON.
 * @param table is created.
 */
export async function typedJson(
  raw: string,
  names: readonly string[],
  table: string,
  options: ReadOptions
): Promise<void> {
  const expressions: string[] = [];
  for (let at = 0; at < names.length; at += COLUMNS_AT_A_TIME) {
    const part = names.slice(at, at + COLUMNS_AT_A_TIME);
    const found = await look(raw, part, options);
    const tests = part.map((name, i) => testsOf(name, found[i]!, options));
    const results = await answers(
      raw,
      tests.map(all => all.map(({ condition }) => condition))
    );
    part.forEach((name, i) => {
      const chosen = tests[i]!.find((_, k) => results[i]![k] === true);
      const value = chosen?.value ?? textOf(name);
      expressions.push(`${orMissing(name, value, options)} as ${quoteName(name)}`);
    });
  }
  await execute(`create table ${quoteName(table)} as select ${expressions.join(', ')} from ${quoteName(raw)}`);
}

function token(name: string): string {
  return `cast(${quoteName(name)} as varchar)`;
}

/** The text of a value, without quotes. */
function textOf(name: string): string {
  return `(${quoteName(name)} ->> '$')`;
}

function orMissing(name: string, value: string, { missing }: ReadOptions): string {
  return missing.length === 0 ? value : `case when ${isMissing(textOf(name), missing)} then null else ${value} end`;
}

function isPresent(name: string, options: ReadOptions): string {
  return options.missing.length === 0
    ? `${quoteName(name)} is not null`
    : `${quoteName(name)} is not null and not ${isMissing(textOf(name), options.missing)}`;
}

async function look(raw: string, names: readonly string[], options: ReadOptions): Promise<Found[]> {
  const list = names.flatMap((name, i) => {
    const [value, present] = [token(name), isPresent(name, options)];
    const counted = (condition: string): string => `count(*) filter (where ${present} and ${condition})`;
    return [
      `${counted('true')} as present${i}`,
      `${counted(`prefix(${value}, '"')`)} as texts${i}`,
      `${counted(`${value} in ('true', 'false')`)} as booleans${i}`,
      `${counted(`prefix(${value}, '{')`)} as objects${i}`,
      `${counted(`prefix(${value}, '[')`)} as lists${i}`,
      `any_value(${textOf(name)}) filter (where ${present}) as example${i}`
    ];
  });
  const [row] = await queryRows(`select ${list.join(', ')} from ${quoteName(raw)}`);
  return names.map((_, i) => {
    const count = (what: string): number => Number(row![`${what}${i}`]);
    const example = row![`example${i}`];
    return {
      present: count('present'),
      texts: count('texts'),
      booleans: count('booleans'),
      objects: count('objects'),
      lists: count('lists'),
      example: example === null || example === undefined ? null : String(example)
    };
  });
}

interface Test {
  /** Has to hold in all rows. */
  readonly condition: string;
  readonly value: string;
}

/** What a column may be, the narrowest first; a text when nothing fits. */
function testsOf(name: string, found: Found, options: ReadOptions): readonly Test[] {
  const { present, texts, booleans, objects, lists, example } = found;
  const declared = options.types.get(name);
  if (present === 0 || declared === 'string') {
    return [];
  }
  const inRows = (condition: string): string => `bool_and(${condition}) filter (where ${isPresent(name, options)})`;
  const value = token(name);
  if (lists === present) {
    const all = (item: string): string => matches(value, `\\[(?:${item}(?:,${item})*)?\\]`);
    return [
      { condition: inRows(all(WHOLE_IN_LIST)), value: `cast(${quoteName(name)} as bigint[])` },
      { condition: inRows(all(NUMBER_IN_LIST)), value: `cast(${quoteName(name)} as double[])` }
    ];
  }
  if (booleans === present) {
    return [{ condition: 'true', value: `cast(${quoteName(name)} as boolean)` }];
  }
  const kinds: readonly ValueKind[] =
    texts === present
      ? momentKinds(example ?? '', options.dayFirst).filter(({ order }) => order === undefined)
      : texts + booleans + objects + lists === 0
        ? NUMBER_KINDS
        : [];
  return kinds
    .filter(({ type }) => declared === undefined || type === declared)
    .map(kind => ({ condition: inRows(kind.fits(textOf(name))), value: kind.value(textOf(name)) }));
}

async function answers(raw: string, conditions: readonly (readonly string[])[]): Promise<boolean[][]> {
  const flat = conditions.flat();
  if (flat.length === 0) {
    return conditions.map(() => []);
  }
  const [row] = await queryRows(
    `select ${flat.map((condition, i) => `${condition} as r${i}`).join(', ')} from ${quoteName(raw)}`
  );
  let next = 0;
  return conditions.map(each => each.map(() => row![`r${next++}`] === true));
}
