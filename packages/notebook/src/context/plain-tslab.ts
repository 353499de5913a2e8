import { createRequire } from 'node:module';
import type { MimeBundle } from './context.js';

/** tslab keeps the writer of the running cell's displays in a variable of this module. */
const JUPYTER_MODULE = /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/;

type WriteDisplay = (content: object, update?: boolean) => void;

/** True in tslab's own kernel: ours composes tslab, too, but provides its own notebook before any cell runs. */
export function isPlainTslab(): boolean {
  return '__tslab__' in globalThis;
}

/** What the library can do in tslab's own kernel: rich displays, and a signal that an interrupt aborts. */
export class PlainTslab {
  #abort: AbortController | null = null;

  /** @returns false when no cell has run yet that could show it. */
  display(data: MimeBundle, { displayId, update = false }: { displayId?: string; update?: boolean }): boolean {
    const write = writerOfCell();
    write?.({ data, metadata: {}, transient: displayId === undefined ? {} : { display_id: displayId } }, update);
    return write !== null;
  }

  /** Aborted by the next interrupt; a caller that asks after it gets a new one. */
  get signal(): AbortSignal {
    if (!this.#abort) {
      const abort = new AbortController();
      this.#abort = abort;
      // Only while somebody holds the signal: tslab ends what it can by itself.
      process.once('SIGINT', () => {
        this.#abort = null;
        abort.abort(new DOMException('Interrupted by the user.', 'AbortError'));
      });
    }
    return this.#abort.signal;
  }
}

function writerOfCell(): WriteDisplay | null {
  const { cache } = createRequire(import.meta.url);
  const file = Object.keys(cache).find(name => JUPYTER_MODULE.test(name));
  const exported: unknown = file === undefined ? undefined : cache[file]?.exports;
  if (!exported || typeof exported !== 'object' || !('lastWriteDisplayData' in exported)) {
    return null;
  }
  const { lastWriteDisplayData: write } = exported;
  return typeof write === 'function' ? (write as WriteDisplay) : null;
}
