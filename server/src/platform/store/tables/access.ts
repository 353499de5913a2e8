import type { Generated } from 'kysely';

/* Who may do what, and who is told what happens. */

export interface UserAccountTable {
  name: string;
  /** Digest with the parameters that it was made with, see access/password.ts. */
  password: string;
  /** 1: administrator of the whole server. */
  is_admin: number;
  created_at: number;
}

export interface ProjectTable {
  name: string;
  created_at: number;
}

export interface ProjectMemberTable {
  project: string;
  user_name: string;
  role: 'viewer' | 'developer' | 'approver' | 'admin';
}

export interface ApiTokenTable {
  id: string;
  /** SHA-256 of the secret. */
  digest: string;
  user_name: string;
  description: string;
  /** JSON array of the contract's Scope. */
  scopes: string;
  project: string | null;
  created_at: number;
  expires_at: number | null;
}

/** Sessions that do not belong to the default project. */
export interface SessionProjectTable {
  session: string;
  project: string;
}

/** A live event of the servers that share a database; on SQLite there is one server, which needs no table for them. */
export interface LiveEventTable {
  id: Generated<number>;
  /** JSON of the contract's ServerEvent. */
  event: string;
}

export interface WebhookTable {
  id: string;
  name: string;
  description: string | null;
  url: string;
  /** JSON array of `entity.action`. */
  events: string;
  /** Encrypted, see webhooks/secret-box.ts. */
  secret: string | null;
  status: 'ACTIVE' | 'DISABLED';
  created_at: number;
  updated_at: number;
}

export interface WebhookDeliveryTable {
  /** The same for every attempt: receivers know by it what they have had already. */
  id: string;
  webhook: string;
  /** JSON, as it is sent. */
  body: string;
  attempts: number;
  /** When it is to be tried (again); null: given up. */
  next_at: number | null;
  /** Why the last attempt failed. */
  error: string | null;
  created_at: number;
}
