import { z } from 'zod';
import { invalidParameter, wrongType } from './errors.js';
import type { RpcRequest } from './request.js';

const Token = z.object({ offset: z.number().int().nonnegative(), up_to: z.number().int().nonnegative().optional() });

/** Where a page starts and how long it is. */
export interface Page {
  readonly limit: number;
  readonly offset: number;
  /** Of a search of runs: the newest run when the first page was read. */
  readonly upTo?: number | undefined;
}

/** @param most largest page; a larger or empty one is refused. @param inWords says so in a sentence. @throws MlflowError */
export function readPage(request: RpcRequest, usual: number, most: number, inWords = false): Page {
  const limit = request.optionalInteger('max_results') ?? usual;
  if (limit > most && !inWords) {
    throw wrongType('max_results', request.value('max_results'));
  }
  if (limit < 1 || limit > most) {
    const allowed = limit < 1 ? 'a positive integer' : `at most ${most}`;
    throw invalidParameter(`Invalid value ${limit} for parameter 'max_results' supplied. It must be ${allowed}`);
  }
  const token = request.optionalText('page_token') ?? '';
  return { limit, ...(token === '' ? { offset: 0 } : placeOf(token)) };
}

/** The token of the page after this one, when there is one. */
export function nextPage(page: Page, more: boolean): { next_page_token?: string } {
  if (!more) {
    return {};
  }
  const token = JSON.stringify({ offset: page.offset + page.limit, up_to: page.upTo });
  return { next_page_token: Buffer.from(token).toString('base64') };
}

function placeOf(token: string): Omit<Page, 'limit'> {
  const decoded = Buffer.from(token, 'base64').toString();
  try {
    const { offset, up_to } = Token.parse(JSON.parse(decoded));
    return { offset, upTo: up_to };
  } catch {
    throw invalidParameter(`Invalid page token, decoded value=b'${decoded}'`);
  }
}
