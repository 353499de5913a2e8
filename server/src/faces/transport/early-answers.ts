import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** How long the rest of a body is read and dropped after its answer; then the connection is closed. */
const LINGER_MS = 2000;
/** How long the caller may read its answer after the connection was closed for writing. */
const LAST_READ_MS = 500;
const REQUEST_TIMEOUT = 408;

/**
 * The body of a request whose route takes bytes. A handler that stops reading early can still answer: the connection stays whole,
 * where an ordinary loop over the stream would destroy it.
 */
export function bytesOf(request: FastifyRequest): AsyncIterable<Uint8Array> {
  const stream = (request.body ?? request.raw) as Readable;
  return stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
}

/**
 * Delivers answers that are given before the body has come as a whole: a full disk, a quota, a part that nobody asked for. A
 * client that still sends would wait, or lose the answer with the connection; so its bytes are read for a moment and dropped.
 */
export function answerBeforeBodyEnds(server: FastifyInstance): void {
  server.addHook('onSend', (request, reply, payload, done) => {
    const { raw } = request;
    // A body that does not come any more is not waited for again.
    if (!raw.complete && reply.statusCode !== REQUEST_TIMEOUT) {
      // To close at once would throw the answer away with what was not read.
      reply.removeHeader('connection');
      reply.raw.once('finish', () => drop(raw));
    }
    done(null, payload);
  });
}

function drop(request: IncomingMessage): void {
  if (request.complete || request.destroyed) {
    return;
  }
  const { socket } = request;
  const timer = setTimeout(() => {
    socket.end();
    setTimeout(() => socket.destroy(), LAST_READ_MS).unref();
  }, LINGER_MS).unref();
  request.once('close', () => clearTimeout(timer));
  request.once('end', () => clearTimeout(timer));
  request.resume();
}
