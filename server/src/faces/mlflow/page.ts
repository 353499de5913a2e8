import { z } from 'zod';
import { invalidParameter, wrongType } from './errors.js';
import type { RpcRequest } from './request.js';

const Token = z.object({ offset: z.number().int().nonnegative() });

/** Where a page starts and how long it is. */
export interface Page {
  readonly limit: number;
  readonly offset: number;
}

/** @throws MlflowError */
export function readPage(request: RpcRequest, usual: number, most: number, inWords = false, zeroIsUsual = false): Page {
  const asked = zeroIsUsual && request.optionalInteger('max_results') === 0;
  const limit = asked ? usual : readLimit(request, usual, most, inWords);
  const token = request.optionalText('page_token') ?? '';
  return { limit, offset: token === '' ? 0 : offsetOf(token) };
}

/** @param most largest page; a larger or empty one is refused. @param inWords says so in a sentence. @throws MlflowError */
export function readLimit(request: RpcRequest, usual: number, most: number, inWords = false): number {
  const limit = request.optionalInteger('max_results') ?? usual;
  if (limit > most && !inWords) {
    throw wrongType('max_results', request.value('max_results'));
  }
  if (limit < 1 || limit > most) {
    const allowed = limit < 1 ? 'a positive integer' : `at most ${most}`;
    throw invalidParameter(`Invalid value ${limit} for parameter 'max_results' supplied. It must be ${allowed}`);
  }
  return limit;
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
  const decoded = Buffer.from(token, 'base64').toString();
  try {
    return Token.parse(JSON.parse(decoded)).offset;
  } catch {
    throw invalidParameter(`Invalid page token, decoded value=b'${decoded}'`);
  }
}
