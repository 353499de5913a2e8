import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SlipwayError } from '../errors.js';

export interface SecurityOptions {
  /** What `Authorization: Bearer` must say; also accepted as the password of HTTP Basic, which MLflow's client sends. */
  readonly token: string;
  /** Origins, such as `http://localhost:8888`, whose pages may call this server directly. */
  readonly allowedOrigins: readonly string[];
}

const PUBLIC_PATHS = new Set(['/health', '/version']);
const LOOPBACK_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Refuses what a page of another site could make a browser send: foreign host names (DNS rebinding), foreign origins,
 * and everything without the token.
 */
export function secure(server: FastifyInstance, options: SecurityOptions): void {
  server.addHook('onRequest', async (request, reply) => {
    const authenticated = isAuthenticated(request, options.token);
    refuseForeignHost(request, authenticated);
    refuseForeignOrigin(request, reply, options.allowedOrigins);
    if (request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined) {
      return answerPreflight(reply);
    }
    if (!authenticated && !PUBLIC_PATHS.has(pathOf(request))) {
      void reply.header('www-authenticate', 'Basic realm="Slipway", Bearer');
      throw new SlipwayError('UNAUTHENTICATED', 'This request carries no valid token.', {
        where: 'headers.authorization',
        remedy: 'Send `Authorization: Bearer <token>`; the token lies in the file `token` of the data folder.'
      });
    }
    return undefined;
  });
}

/** A proxy of JupyterLab's passes on the name under which the browser knows it; it proves itself by the token. */
function refuseForeignHost(request: FastifyRequest, authenticated: boolean): void {
  const host = request.headers.host ?? '';
  const throughProxy = authenticated && request.headers['x-forwarded-prefix'] !== undefined;
  if (!LOOPBACK_NAMES.has(nameOf(host)) && !throughProxy) {
    throw new SlipwayError('FORBIDDEN_ORIGIN', `This server does not answer under the name ${host || '(none)'}.`, {
      where: 'headers.host',
      remedy: 'Use 127.0.0.1 or localhost, or go through JupyterLab.'
    });
  }
}

function refuseForeignOrigin(request: FastifyRequest, reply: FastifyReply, allowed: readonly string[]): void {
  const { origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  if (origin === undefined) {
    if (site === 'cross-site' && request.method !== 'GET' && request.method !== 'HEAD') {
      throw foreign('a page of another site');
    }
    return;
  }
  if (allowed.includes(origin)) {
    void reply.header('access-control-allow-origin', origin).header('vary', 'Origin');
    return;
  }
  if (site !== 'same-origin' && hostOf(origin) !== request.headers.host) {
    throw foreign(origin);
  }
}

function foreign(origin: string): SlipwayError {
  return new SlipwayError('FORBIDDEN_ORIGIN', `Pages of ${origin} may not call this server.`, {
    where: 'headers.origin',
    remedy: 'Go through JupyterLab, or start the server with --allow-origin.'
  });
}

async function answerPreflight(reply: FastifyReply): Promise<FastifyReply> {
  return reply
    .header('access-control-allow-methods', 'GET, POST, PUT, PATCH, DELETE')
    .header('access-control-allow-headers', 'authorization, content-type, last-event-id')
    .header('access-control-max-age', '600')
    .code(204)
    .send();
}

function isAuthenticated(request: FastifyRequest, token: string): boolean {
  const [scheme, value] = (request.headers.authorization ?? '').split(' ', 2);
  if (value === undefined) {
    return false;
  }
  switch (scheme?.toLowerCase()) {
    case 'bearer':
      return sameSecret(value, token);
    case 'basic': {
      const text = Buffer.from(value, 'base64').toString('utf8');
      return sameSecret(text.slice(text.indexOf(':') + 1), token);
    }
    default:
      return false;
  }
}

/** Digests have one length, so that neither length nor content shows in the time it takes. */
function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '';
}

function nameOf(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase();
}

function hostOf(origin: string): string {
  try {
    return new URL(origin).host;
  } catch {
    return '';
  }
}
