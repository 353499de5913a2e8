/** As much larger as a memory is made, for the next training on nearly as many rows. */
const ROOM = 1 / 8;
/** A memory that is larger by more than this factor is not used again. */
const MOST_FACTOR = 2;
/** Pages of a memory of 4 GiB. */
const MOST_PAGES = 65_536;
const PAGE = 65_536;

/** The memory of the last training, until the garbage collector takes it. */
let spare: WeakRef<WebAssembly.Memory> | null = null;

/**
 * A shared memory of at least some bytes. A garbage collection does not know how much it would free by collecting one, and comes late: a
 * spare memory is used again before a new one is made.
 *
 * @returns the memory, and whether it is all zero.
 * @throws RangeError or TypeError when there is no such memory.
 */
export function takeMemory(bytes: number): { readonly memory: WebAssembly.Memory; readonly isNew: boolean } {
  const pages = Math.ceil(bytes / PAGE);
  const old = spare?.deref();
  spare = null;
  const oldPages = (old?.buffer.byteLength ?? 0) / PAGE;
  if (old && pages <= oldPages && oldPages <= pages * MOST_FACTOR) {
    return { memory: old, isNew: false };
  }
  const size = Math.max(pages, Math.min(MOST_PAGES, Math.ceil(pages * (1 + ROOM))));
  return { memory: new WebAssembly.Memory({ shared: true, initial: size, maximum: size }), isNew: true };
}

/** The memory may be used by the next training: no thread works on it any more. */
export function giveBackMemory(memory: WebAssembly.Memory): void {
  spare = new WeakRef(memory);
}
