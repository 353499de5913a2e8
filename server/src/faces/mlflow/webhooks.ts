import type { AccessRule } from '@slipway/contract';
import type { App } from '../../app.js';
import { WEBHOOK_EVENTS, WebhookEventName } from '../../platform/webhooks/webhook-events.js';
import type { NewWebhook, Webhook, WebhookStatus } from '../../platform/webhooks/webhooks.js';
import { present } from './entities.js';
import { invalidParameter, invalidValue, missingParameter } from './errors.js';
import { nextPage, readPage } from './page.js';
import { isJsonObject, type JsonObject, type RpcRequest } from './request.js';
import type { Rpc } from './rpc.js';

const ROOT = '/mlflow/webhooks';
const NAME = /^(?=.{1,63}$)[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/i;
const STATUSES: readonly WebhookStatus[] = ['ACTIVE', 'DISABLED'];
/** A webhook gets the events of every project. */
const access: AccessRule = { scope: 'admin', on: 'server' };

/** Webhooks as MLflow's client manages them; our own events are named the same way. */
export function webhookRpcs({ webhooks }: App): Rpc[] {
  return [
    {
      method: 'POST',
      path: ROOT,
      access,
      handle: async request => {
        const created: NewWebhook = {
          name: checkedName(request.text('name')),
          url: request.text('url'),
          events: readEvents(request),
          description: request.optionalText('description') || null,
          secret: request.optionalText('secret') || null,
          status: readStatus(request) ?? 'ACTIVE'
        };
        return { webhook: toFields(await webhooks.create(created)) };
      }
    },
    {
      method: 'GET',
      path: ROOT,
      access,
      handle: async request => {
        const page = readPage(request, 100, 1000);
        const { found, more } = await webhooks.list(page.limit, page.offset);
        return { ...present('webhooks', found.map(toFields)), ...nextPage(page, more) };
      }
    },
    {
      method: 'GET',
      path: `${ROOT}/:webhook_id`,
      access,
      handle: async request => ({ webhook: toFields(await webhooks.get(request.text('webhook_id'))) })
    },
    {
      method: 'PATCH',
      path: `${ROOT}/:webhook_id`,
      access,
      handle: async request => {
        const name = request.optionalText('name') || undefined;
        const url = request.optionalText('url') || undefined;
        const status = readStatus(request);
        const secret = request.optionalText('secret');
        const description = request.optionalText('description');
        const updated = await webhooks.update(request.text('webhook_id'), {
          ...(name === undefined ? {} : { name: checkedName(name) }),
          ...(url === undefined ? {} : { url }),
          ...(status === undefined ? {} : { status }),
          ...(secret === undefined ? {} : { secret }),
          ...(description === undefined ? {} : { description }),
          ...(request.objects('events').length === 0 ? {} : { events: readEvents(request) })
        });
        return { webhook: toFields(updated) };
      }
    },
    {
      method: 'DELETE',
      path: `${ROOT}/:webhook_id`,
      access,
      handle: async request => {
        await webhooks.delete(request.text('webhook_id'));
        return {};
      }
    },
    {
      method: 'POST',
      path: `${ROOT}/:webhook_id/test`,
      access,
      handle: async request => {
        const event = request.value('event');
        const name = isJsonObject(event) ? readEvent(event) : undefined;
        return { result: await webhooks.test(request.text('webhook_id'), name) };
      }
    }
  ];
}

function toFields(webhook: Webhook): object {
  return {
    webhook_id: webhook.id,
    name: webhook.name,
    ...(webhook.description === null ? {} : { description: webhook.description }),
    url: webhook.url,
    events: webhook.events.map(event => {
      const [entity = '', action = ''] = event.split('.');
      return { entity: entity.toUpperCase(), action: action.toUpperCase() };
    }),
    status: webhook.status,
    creation_timestamp: webhook.created_at,
    last_updated_timestamp: webhook.updated_at
  };
}

function readEvents(request: RpcRequest): WebhookEventName[] {
  const events = request.objects('events');
  if (events.length === 0) {
    throw missingParameter('events');
  }
  return [...new Set(events.map(readEvent))];
}

/** @throws MlflowError */
function readEvent(event: JsonObject): WebhookEventName {
  const entity = String(event['entity'] ?? '').toLowerCase();
  const action = String(event['action'] ?? '').toLowerCase();
  const parsed = WebhookEventName.safeParse(`${entity}.${action}`);
  if (parsed.success) {
    return parsed.data;
  }
  const actions: readonly string[] = Object.hasOwn(WEBHOOK_EVENTS, entity)
    ? WEBHOOK_EVENTS[entity as keyof typeof WEBHOOK_EVENTS]
    : [];
  throw invalidParameter(
    `Invalid action '${action}' for entity '${entity}'. Valid actions are: [${actions.map(each => `'${each}'`).join(', ')}]`
  );
}

function readStatus(request: RpcRequest): WebhookStatus | undefined {
  const given = request.optionalText('status');
  const status = STATUSES.find(each => each === given);
  if (given !== undefined && status === undefined) {
    throw invalidValue('status', given, `It must be one of ${STATUSES.join(', ')}.`);
  }
  return status;
}

function checkedName(name: string): string {
  if (!NAME.test(name)) {
    throw invalidParameter(
      `Webhook name '${name}' is invalid. It must start and end with a letter or digit, be less than 63 characters long, ` +
        'and contain only letters, digits, dots (.), underscores (_), and hyphens (-).'
    );
  }
  return name;
}
