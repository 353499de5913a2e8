import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Tables } from '../store/tables.js';
import { deliveryBody, WebhookEventName, type WebhookEvent } from './webhook-events.js';

/** Deliveries that wait for one receiver; when there are more, it gets no new events until some are delivered. */
const MOST_WAITING = 1000;

const Events = z.array(WebhookEventName);

/**
 * Events to be delivered to webhooks. It is written in the transaction of what it tells of, so that neither is there without
 * the other, and nothing is lost when the process ends.
 */
export class Outbox {
  #onAdded: (() => void) | undefined;

  /** @param db the transaction that makes it true. */
  async add(db: Kysely<Tables>, event: WebhookEvent, now = Date.now()): Promise<void> {
    const hooks = await db.selectFrom('webhook').where('status', '=', 'ACTIVE').select(['id', 'events']).execute();
    for (const hook of hooks) {
      if (subscribes(hook.events, event) && (await waiting(db, hook.id)) < MOST_WAITING) {
        await db
          .insertInto('webhook_delivery')
          .values({
            id: randomUUID(),
            webhook: hook.id,
            body: deliveryBody(event, now),
            attempts: 0,
            next_at: now,
            error: null,
            created_at: now
          })
          .execute();
      }
    }
  }

  /** After the transaction: what was added may be sent. */
  flush(): void {
    this.#onAdded?.();
  }

  onAdded(listener: () => void): void {
    this.#onAdded = listener;
  }
}

function subscribes(events: string, { name }: WebhookEvent): boolean {
  return Events.parse(JSON.parse(events)).includes(name);
}

async function waiting(db: Kysely<Tables>, webhook: string): Promise<number> {
  const { rows } = await db
    .selectFrom('webhook_delivery')
    .where('webhook', '=', webhook)
    .where('next_at', 'is not', null)
    .select(from => from.fn.countAll<number>().as('rows'))
    .executeTakeFirstOrThrow();
  return Number(rows);
}
