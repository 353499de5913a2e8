import type { AccessRule } from '@slipway/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RequestFields } from '../../governance/access/access-control.js';
import type { Access } from '../../governance/access/access.js';
import type { Principal } from '../../governance/access/principal.js';
import type { View } from '../../governance/access/view.js';
import { SlipwayError } from '../../platform/errors.js';

export interface GuardedRoute {
  readonly method: string;
  /** As Fastify writes it: `:name` and `*` match anything. */
  readonly url: string;
  readonly access: AccessRule | 'public';
  /** Whether the places of its rule are fields, wherever they are, rather than `params.…`, `query.…` or `body.…`. */
  readonly byField: boolean;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; undefined on public routes, and until it is known. */
    principal: Principal | undefined;
  }
  interface FastifyInstance {
    /** Every route there is, with its rule. */
    guardedRoutes: readonly GuardedRoute[];
  }
  interface FastifyContextConfig {
    /** Who may call the route. A route without it cannot be registered. */
    access?: AccessRule | 'public';
    /** What the rule's places are looked up in; absent: `{ params, query, body }`. */
    fieldsOf?: (request: FastifyRequest) => RequestFields;
  }
}

/** Finds out who makes each request, before its body is read; whether that is enough is decided later. */
export function identifyCallers(server: FastifyInstance, { authenticator }: Access): void {
  server.decorateRequest('principal', undefined);
  server.addHook('onRequest', (request, _reply, done) => {
    const found = authenticator.authenticate(request.headers.authorization, request.callerAddress);
    if (found instanceof Promise) {
      found.then(principal => {
        request.principal = principal;
        done();
      }, done);
    } else {
      request.principal = found;
      done();
    }
  });
}

/**
 * Refuses requests without a caller, and holds the others to the rule of their route once the body is known. A route that
 * has no rule cannot be registered after this, so that none is forgotten.
 */
export function holdToRules(server: FastifyInstance, { authenticator, control }: Access): void {
  const guarded: GuardedRoute[] = [];
  server.decorate('guardedRoutes', guarded);
  server.addHook('onRoute', ({ method, url, config }) => {
    const access = config?.access;
    if (access === undefined) {
      throw new TypeError(`The route ${String(method)} ${url} does not say who may call it.`);
    }
    const byField = config?.fieldsOf !== undefined;
    guarded.push(...[method].flat().map(each => ({ method: each, url, access, byField })));
  });
  server.addHook('onRequest', (request, reply, done) => {
    if (request.principal === undefined && ruleOf(request) !== 'public') {
      void reply.header('www-authenticate', 'Basic realm="Slipway", Bearer');
      throw unauthenticated(authenticator.mode);
    }
    done();
  });
  server.addHook('preHandler', (request, _reply, done) => {
    const rule = ruleOf(request);
    const { principal, params, query, body } = request;
    // An address without a route has no rule: the answer is that there is none.
    if (rule === undefined || rule === 'public' || principal === undefined) {
      done();
      return;
    }
    const { fieldsOf } = request.routeOptions.config;
    const checked = control.require(principal, rule, () => fieldsOf?.(request) ?? { params, query, body });
    if (checked === undefined) {
      done();
    } else {
      checked.then(() => done(), done);
    }
  });
}

function ruleOf(request: FastifyRequest): AccessRule | 'public' | undefined {
  // Fastify leaves it out for addresses without a route, whatever its types say.
  return (request.routeOptions.config as FastifyRequest['routeOptions']['config'] | undefined)?.access;
}

/** Who makes a request of a guarded route. */
export function principalOf({ principal }: FastifyRequest): Principal {
  if (principal === undefined) {
    throw new TypeError('A public route has no caller.');
  }
  return principal;
}

export function viewOf(access: Access, request: FastifyRequest): View {
  return access.viewOf(principalOf(request));
}

function unauthenticated(mode: Access['authenticator']['mode']): SlipwayError {
  return new SlipwayError('UNAUTHENTICATED', 'This request carries no valid credentials.', {
    where: 'headers.authorization',
    remedy:
      mode === 'users'
        ? 'Send your name and password as HTTP Basic, or an API token as `Authorization: Bearer <token>`.'
        : 'Send `Authorization: Bearer <token>`; the token is in the file `token` of the data folder.'
  });
}
