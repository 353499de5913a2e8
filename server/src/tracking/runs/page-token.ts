import { z } from 'zod';
import { InvalidRequestError } from '../../platform/errors.js';

const Position = z.tuple([z.number().int(), z.string()]);

/** Where a page ended: the time and id of its last row. Opaque to clients. */
export type PagePosition = readonly [time: number, id: string];

export function encodePageToken(position: PagePosition): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** @throws InvalidRequestError when the token is not one of ours. */
export function decodePageToken(token: string): PagePosition {
  try {
    return Position.parse(JSON.parse(Buffer.from(token, 'base64url').toString()));
  } catch (cause) {
    throw new InvalidRequestError('The page token was not issued by this server.', {
      where: 'query.page_token',
      remedy: 'Start again from the first page.',
      cause
    });
  }
}
