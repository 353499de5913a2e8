import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import { z } from 'zod';
import { NotFoundError } from '../errors.js';
import type { Store } from '../store/store.js';
import type { WebhookTable } from '../store/tables.js';
import type { SecretBox } from './secret-box.js';
import { checkTarget, type TargetPolicy } from './target.js';
import { deliveryBody, EXAMPLES, WebhookEventName } from './webhook-events.js';

const Events = z.array(WebhookEventName);

export type WebhookStatus = WebhookTable['status'];

/** Its secret is never shown. */
export interface Webhook {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly url: string;
  readonly events: readonly WebhookEventName[];
  readonly status: WebhookStatus;
  readonly created_at: number;
  readonly updated_at: number;
}

export interface NewWebhook {
  readonly name: string;
  readonly description: string | null;
  readonly url: string;
  readonly events: readonly WebhookEventName[];
  readonly secret: string | null;
  readonly status: WebhookStatus;
}

export interface TestResult {
  readonly success: boolean;
  readonly response_status?: number;
  readonly response_body?: string;
  readonly error_message?: string;
}

export interface WebhooksOptions {
  readonly store: Store;
  readonly secrets: SecretBox;
  readonly policy: TargetPolicy;
  readonly stopping: AbortSignal;
}

/** Receivers outside that are told what happens. */
export class Webhooks {
  readonly #options: WebhooksOptions;

  constructor(options: WebhooksOptions) {
    this.#options = options;
  }

  /** @throws InvalidRequestError for a URL where deliveries may not go. */
  async create(webhook: NewWebhook): Promise<Webhook> {
    const { store, policy } = this.#options;
    await checkTarget(webhook.url, policy);
    const id = randomUUID();
    const now = Date.now();
    await store.writes
      .insertInto('webhook')
      .values({
        ...webhook,
        id,
        events: JSON.stringify(webhook.events),
        secret: this.#sealed(webhook.secret, id),
        created_at: now,
        updated_at: now
      })
      .execute();
    return this.get(id);
  }

  /** Newest first. */
  async list(limit: number, offset: number): Promise<{ found: Webhook[]; more: boolean }> {
    const rows = await this.#options.store.reads
      .selectFrom('webhook')
      .selectAll()
      .orderBy('created_at', 'desc')
      .orderBy('id')
      .limit(limit + 1)
      .offset(offset)
      .execute();
    return { found: rows.slice(0, limit).map(toWebhook), more: rows.length > limit };
  }

  /** @throws NotFoundError */
  async get(id: string): Promise<Webhook> {
    return toWebhook(await this.#row(id));
  }

  /** Absent fields stay as they are. @throws NotFoundError, InvalidRequestError for a URL where deliveries may not go. */
  async update(id: string, change: Partial<NewWebhook>): Promise<Webhook> {
    await this.#row(id);
    const { events, secret, ...plain } = change;
    if (change.url !== undefined) {
      await checkTarget(change.url, this.#options.policy);
    }
    await this.#options.store.writes
      .updateTable('webhook')
      .set({
        ...plain,
        ...(events === undefined ? {} : { events: JSON.stringify(events) }),
        ...(secret === undefined ? {} : { secret: this.#sealed(secret, id) }),
        updated_at: Date.now()
      })
      .where('id', '=', id)
      .execute();
    return this.get(id);
  }

  /** What waits for it is dropped. @throws NotFoundError */
  async delete(id: string): Promise<void> {
    await this.#row(id);
    await this.#options.store.writes.transaction().execute(async db => {
      await db.deleteFrom('webhook_delivery').where('webhook', '=', id).execute();
      await db.deleteFrom('webhook').where('id', '=', id).execute();
    });
  }

  /** Sends an example, once, and says what came back. @param event absent: its first one. @throws NotFoundError */
  async test(id: string, event?: WebhookEventName): Promise<TestResult> {
    const row = await this.#row(id);
    const name = event ?? toWebhook(row).events[0] ?? 'registered_model.created';
    const body = deliveryBody({ name, data: EXAMPLES[name] }, Date.now());
    const { policy, stopping } = this.#options;
    try {
      // Loaded when it is needed: the modules of HTTP clients are a tenth of the server's start.
      const { deliver } = await import('./delivery.js');
      const answer = await deliver(
        { id: randomUUID(), url: row.url, secret: this.opened(row), body },
        policy,
        stopping
      );
      return { success: answer.status < 400, response_status: answer.status, response_body: answer.body };
    } catch (error) {
      return { success: false, error_message: `Failed to test webhook: ${String(error)}` };
    }
  }

  /** The secret that its deliveries are signed with. */
  opened({ id, secret }: Pick<WebhookTable, 'id' | 'secret'>): string | null {
    return secret === null ? null : this.#options.secrets.open(secret, id);
  }

  #sealed(secret: string | null, id: string): string | null {
    return secret === null || secret === '' ? null : this.#options.secrets.seal(secret, id);
  }

  async #row(id: string): Promise<Selectable<WebhookTable>> {
    const row = await this.#options.store.reads
      .selectFrom('webhook')
      .where('id', '=', id)
      .selectAll()
      .executeTakeFirst();
    if (row === undefined) {
      throw new NotFoundError(`Webhook with ID ${id} not found.`);
    }
    return row;
  }
}

function toWebhook({ secret: _secret, events, ...row }: Selectable<WebhookTable>): Webhook {
  return { ...row, events: Events.parse(JSON.parse(events)) };
}
