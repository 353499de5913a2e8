import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SlipwayError } from '../../platform/errors.js';
import { externalHost } from './forwarded.js';

export interface SecurityOptions {
  /** Origins, such as `http://localhost:8888`, whose pages may call this server directly. */
  readonly allowedOrigins: readonly string[];
  /** Names, beside those of this machine itself, under which the server answers; `*` is any. */
  readonly allowedHosts: readonly string[];
}

const PROBES = new Set(['/health', '/ready']);
const LOOPBACK_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Refuses what a page of another site could make a browser send: foreign host names (DNS rebinding) and foreign origins.
 * Comes after authentication, because JupyterLab's proxy proves itself by the owner's token.
 */
export function refuseForeignPages(server: FastifyInstance, options: SecurityOptions): void {
  const hosts = new Set([...LOOPBACK_NAMES, ...options.allowedHosts.map(host => host.toLowerCase())]);
  server.addHook('onRequest', (request, reply, done) => {
    refuseForeignHost(request, hosts);
    refuseForeignOrigin(request, reply, options.allowedOrigins);
    if (request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined) {
      answerPreflight(reply);
    } else {
      done();
    }
  });
}

/** A proxy of JupyterLab's passes on the name under which the browser knows it; only it and the owner hold the token. */
function refuseForeignHost(request: FastifyRequest, allowed: ReadonlySet<string>): void {
  // Probes of load balancers and orchestrators come by address, and learn nothing but whether it works.
  if (PROBES.has(request.routeOptions.url ?? '')) {
    return;
  }
  const { host = '' } = request.headers;
  const names = [host, externalHost(request) ?? host].map(name => name.toLowerCase());
  const throughProxy = request.principal?.by === 'owner' && request.headers['x-forwarded-prefix'] !== undefined;
  const isAllowed = names.some(name => allowed.has(name) || allowed.has(nameOf(name)));
  if (!allowed.has('*') && !isAllowed && !throughProxy) {
    throw new SlipwayError('FORBIDDEN_ORIGIN', `This server does not answer under the name ${host || '(none)'}.`, {
      where: 'headers.host',
      remedy: 'Use 127.0.0.1 or localhost, go through JupyterLab, or start the server with --allowed-hosts.'
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
  const own = [request.headers.host, externalHost(request)];
  if (site !== 'same-origin' && !own.includes(hostOf(origin))) {
    throw foreign(origin);
  }
}

function foreign(origin: string): SlipwayError {
  return new SlipwayError('FORBIDDEN_ORIGIN', `Pages of ${origin} may not call this server.`, {
    where: 'headers.origin',
    remedy: 'Go through JupyterLab, or start the server with --allow-origin.'
  });
}

function answerPreflight(reply: FastifyReply): void {
  void reply
    .header('access-control-allow-methods', 'GET, POST, PUT, PATCH, DELETE')
    .header('access-control-allow-headers', 'authorization, content-type, last-event-id')
    .header('access-control-max-age', '600')
    .code(204)
    .send();
}

function nameOf(host: string): string {
  return host.replace(/:\d+$/, '');
}

function hostOf(origin: string): string {
  try {
    return new URL(origin).host;
  } catch {
    return '';
  }
}
