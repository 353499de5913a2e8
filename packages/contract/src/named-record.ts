import { z } from 'zod';

/** Zod leaves this key out of records, though a column may be named so. */
const LEFT_OUT = '__proto__';
/** Replaces it while a record is validated; no column has this name. */
const STAND_IN = '\u0000__proto__';

/** A record whose keys are names that people give: `__proto__` and `constructor` are names like any other. */
export function namedRecord<V extends z.ZodType>(
  value: V
): z.ZodType<Record<string, z.output<V>>, Record<string, z.input<V>>> {
  const record = z.record(z.string(), value);
  return z
    .preprocess(given => renamed(given, LEFT_OUT, STAND_IN), record)
    .transform(read => renamed(read, STAND_IN, LEFT_OUT) as Record<string, z.output<V>>) as unknown as z.ZodType<
    Record<string, z.output<V>>,
    Record<string, z.input<V>>
  >;
}

function renamed(record: unknown, from: string, to: string): unknown {
  if (typeof record !== 'object' || record === null || !Object.hasOwn(record, from)) {
    return record;
  }
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key === from ? to : key, value as unknown]));
}
