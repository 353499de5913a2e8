/*
 * Several of MLflow's messages show values as Python prints them, and clients show those messages to users.
 */

/** A string between quotes, as `repr` writes it. */
export function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inner = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
  return quote + (quote === "'" ? inner.replaceAll("'", "\\'") : inner) + quote;
}

export function listed(texts: readonly string[]): string {
  return `[${texts.map(quoted).join(', ')}]`;
}

export function asTuple(texts: readonly string[]): string {
  return `(${texts.map(quoted).join(', ')}${texts.length === 1 ? ',' : ''})`;
}

/** Python's sets have no order; ours have. */
export function asSet(texts: readonly string[]): string {
  return `{${texts.map(quoted).join(', ')}}`;
}
