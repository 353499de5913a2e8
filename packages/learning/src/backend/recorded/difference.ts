/**
 * Where two signatures of a step differ first, in words that follow "differ"; null when they are equal.
 *
 * @param first one line for each operation, which begins with its name.
 */
export function differenceOf(first: readonly string[], second: readonly string[]): string | null {
  const at = first.findIndex((line, i) => line !== second[i]);
  if (at < 0 && first.length === second.length) {
    return null;
  }
  const operation = /^\w+/.exec(second[at] ?? first[at] ?? second[first.length] ?? '')?.[0] ?? 'its end';
  return `at ${operation}: random numbers drawn in JavaScript, or a number that changes from step to step`;
}
