/** Edit distance with transpositions (optimal string alignment), case-insensitive. */
export function editDistance(a: string, b: string): number {
  const s = a.toLowerCase();
  const t = b.toLowerCase();
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: t.length + 1 }, (_, j) => j);
  for (let i = 1; i <= s.length; i++) {
    const current = [i];
    for (let j = 1; j <= t.length; j++) {
      const cost = s[i - 1] === t[j - 1] ? 0 : 1;
      let best = Math.min(previous[j]! + 1, current[j - 1]! + 1, previous[j - 1]! + cost);
      if (i > 1 && j > 1 && s[i - 1] === t[j - 2] && s[i - 2] === t[j - 1]) {
        best = Math.min(best, beforePrevious[j - 2]! + 1);
      }
      current.push(best);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[t.length]!;
}

/** Up to three of `known` that `name` is probably a misspelling of, nearest first. */
export function nearNames(name: string, known: readonly string[]): string[] {
  const limit = Math.max(2, Math.floor(name.length / 2));
  return known
    .map(candidate => {
      const contains = candidate.toLowerCase().includes(name.toLowerCase()) && name.length >= 3;
      return { candidate, distance: contains ? 1 : editDistance(name, candidate) };
    })
    .filter(entry => entry.distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(entry => entry.candidate);
}

/** "Did you mean …?" for a name that is not among `known`, else the list of what there is. */
export function suggestion(name: string, known: readonly string[]): string {
  const near = nearNames(name, known);
  if (near.length > 0) {
    return `Did you mean ${near.map(n => `"${n}"`).join(' or ')}?`;
  }
  const shown = known.slice(0, 20).join(', ');
  return `There is: ${shown}${known.length > 20 ? ', …' : ''}.`;
}
