type SourceContext = { readonly source?: string } | undefined;

/** A number as it was written in a JSON text. */
class SentNumber {
  constructor(readonly source: string) {}
}

/**
 * A number of a JSON text as Python writes it: `9.0` is a float there, and 9 in JavaScript.
 *
 * @param place of the number, e.g. `metrics[0].step`.
 * @returns undefined when there is not a number written as a float at this place.
 */
export function sentFloat(text: string, place: string): string | undefined {
  let found: unknown;
  try {
    found = JSON.parse(text, (_key, value: unknown, ...rest: unknown[]) => {
      const { source } = (rest[0] as SourceContext) ?? {};
      return typeof value === 'number' && source !== undefined ? new SentNumber(source) : value;
    });
  } catch {
    return undefined;
  }
  for (const step of place.match(/[^.[\]]+/g) ?? []) {
    found = typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[step] : undefined;
  }
  if (!(found instanceof SentNumber) || !/[.eE]/.test(found.source)) {
    return undefined;
  }
  const number = Number(found.source);
  if (!Number.isInteger(number)) {
    return String(number);
  }
  return Math.abs(number) < 1e16 ? `${number}.0` : number.toExponential();
}
