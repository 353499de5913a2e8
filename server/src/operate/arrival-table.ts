/** One kind of entity: how many there were, and how many of them are here. */
export interface Arrival {
  readonly what: string;
  readonly there: number;
  readonly here: number;
}

/** Prints what arrived. @returns whether nothing is missing. */
export function printArrivals(arrivals: readonly Arrival[]): boolean {
  const width = Math.max(...arrivals.map(({ what }) => what.length));
  console.log(`${''.padEnd(width)}  ${'there'.padStart(10)}  ${'here'.padStart(10)}`);
  for (const { what, there, here } of arrivals) {
    const missing = here < there ? '  <- missing' : '';
    console.log(`${what.padEnd(width)}  ${String(there).padStart(10)}  ${String(here).padStart(10)}${missing}`);
  }
  return arrivals.every(({ there, here }) => here >= there);
}
