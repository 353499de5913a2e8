import { z } from 'zod';
import { invalidParameter, invalidValue } from './errors.js';
import type { RpcRequest } from './request.js';

const Token = z.object({ offset: z.number().int().nonnegative() });

/** Where a page starts and how long it is. */
export interface Page {
  readonly limit: number;
  readonly offset: number;
}

/** @param most largest page; a larger or empty one is refused. @throws MlflowError */
export function readPage(request: RpcRequest, usual: number, most: number): Page {
  const limit = request.optionalInteger('max_results') ?? usual;
  if (limit < 1 || limit > most) {
    throw invalidValue('max_results', limit, `It must be a positive integer of at most ${most}.`);
  }
  const token = request.optionalText('page_token') ?? '';
  return { limit, offset: token === '' ? 0 : offsetOf(token) };
}

/** The token of the page after this one, when there is one. */
export function nextPage(page: Page, more: boolean): { next_page_token?: string } {
  if (!more) {
    return {};
  }
  const token = JSON.stringify({ offset: page.offset + page.limit });
  return { next_page_token: Buffer.from(token).toString('base64') };
}

function offsetOf(token: string): number {
  try {
    return Token.parse(JSON.parse(Buffer.from(token, 'base64').toString())).offset;
  } catch {
    throw invalidParameter('Invalid page token, could not base64-decode');
  }
}
