/*
 * Inputs are named by people: `constructor`, `toString` and `__proto__` are names like any other. A plain object has members
 * of these names before anything is put into it.
 */

/** An empty record for values by name. */
export function namedValues<T>(): Record<string, T> {
  return Object.create(null) as Record<string, T>;
}

/** The value of that name which was put into a record; undefined without one. */
export function valueNamed<T>(values: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}
