import { SpoolRecord } from '@slipway/contract';
import type { IDisposable } from '@lumino/disposable';
import { z } from 'zod';
import { asCallError, UnreachableError, type SlipwayClient } from '@slipway/client';

type WithoutSeq<R> = R extends unknown ? Omit<R, 'seq'> : never;
/** A record before it is numbered. */
export type NewRecord = WithoutSeq<SpoolRecord>;

/** The part of `localStorage` that is used. */
export type UnsentStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

export interface OutboxOptions {
  readonly client: Pick<SlipwayClient, 'call'>;
  /** Keeps unsent records over a reload of the page; null where the browser has no storage. */
  readonly storage: UnsentStorage | null;
  /** Unique for each load of a page: 8 to 64 letters, digits, `-` or `_`. */
  readonly sender: string;
}

const Unsent = z.record(z.string(), z.array(SpoolRecord));
type Unsent = z.infer<typeof Unsent>;

const KEY_PREFIX = 'slipway:unsent:';
const GATHER_MS = 250;
const RETRY_MS = 5_000;
const MAX_BATCH = 200;
const MAX_WAITING = 5_000;

/**
 * Sends the records of watched kernels to the server, in order and exactly once. They are queued while the server is
 * offline, and a page that was closed or reloaded leaves them in the browser's storage for the next one: the server
 * knows which records it has of each sender.
 */
export class Outbox implements IDisposable {
  readonly #options: OutboxOptions;
  readonly #waiting = new Map<string, SpoolRecord[]>();
  readonly #lastSeq = new Map<string, number>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #sending: Promise<void> = Promise.resolve();
  #hasWarned = false;
  #disposed = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  get isDisposed(): boolean {
    return this.#disposed;
  }

  add(sessionId: string, record: NewRecord): void {
    const seq = (this.#lastSeq.get(sessionId) ?? 0) + 1;
    this.#lastSeq.set(sessionId, seq);
    const records = this.#waiting.get(sessionId) ?? [];
    records.push({ ...record, seq } as SpoolRecord);
    if (records.length > MAX_WAITING) {
      records.shift();
      this.#warn('The Slipway server has been unreachable for too long: the oldest records of cells are dropped.');
    }
    this.#waiting.set(sessionId, records);
    this.#store();
    this.#schedule(GATHER_MS);
  }

  /** Whether something of this session could not be sent yet. */
  isWaiting(sessionId: string): boolean {
    return (this.#waiting.get(sessionId) ?? []).length > 0;
  }

  /** Sends what pages before this one left behind. */
  async adoptLeftovers(): Promise<void> {
    const { storage, sender } = this.#options;
    for (const key of storageKeys(storage)) {
      const left = key === KEY_PREFIX + sender ? null : readUnsent(storage, key);
      if (left === null) {
        continue;
      }
      for (const [sessionId, records] of Object.entries(left)) {
        if (!(await this.#send(sessionId, key.slice(KEY_PREFIX.length), records))) {
          return;
        }
      }
      storage?.removeItem(key);
    }
  }

  /** Sends the queue now. */
  flush(): Promise<void> {
    this.#sending = this.#sending.then(() => this.#sendWaiting());
    return this.#sending;
  }

  dispose(): void {
    this.#disposed = true;
    if (this.#timer !== null) {
      clearTimeout(this.#timer);
    }
  }

  async #sendWaiting(): Promise<void> {
    for (const [sessionId, records] of this.#waiting) {
      while (records.length > 0) {
        const batch = records.slice(0, MAX_BATCH);
        if (!(await this.#send(sessionId, this.#options.sender, batch))) {
          this.#schedule(RETRY_MS);
          return;
        }
        const last = batch.at(-1)?.seq ?? 0;
        while ((records[0]?.seq ?? Infinity) <= last) {
          records.shift();
        }
      }
    }
    this.#store();
  }

  /** @returns false when the server did not answer; a refused record would be refused again, so it is dropped. */
  async #send(sessionId: string, sender: string, records: SpoolRecord[]): Promise<boolean> {
    try {
      await this.#options.client.call('postRecords', { body: { session_id: sessionId, sender, records } });
      return true;
    } catch (reason) {
      const error = asCallError(reason);
      if (error instanceof UnreachableError) {
        return false;
      }
      this.#warn(`The Slipway server refused records of cells: ${error.message}`);
      return true;
    }
  }

  #schedule(delay: number): void {
    if (!this.#disposed) {
      this.#timer ??= setTimeout(() => {
        this.#timer = null;
        void this.flush();
      }, delay);
    }
  }

  #store(): void {
    const { storage, sender } = this.#options;
    const unsent = [...this.#waiting].filter(([, records]) => records.length > 0);
    if (unsent.length === 0) {
      storage?.removeItem(KEY_PREFIX + sender);
    } else if (!this.#keep(unsent)) {
      // Outputs are most of the size, and sources are worth more.
      this.#keep(unsent.map(([id, records]) => [id, records.filter(({ type }) => type !== 'cell.outputs')]));
    }
  }

  /** @returns false when the browser's storage is full or forbidden: the records still wait in this page. */
  #keep(unsent: readonly (readonly [string, SpoolRecord[]])[]): boolean {
    const { storage, sender } = this.#options;
    try {
      storage?.setItem(KEY_PREFIX + sender, JSON.stringify(Object.fromEntries(unsent)));
      return true;
    } catch {
      return false;
    }
  }

  #warn(message: string): void {
    if (!this.#hasWarned) {
      this.#hasWarned = true;
      console.warn(message);
    }
  }
}

function storageKeys(storage: UnsentStorage | null): string[] {
  const keys = Array.from({ length: storage?.length ?? 0 }, (_unused, index) => storage?.key(index) ?? '');
  return keys.filter(key => key.startsWith(KEY_PREFIX));
}

/** Null when another program or another version of Slipway wrote it. */
function readUnsent(storage: UnsentStorage | null, key: string): Unsent | null {
  try {
    return Unsent.parse(JSON.parse(storage?.getItem(key) ?? 'null'));
  } catch {
    storage?.removeItem(key);
    return null;
  }
}
