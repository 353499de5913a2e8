import type { Selectable } from 'kysely';
import type { Store } from '../store/store.js';
import type { WebhookDeliveryTable, WebhookTable } from '../store/tables.js';
import type { Outbox } from './outbox.js';
import { PrivateTargetError, type TargetPolicy } from './target.js';
import type { Webhooks } from './webhooks.js';
import { messageOf } from '@slipway/wording';

/** Waits after the first, second, … failure; after the last one a delivery is given up. */
const WAITS_MS = [1_000, 4_000, 16_000, 60_000, 300_000, 1_200_000];
const LONGEST_WAIT_MS = 3600_000;
/** How long a delivery is leased to the process that tries it; then another process may take it. */
const LEASE_MS = 90_000;
/** What another process left behind is found this late. */
const POLL_MS = 60_000;
const MOST_AT_ONCE = 8;
/** One receiver that is slow does not hold up the others. */
const MOST_AT_ONCE_TO_ONE = 2;
const MOST_LOOKED_AT = 200;
const SHORTEST_REST_MS = 50;
const LONGEST_REST_MS = 1000;
/** How long failed deliveries are kept for inspection. */
const KEEP_FAILED_MS = 7 * 24 * 3600_000;

type Due = Selectable<WebhookDeliveryTable> & { readonly hook: Selectable<WebhookTable> };

export interface DispatcherOptions {
  readonly store: Store;
  readonly webhooks: Webhooks;
  readonly outbox: Outbox;
  readonly policy: TargetPolicy;
  /** Internal errors. */
  readonly onError: (error: unknown) => void;
  /** Scales every wait; tests make it small. */
  readonly patience?: number | undefined;
}

/** Brings what is in the outbox to its receivers, until each has it or all attempts have failed. */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #wakesAt = 0;
  #working: Promise<void> = Promise.resolve();
  /** What is being sent, and to which webhook. */
  readonly #running = new Map<Promise<void>, string>();

  constructor(options: DispatcherOptions) {
    this.#options = options;
    options.outbox.onAdded(() => this.#after(0));
  }

  start(): void {
    this.#after(0);
  }

  /** Ends what is being sent; it is sent again at the next start. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#timer);
    await this.#working;
    await Promise.all(this.#running.keys());
  }

  /** Looks again after this time, unless a look is already due sooner. */
  #after(ms: number): void {
    const at = performance.now() + ms;
    if (this.#stopping.signal.aborted || (this.#timer !== undefined && this.#wakesAt <= at)) {
      return;
    }
    clearTimeout(this.#timer);
    this.#wakesAt = at;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#working = this.#working.then(() => this.#work()).catch(this.#options.onError);
    }, ms).unref();
  }

  async #work(): Promise<void> {
    for (const due of await this.#claim()) {
      const attempt = this.#attempt(due)
        .catch(this.#options.onError)
        .finally(() => {
          this.#running.delete(attempt);
          this.#after(0);
        });
      this.#running.set(attempt, due.webhook);
    }
    const next = await this.#options.store.reads
      .selectFrom('webhook_delivery')
      .where('next_at', 'is not', null)
      .select('next_at')
      .orderBy('next_at')
      .limit(1)
      .executeTakeFirst();
    // What is due already waits for others to end, each of which looks again, or was just taken by another process.
    const leastRest = this.#running.size === 0 ? SHORTEST_REST_MS : LONGEST_REST_MS;
    this.#after(Math.min(POLL_MS, Math.max(leastRest, (next?.next_at ?? Infinity) - Date.now())));
  }

  /** Takes what is due, for itself alone. */
  async #claim(): Promise<Due[]> {
    const { reads, writes } = this.#options.store;
    const now = Date.now();
    const candidates = await reads
      .selectFrom('webhook_delivery')
      .where('next_at', '<=', now)
      .selectAll()
      .orderBy('next_at')
      .limit(MOST_LOOKED_AT)
      .execute();
    const claimed: Due[] = [];
    const busy = [...this.#running.values()];
    for (const row of candidates) {
      const ofHook = busy.filter(webhook => webhook === row.webhook).length;
      if (busy.length >= MOST_AT_ONCE || ofHook >= MOST_AT_ONCE_TO_ONE) {
        continue;
      }
      const hook = await reads.selectFrom('webhook').where('id', '=', row.webhook).selectAll().executeTakeFirst();
      if (hook === undefined || hook.status !== 'ACTIVE') {
        await writes.deleteFrom('webhook_delivery').where('id', '=', row.id).execute();
        continue;
      }
      const { numUpdatedRows } = await writes
        .updateTable('webhook_delivery')
        .set({ next_at: now + LEASE_MS, attempts: row.attempts + 1 })
        .where('id', '=', row.id)
        .where('attempts', '=', row.attempts)
        .where('next_at', '=', row.next_at)
        .executeTakeFirst();
      if (numUpdatedRows === 1n) {
        busy.push(row.webhook);
        claimed.push({ ...row, attempts: row.attempts + 1, hook });
      }
    }
    return claimed;
  }

  async #attempt(due: Due): Promise<void> {
    const { store, webhooks, policy } = this.#options;
    const { hook, id, body } = due;
    try {
      const delivery = { id, url: hook.url, secret: webhooks.opened(hook), body };
      const { deliver } = await import('./delivery.js');
      const answer = await deliver(delivery, policy, this.#stopping.signal);
      if (answer.status >= 200 && answer.status < 300) {
        await store.writes.deleteFrom('webhook_delivery').where('id', '=', id).execute();
      } else {
        const isPassing = answer.status === 429 || answer.status >= 500;
        await this.#failed(due, `answered ${answer.status}`, isPassing, (answer.retryAfterS ?? 0) * 1000);
      }
    } catch (error) {
      if (this.#stopping.signal.aborted) {
        // It was not the receiver's fault, so it does not count.
        await this.#postpone(due, Date.now(), due.attempts - 1, 'the server was stopped');
      } else {
        await this.#failed(due, messageOf(error), !(error instanceof PrivateTargetError), 0);
      }
    }
  }

  async #failed(due: Due, error: string, isPassing: boolean, leastMs: number): Promise<void> {
    const planned = WAITS_MS[due.attempts - 1];
    const wait = (planned ?? 0) * (0.75 + Math.random() / 2) * (this.#options.patience ?? 1);
    const nextAt =
      !isPassing || planned === undefined ? null : Date.now() + Math.min(LONGEST_WAIT_MS, Math.max(wait, leastMs));
    await this.#postpone(due, nextAt, due.attempts, error);
    await this.#options.store.writes
      .deleteFrom('webhook_delivery')
      .where('next_at', 'is', null)
      .where('created_at', '<', Date.now() - KEEP_FAILED_MS)
      .execute();
  }

  async #postpone({ id }: Due, nextAt: number | null, attempts: number, error: string): Promise<void> {
    await this.#options.store.writes
      .updateTable('webhook_delivery')
      .set({ next_at: nextAt === null ? null : Math.round(nextAt), attempts, error: error.slice(0, 500) })
      .where('id', '=', id)
      .execute();
  }
}
