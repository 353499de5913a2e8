import type { Migration } from './schema-dialect.js';

/** Webhooks, and what is still to be delivered to them: written in the transaction of what it tells of. */
export const webhooks: Migration = {
  name: '0009-webhooks',
  statements: ({ keyed }) => [
    `create table webhook(
      id text not null primary key, name text not null, description text, url text not null, events text not null,
      secret text, status text not null, created_at bigint not null, updated_at bigint not null) ${keyed}`,
    `create table webhook_delivery(
      id text not null primary key, webhook text not null, body text not null, attempts bigint not null,
      next_at bigint, error text, created_at bigint not null) ${keyed}`,
    `create index webhook_delivery_due on webhook_delivery(next_at)`,
    `create index webhook_delivery_of on webhook_delivery(webhook)`
  ]
};
