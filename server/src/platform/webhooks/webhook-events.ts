import { z } from 'zod';

/** What webhooks can be told of, by entity: MLflow's events of the registry, and our own. */
export const WEBHOOK_EVENTS = {
  registered_model: ['created'],
  model_version: ['created'],
  model_version_tag: ['set', 'deleted'],
  model_version_alias: ['created', 'deleted'],
  dataset_version: ['created'],
  promotion: ['created', 'updated']
} as const;

export type WebhookEntity = keyof typeof WEBHOOK_EVENTS;
export type WebhookAction = (typeof WEBHOOK_EVENTS)[WebhookEntity][number];

/** `entity.action`. */
export type WebhookEventName = { [E in WebhookEntity]: `${E}.${(typeof WEBHOOK_EVENTS)[E][number]}` }[WebhookEntity];

const NAMES = Object.entries(WEBHOOK_EVENTS).flatMap(([entity, actions]) =>
  actions.map(action => `${entity}.${action}`)
) as [WebhookEventName, ...WebhookEventName[]];

export const WebhookEventName = z.enum(NAMES);

/** Something that happened, as receivers are told of it. */
export interface WebhookEvent {
  readonly name: WebhookEventName;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What a test of a webhook sends: MLflow's own examples for its events. */
export const EXAMPLES: Readonly<Record<WebhookEventName, WebhookEvent['data']>> = {
  'registered_model.created': {
    name: 'example_model',
    tags: { example_key: 'example_value' },
    description: 'An example registered model'
  },
  'model_version.created': {
    name: 'example_model',
    version: '1',
    source: 'models:/123',
    run_id: 'abcd1234abcd5678',
    tags: { example_key: 'example_value' },
    description: 'An example model version'
  },
  'model_version_tag.set': { name: 'example_model', version: '1', key: 'example_key', value: 'example_value' },
  'model_version_tag.deleted': { name: 'example_model', version: '1', key: 'example_key' },
  'model_version_alias.created': { name: 'example_model', alias: 'example_alias', version: '1' },
  'model_version_alias.deleted': { name: 'example_model', alias: 'example_alias' },
  'dataset_version.created': { name: 'example_dataset', version: 1, digest: '0'.repeat(64), row_count: 1000 },
  'promotion.created': { promotion_id: 'example', model: 'example_model', version: 1, environment: 'staging' },
  'promotion.updated': {
    promotion_id: 'example',
    model: 'example_model',
    version: 1,
    environment: 'staging',
    state: 'running'
  }
};

/** The body of a delivery, as MLflow writes it. @param at milliseconds since the epoch. */
export function deliveryBody({ name, data }: WebhookEvent, at: number): string {
  const [entity, action] = name.split('.');
  return JSON.stringify({ entity, action, timestamp: new Date(at).toISOString(), data });
}
