import type { StdioOptions } from 'node:child_process';
import type { StreamName } from './output.js';

/** One place of a child's `stdio` that would write past the notebook, to the kernel's own streams. */
export interface Redirected {
  readonly index: number;
  readonly stream: StreamName;
}

/** A child's `stdio` with pipes where its output would go to the kernel's own streams; null when there are none. */
export function redirected(
  stdio: StdioOptions | undefined
): { readonly stdio: StdioOptions; readonly places: readonly Redirected[] } | null {
  const list: readonly unknown[] =
    stdio === 'inherit' ? ['inherit', 'inherit', 'inherit'] : Array.isArray(stdio) ? stdio : [];
  const places = list.flatMap((entry, index) => {
    const stream = streamOf(entry, index);
    return stream ? [{ index, stream }] : [];
  });
  if (places.length === 0) {
    return null;
  }
  const isPlace = new Set(places.map(({ index }) => index));
  return { stdio: list.map((entry, index) => (isPlace.has(index) ? 'pipe' : entry)) as StdioOptions, places };
}

function streamOf(entry: unknown, index: number): StreamName | null {
  if (index === 0) {
    return null;
  }
  if (entry === 1 || entry === process.stdout || (entry === 'inherit' && index === 1)) {
    return 'stdout';
  }
  return entry === 2 || entry === process.stderr || (entry === 'inherit' && index === 2) ? 'stderr' : null;
}
