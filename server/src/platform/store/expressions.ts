import { sql, type Expression, type OperationNode, type RawBuilder, type RawNode } from 'kysely';
import { postgresWords } from './migrations/schema-dialect.js';

/** An expression as each database spells it. */
export interface Spellings<T> {
  readonly sqlite: RawBuilder<T>;
  readonly postgres: RawBuilder<T>;
}

/** What PostgreSQL's query compiler puts in the place of a node that is spelled for SQLite. */
const inPostgres = new WeakMap<OperationNode, RawNode>();

class PortableExpression<T> implements Expression<T> {
  readonly #spellings: Spellings<T>;

  constructor(spellings: Spellings<T>) {
    this.#spellings = spellings;
  }

  get expressionType(): T | undefined {
    return undefined;
  }

  toOperationNode(): RawNode {
    const node = this.#spellings.sqlite.toOperationNode() as RawNode;
    inPostgres.set(node, this.#spellings.postgres.toOperationNode() as RawNode);
    return node;
  }
}

/** One expression for the database that the query runs on: its two spellings hold all that differs between them. */
export function portable<T>(spellings: Spellings<T>): RawBuilder<T> {
  return sql<T>`${new PortableExpression(spellings)}`;
}

/** For the query compiler of PostgreSQL. */
export function spelledForPostgres(node: RawNode): RawNode {
  return inPostgres.get(node) ?? node;
}

/** `column in (…)` for any number of ids with one prepared statement. */
export function anyOf(column: string, ids: readonly number[] | readonly string[]): RawBuilder<boolean> {
  return isAnyOf(sql.ref(column), ids);
}

/** As `anyOf`, of any expression. */
export function isAnyOf(left: RawBuilder<unknown>, ids: readonly number[] | readonly string[]): RawBuilder<boolean> {
  if (ids.length === 0) {
    return sql<boolean>`1 = 0`;
  }
  const type = sql.raw(typeof ids[0] === 'string' ? 'text[]' : 'bigint[]');
  return portable({
    sqlite: sql<boolean>`${left} in (select value from json_each(${JSON.stringify(ids)}))`,
    postgres: sql<boolean>`${left} = any(${ids}::${type})`
  });
}

/** Text that contains the words as they are, without regard to case. */
export function containsText(column: string, text: string): RawBuilder<boolean> {
  const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  return portable({
    // SQLite's LIKE folds the case of ASCII letters only.
    sqlite: /^[ -~]*$/.test(text)
      ? sql<boolean>`${sql.ref(column)} like ${pattern} escape '\\'`
      : sql<boolean>`${sql.ref(column)} glob ${foldingGlob(text)}`,
    // A column whose collation is C folds ASCII only, too.
    postgres: /^[ -~]*$/.test(text)
      ? sql<boolean>`${sql.ref(column)} ilike ${pattern} escape '\\'`
      : sql<boolean>`${sql.ref(column)} ~ ${foldingExpression(text)}`
  });
}

/** Text that ends with these characters. */
export function endsWith(column: string, text: string): RawBuilder<boolean> {
  return portable({
    sqlite: sql<boolean>`substr(${sql.ref(column)}, ${-text.length}) = ${text}`,
    postgres: sql<boolean>`right(${sql.ref(column)}, ${Array.from(text).length}) = ${text}`
  });
}

/** LIKE that minds the case: `%` is any text, `_` any one character, everything else itself. */
export function isLike(left: RawBuilder<unknown>, pattern: string): RawBuilder<boolean> {
  return portable({
    // SQLite's own LIKE does not mind the case, its GLOB does.
    sqlite: sql<boolean>`${left} glob ${toGlob(pattern)}`,
    postgres: sql<boolean>`${left} like ${pattern} escape ''`
  });
}

/** LIKE without regard to the case of Latin letters. */
export function isLikeIgnoringCase(left: RawBuilder<unknown>, pattern: string): RawBuilder<boolean> {
  return portable({
    sqlite: sql<boolean>`${left} like ${pattern}`,
    postgres: sql<boolean>`${left} ilike ${pattern} escape ''`
  });
}

/**
 * The row's text holds all words, or words that begin like them, without regard to case. Only for columns with a
 * `wordIndex`.
 *
 * @param id expression of the row's id.
 * @param words letters and digits only, see `wordsOf`.
 */
export function holdsWords(table: string, column: string, words: readonly string[]): RawBuilder<boolean> {
  const index = sql.table(`${table}_words`);
  return portable({
    sqlite: sql<boolean>`${sql.ref(`${table}.id`)} in (
      select rowid from ${index} where ${index} match ${words.map(word => `"${word}"*`).join(' ')})`,
    postgres: sql<boolean>`${sql.raw(postgresWords(`${table}.${column}`))}
      @@ ${words.map(word => `'${word}':*`).join(' & ')}::tsquery`
  });
}

/** The words of a text as they are found by `holdsWords`. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** All rows as the text of one JSON array of objects, in their order; `[]` when there are none. */
export function jsonArrayOf(fields: Readonly<Record<string, RawBuilder<unknown>>>): RawBuilder<string> {
  const pairs = sql.join(Object.entries(fields).flatMap(([name, value]) => [sql.lit(name), value]));
  return portable({
    sqlite: sql<string>`json_group_array(json_object(${pairs}))`,
    postgres: sql<string>`coalesce(json_agg(json_build_object(${pairs})), '[]')::text`
  });
}

/** The values of one column, as the text of a JSON array: for thousands of rows several times as fast as rows. */
export function jsonColumn(column: string): RawBuilder<string> {
  return portable({
    sqlite: sql<string>`json_group_array(${sql.ref(column)})`,
    postgres: sql<string>`coalesce(json_agg(${sql.ref(column)}), '[]')::text`
  });
}

/** A text given as a value of a query whose type cannot be seen from its place. */
export function textValue(text: string): RawBuilder<string> {
  return sql<string>`cast(${text} as text)`;
}

/** The value of a column, to be put into an expression. */
export function columnValue(column: string): RawBuilder<unknown> {
  return sql.ref(column);
}

/** A number of a column as JSON can hold it: infinities, and NaN, which is stored so, are texts. */
export function jsonNumber(column: string): RawBuilder<unknown> {
  return portable({
    sqlite: sql`case ${sql.ref(column)} when 9e999 then 'Infinity' when -9e999 then '-Infinity' else ${sql.ref(column)} end`,
    postgres: sql`${sql.ref(column)}`
  });
}

/** A pattern for text that contains this one with each letter in either case. */
/** A regular expression for the text in any case. */
function foldingExpression(text: string): string {
  return Array.from(text, character => {
    const cases = new Set([character, character.toLowerCase(), character.toUpperCase()]);
    const escaped = [...cases].map(each => each.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
    return escaped.length === 1 ? escaped[0] : `(${escaped.join('|')})`;
  }).join('');
}

function foldingGlob(text: string): string {
  const letters = Array.from(text, letter => {
    const cases = [...new Set([letter, letter.toLowerCase(), letter.toUpperCase()])].filter(
      one => Array.from(one).length === 1
    );
    return cases.length > 1 ? `[${cases.join('')}]` : letter.replace(/[[*?]/, '[$&]');
  });
  return `*${letters.join('')}*`;
}

function toGlob(pattern: string): string {
  return pattern.replace(/[[*?]/g, '[$&]').replace(/%/g, '*').replace(/_/g, '?');
}
