import { quoteName } from './engine.js';

/**
 * SQL of a relation with a row for every value that is not missing: the name of its `column`, and the `value`. A query
 * over it does not take longer to plan for thousands of columns than for one.
 *
 * @param from SQL of a relation.
 * @param type what all values are read as; default: the type that they have, which has to be one.
 */
export function longForm(from: string, columns: readonly string[], type?: string): string {
  const list = columns.map(quoteName).map(name => (type === undefined ? name : `cast(${name} as ${type}) as ${name}`));
  return `(unpivot (select ${list.join(', ')} from ${from}) on columns(*) into name "column" value "value")`;
}
