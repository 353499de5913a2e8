import type { SpoolRecord } from '@slipway/contract';
import { findServer, type ServerAddress } from './discovery.js';
import type { RecordSource, SourceBatch } from './record-source.js';
import { postRecords, type PostResult } from './transport.js';

const MAX_BATCH = 500;
/** Records are gathered this long after the first one, so that a loop does not make a request for each. */
const GATHER_MS = 20;
const FIRST_BACK_OFF_MS = 250;
const LONGEST_BACK_OFF_MS = 5_000;

export interface SenderOptions {
  readonly sessionId: string;
  /** Where the search for the server starts. */
  readonly directory: string;
  readonly source: RecordSource;
  /** After this long without a record an empty batch says that the session is alive; null for a dead session. */
  readonly keepAliveMs: number | null;
  /** True where waiting for the server must not keep the process from ending. */
  readonly isBackground?: boolean;
  warn(message: string): void;
  /** The server answered for the first time. */
  onConnected?(): void;
}

interface Waiter {
  readonly untilAway: boolean;
  settle(complete: boolean): void;
}

/**
 * Sends the records of one session, in order, each until the server has acknowledged it. While the server is away it
 * tries again, ever less often, looking the server up anew each time.
 */
export class Sender {
  readonly #options: SenderOptions;
  readonly #waiters = new Set<Waiter>();
  #limit = MAX_BATCH;
  #acknowledged = 0;
  #backOff = FIRST_BACK_OFF_MS;
  #isConnected = false;
  /** The server that was asked what it has; null after it was away. */
  #verified: string | null = null;
  #hasRefused = false;
  #isStopped = false;
  #hasNews = true;
  /** Ends the current pause; `news` ends only the wait for records. */
  #endPause: ((why: 'news' | 'hurry') => void) | null = null;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** Sends until `stop` is called; resolves then. */
  async run(): Promise<void> {
    while (!this.#isStopped) {
      this.#hasNews = false;
      const batch = this.#options.source.next(this.#limit);
      if (!batch) {
        this.#settleWaiters(() => true, true);
        await this.#waitForNews();
        continue;
      }
      const isAway = !(await this.#send(batch));
      if (isAway) {
        await this.#backOffOnce();
      }
    }
  }

  /** There are new records. */
  wake(): void {
    this.#hasNews = true;
    this.#endPause?.('news');
  }

  /**
   * Waits until the server has every record that exists now.
   *
   * @param options.untilAway gives up as soon as the server does not answer.
   * @returns false when `timeoutMs` passed first or it was given up.
   */
  flush(timeoutMs: number, options: { untilAway?: boolean } = {}): Promise<boolean> {
    return new Promise(resolve => {
      const waiter: Waiter = {
        untilAway: options.untilAway === true,
        settle: complete => {
          clearTimeout(timer);
          this.#waiters.delete(waiter);
          resolve(complete);
        }
      };
      const timer = setTimeout(() => waiter.settle(false), timeoutMs);
      this.#waiters.add(waiter);
      this.#backOff = FIRST_BACK_OFF_MS;
      this.#hasNews = true;
      this.#endPause?.('hurry');
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#endPause?.('hurry');
    this.#settleWaiters(() => true, false);
  }

  /** True when the server answered and the source moved on. */
  async #send(batch: SourceBatch): Promise<boolean> {
    const server = findServer(this.#options.directory);
    // A server that is new, or was away, may have lost what it had: then everything on disk is sent again.
    const isKnown = server !== null && this.#verified === server.url;
    const result = await this.#post(server, isKnown ? batch.records : []);
    if (result.kind !== 'away' && !isKnown) {
      this.#verified = server?.url ?? null;
      if (result.kind === 'stored') {
        this.#afterProbe(result.answer.acknowledged_seq);
      }
      return true;
    }
    switch (result.kind) {
      case 'away':
        this.#verified = null;
        return false;
      case 'refused':
        this.#afterRefusal(batch, result.message);
        return true;
      case 'stored':
        this.#warnOfRefused(result.answer.refused);
        return this.#afterAnswer(batch, result.answer.acknowledged_seq, result.answer.refused);
    }
  }

  #afterAnswer(batch: SourceBatch, acknowledged: number, refused: readonly { seq: number }[]): boolean {
    const done = Math.max(acknowledged, ...refused.map(({ seq }) => seq));
    const [first] = batch.records;
    if (!first || done < first.seq) {
      return false;
    }
    this.#acknowledged = acknowledged;
    this.#limit = MAX_BATCH;
    this.#options.source.acknowledge(batch, done);
    return true;
  }

  #afterProbe(acknowledged: number): void {
    this.#connected();
    if (acknowledged < this.#acknowledged) {
      this.#options.source.rewind();
    }
    this.#acknowledged = acknowledged;
  }

  /** Halves the batch until the record that the server cannot take is alone, and leaves that one out. */
  #afterRefusal(batch: SourceBatch, message: string): void {
    const [first] = batch.records;
    if (batch.records.length > 1 || !first) {
      this.#limit = Math.max(1, Math.floor(batch.records.length / 2));
      return;
    }
    this.#warnOfRefused([{ seq: first.seq, message }]);
    this.#limit = MAX_BATCH;
    this.#options.source.acknowledge(batch, first.seq);
  }

  #post(server: ServerAddress | null, records: readonly SpoolRecord[]): Promise<PostResult> {
    if (!server) {
      return Promise.resolve({ kind: 'away' });
    }
    return postRecords(server, { session_id: this.#options.sessionId, records: [...records] });
  }

  #connected(): void {
    this.#backOff = FIRST_BACK_OFF_MS;
    if (this.#isConnected) {
      return;
    }
    this.#isConnected = true;
    this.#options.onConnected?.();
  }

  #warnOfRefused(refused: readonly { seq: number; message: string }[]): void {
    const [first] = refused;
    if (!first || this.#hasRefused) {
      return;
    }
    this.#hasRefused = true;
    this.#options.warn(`The Slipway server refused a record of this notebook: ${first.message}`);
  }

  async #waitForNews(): Promise<void> {
    if (this.#hasNews || this.#isStopped) {
      return;
    }
    const why = await this.#pause(this.#options.keepAliveMs, ['news', 'hurry']);
    if (why === 'time') {
      await this.#post(findServer(this.#options.directory), []);
    } else if (why === 'news' && this.#waiters.size === 0) {
      await this.#pause(GATHER_MS, ['hurry']);
    }
  }

  async #backOffOnce(): Promise<void> {
    this.#settleWaiters(waiter => waiter.untilAway, false);
    if (this.#isStopped) {
      return;
    }
    const jitter = 0.75 + Math.random() / 2;
    await this.#pause(this.#backOff * jitter, ['hurry']);
    // Somebody who waits wants the server's return to be noticed soon.
    const longest = this.#waiters.size > 0 ? FIRST_BACK_OFF_MS : LONGEST_BACK_OFF_MS;
    this.#backOff = Math.min(this.#backOff * 2, longest);
  }

  #pause(ms: number | null, endedBy: readonly ('news' | 'hurry')[]): Promise<'time' | 'news' | 'hurry'> {
    return new Promise(resolve => {
      const end = (why: 'time' | 'news' | 'hurry'): void => {
        clearTimeout(timer);
        this.#endPause = null;
        resolve(why);
      };
      const timer = ms === null ? undefined : setTimeout(() => end('time'), ms);
      if (this.#options.isBackground) {
        timer?.unref();
      }
      this.#endPause = why => {
        if (endedBy.includes(why)) {
          end(why);
        }
      };
    });
  }

  #settleWaiters(which: (waiter: Waiter) => boolean, complete: boolean): void {
    for (const waiter of [...this.#waiters]) {
      if (which(waiter)) {
        waiter.settle(complete);
      }
    }
  }
}
