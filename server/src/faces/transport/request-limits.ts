import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { InvalidRequestError, RateLimitedError, RequestTimeoutError } from '../../platform/errors.js';
import { exceedsDepth } from './json-depth.js';

export interface RequestLimits {
  /** Idle timeout of a body. Milliseconds. */
  readonly idleBodyMs: number;
  /** A JSON body must have come as a whole by then. Milliseconds. */
  readonly jsonBodyMs: number;
  /** Objects and lists within each other. */
  readonly jsonDepth: number;
  /** Of one user or API token; the owner of the server has no such limit. */
  readonly requestsPerSecond: number;
}

export const DEFAULT_LIMITS: RequestLimits = {
  idleBodyMs: 60_000,
  jsonBodyMs: 300_000,
  jsonDepth: 100,
  requestsPerSecond: 2000
};

/** Burst size, in seconds of the rate limit. */
const BURST_S = 5;
const MOST_CALLERS = 10_000;
/** How often bodies in transit are checked within their timeout. */
const LOOKS = 4;

/** What one request may cost, and how many of them one caller may make. */
export function limitRequests(server: FastifyInstance, limits: RequestLimits): void {
  limitRate(server, limits.requestsPerSecond);
  limitWaiting(server, limits);
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeContentTypeParser('application/json');
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (exceedsDepth(body as string, limits.jsonDepth)) {
      done(new InvalidRequestError(`The body is nested more than ${limits.jsonDepth} deep.`, { where: 'body' }));
    } else {
      void parse(request, body as string, done);
    }
  });
}

/** A request whose body has not come as a whole. */
interface Arriving {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly since: number;
  bytes: number;
  heardAt: number;
}

/**
 * Slow bodies: idle ones, or JSON that arrives too slowly. All of them are looked at from time to time, because a timer for each
 * would cost more than most requests.
 */
function limitWaiting(server: FastifyInstance, { idleBodyMs, jsonBodyMs }: RequestLimits): void {
  const arriving = new Set<Arriving>();
  const look = (): void => {
    const now = performance.now();
    for (const each of arriving) {
      const { bytesRead } = each.request.raw.socket;
      if (bytesRead !== each.bytes) {
        each.bytes = bytesRead;
        each.heardAt = now;
      }
      if (now - each.heardAt > idleBodyMs || (isJson(each.request) && now - each.since > jsonBodyMs)) {
        arriving.delete(each);
        giveUp(each);
      }
    }
  };
  const timer = setInterval(look, Math.min(idleBodyMs, jsonBodyMs) / LOOKS).unref();
  server.addHook('onClose', async () => clearInterval(timer));
  server.addHook('preParsing', (request, reply, payload, done) => {
    if (hasBody(request)) {
      const now = performance.now();
      const entry: Arriving = { request, reply, since: now, bytes: request.raw.socket.bytesRead, heardAt: now };
      arriving.add(entry);
      request.raw.once('close', () => arriving.delete(entry));
    }
    done(null, payload);
  });
}

/** Says so; the connection ends with the answer, and nothing more of it is read. */
function giveUp({ reply }: Arriving): void {
  const error = new RequestTimeoutError('The request body did not arrive in time.', { where: 'body' });
  void reply.header('connection', 'close').send(error);
}

/** A bucket for each caller that fills steadily. */
function limitRate(server: FastifyInstance, perSecond: number): void {
  const buckets = new Map<string, { tokens: number; at: number }>();
  server.addHook('onRequest', (request, _reply, done) => {
    const { principal } = request;
    if (principal === undefined || principal.by === 'owner' || principal.by === 'open') {
      done();
      return;
    }
    const now = performance.now();
    const bucket = buckets.get(principal.name) ?? { tokens: perSecond * BURST_S, at: now };
    bucket.tokens = Math.min(perSecond * BURST_S, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
    bucket.at = now;
    if (buckets.size >= MOST_CALLERS) {
      buckets.clear();
    }
    buckets.set(principal.name, bucket);
    if (bucket.tokens < 1) {
      throw new RateLimitedError(`${principal.name} makes more than ${perSecond} requests a second.`, 1, {
        remedy: 'Send fewer and larger requests, e.g. log-batch instead of log-metric.'
      });
    }
    bucket.tokens -= 1;
    done();
  });
}

/** Of other requests nothing more will come, and their answers may take as long as they take. */
function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function isJson({ headers }: FastifyRequest): boolean {
  return (headers['content-type'] ?? '').includes('json');
}
