import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { Scope, type ApiToken } from '@slipway/contract';
import type { Selectable } from 'kysely';
import { z } from 'zod';
import { NotFoundError } from '../../platform/errors.js';
import type { Store } from '../../platform/store/store.js';
import type { ApiTokenTable } from '../../platform/store/tables.js';

const Scopes = z.array(Scope);
const DAY_MS = 24 * 3600 * 1000;

/** `slp_<id>_<secret>`: the id finds the row, and tools that look for leaked secrets know the beginning. */
export const TOKEN_PATTERN = /^slp_([0-9a-f]{16})_([\w-]{43})$/;

export interface TokenRequest {
  readonly user: string;
  readonly description: string;
  readonly scopes: readonly Scope[];
  readonly project: string | null;
  readonly expires_in_days: number | null;
}

/**
 * API tokens. Their secrets are 256 random bits, so a plain SHA-256 of them can be stored: there is nothing to guess, and
 * checking one costs microseconds.
 */
export class ApiTokens {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** @returns the token with its secret, which is not stored and never shown again. */
  async create(request: TokenRequest, now = Date.now()): Promise<ApiToken & { secret: string }> {
    const id = randomBytes(8).toString('hex');
    const secret = `slp_${id}_${randomBytes(32).toString('base64url')}`;
    const row: ApiTokenTable = {
      id,
      digest: digestOf(secret),
      user_name: request.user,
      description: request.description,
      scopes: JSON.stringify([...new Set(request.scopes)]),
      project: request.project,
      created_at: now,
      expires_at: request.expires_in_days === null ? null : Math.round(now + request.expires_in_days * DAY_MS)
    };
    await this.#store.writes.insertInto('api_token').values(row).execute();
    return { ...toToken(row), secret };
  }

  /** @param user undefined: those of all users. Newest first. */
  async list(user?: string): Promise<ApiToken[]> {
    const rows = await this.#store.reads
      .selectFrom('api_token')
      .$if(user !== undefined, select => select.where('user_name', '=', user ?? ''))
      .selectAll()
      .orderBy('created_at', 'desc')
      .orderBy('id')
      .execute();
    return rows.map(toToken);
  }

  /** @param user only a token of this user is found; undefined: anyone's. @throws NotFoundError */
  async revoke(id: string, user?: string): Promise<void> {
    const { numDeletedRows } = await this.#store.writes
      .deleteFrom('api_token')
      .where('id', '=', id)
      .$if(user !== undefined, from => from.where('user_name', '=', user ?? ''))
      .executeTakeFirst();
    if (numDeletedRows === 0n) {
      throw new NotFoundError(`There is no API token ${id}.`);
    }
  }

  /** @returns undefined when there is no such token, or it has expired. */
  async verify(secret: string, now = Date.now()): Promise<ApiToken | undefined> {
    const id = TOKEN_PATTERN.exec(secret)?.[1];
    if (id === undefined) {
      return undefined;
    }
    const row = await this.#store.reads.selectFrom('api_token').where('id', '=', id).selectAll().executeTakeFirst();
    const same =
      row !== undefined && timingSafeEqual(Buffer.from(row.digest, 'hex'), Buffer.from(digestOf(secret), 'hex'));
    return same && (row.expires_at === null || row.expires_at > now) ? toToken(row) : undefined;
  }
}

function toToken(row: Selectable<ApiTokenTable>): ApiToken {
  return {
    token_id: row.id,
    user: row.user_name,
    description: row.description,
    scopes: Scopes.parse(JSON.parse(row.scopes)),
    project: row.project,
    created_at: row.created_at,
    expires_at: row.expires_at
  };
}

function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
