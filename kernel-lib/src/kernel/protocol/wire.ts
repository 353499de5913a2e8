import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

const DELIMITER = Buffer.from('<IDS|MSG>');
const PROTOCOL_VERSION = '5.4';

const Header = z.looseObject({
  msg_id: z.string(),
  msg_type: z.string(),
  session: z.string().default(''),
  username: z.string().default(''),
  date: z.string().default(''),
  version: z.string().default('')
});
export type Header = z.infer<typeof Header>;
const Dictionary = z.record(z.string(), z.unknown());

/** One message of Jupyter's protocol: https://jupyter-client.readthedocs.io/en/stable/messaging.html */
export interface Message {
  readonly identities: readonly Uint8Array[];
  readonly header: Header;
  readonly parent: Header | Record<string, never>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly content: unknown;
}

/** A message that is not of the protocol or is signed with another key; it is dropped. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

/** What a socket sends: binary frames and text. */
export type Frame = Uint8Array | string;

/**
 * Reads a message from the frames of a socket.
 *
 * @throws WireError when the delimiter is missing, the signature is wrong or a part is not what it must be.
 */
export function decode(frames: readonly Uint8Array[], key: string): Message {
  const buffers = frames.map(frame => Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength));
  const delimiter = buffers.findIndex(frame => frame.equals(DELIMITER));
  const [signature, ...parts] = delimiter < 0 ? [] : buffers.slice(delimiter + 1);
  const [header, , metadata, content] = parts;
  if (!signature || !header || !metadata || !content) {
    throw new WireError('A message has too few parts.');
  }
  if (key && !isSignature(signature, sign(key, parts))) {
    throw new WireError('A message is signed with another key.');
  }
  try {
    return {
      identities: buffers.slice(0, delimiter),
      header: Header.parse(JSON.parse(header.toString())),
      parent: {},
      metadata: Dictionary.parse(JSON.parse(metadata.toString())),
      content: JSON.parse(content.toString())
    };
  } catch (cause) {
    throw new WireError('A message has a part that is not what the protocol says.', { cause });
  }
}

/** The frames of a message, signed. */
export function encode(message: Message, key: string): Frame[] {
  const parts = [message.header, message.parent, message.metadata, message.content].map(part => JSON.stringify(part));
  return [...message.identities, DELIMITER, key ? sign(key, parts) : '', ...parts];
}

/** A message of `type` that answers, or is caused by, `parent`. */
export function messageFor(parent: Message, type: string, content: unknown): Message {
  return {
    identities: parent.identities,
    header: newHeader(type, parent.header.session, parent.header.username),
    parent: parent.header,
    metadata: {},
    content
  };
}

/** A broadcast without a request. */
export function unsolicited(topic: string, type: string, content: unknown): Message {
  return {
    identities: [Buffer.from(topic)],
    header: newHeader(type, '', 'kernel'),
    parent: {},
    metadata: {},
    content
  };
}

function newHeader(type: string, session: string, username: string): Header {
  return {
    msg_id: randomUUID(),
    msg_type: type,
    session,
    username,
    date: new Date().toISOString(),
    version: PROTOCOL_VERSION
  };
}

function sign(key: string, parts: readonly (Uint8Array | string)[]): string {
  const hash = createHmac('sha256', key);
  for (const part of parts) {
    hash.update(part);
  }
  return hash.digest('hex');
}

function isSignature(given: Buffer, expected: string): boolean {
  const wanted = Buffer.from(expected);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
