import { ROLE_SCOPES, Role, type AccessRule, type AccessTarget, type Scope } from '@slipway/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../../testing/test-server.js';
import { makeProject, makeUser, type ProjectObjects } from '../../../testing/two-projects.js';
import type { GuardedRoute } from './access-rules.js';

/** `nobody` has an account and no role; the others have theirs in a project of their own only. */
const CALLERS = ['nobody', ...Role.options] as const;
type Caller = (typeof CALLERS)[number];

let api: TestServer;
let other: ProjectObjects;
const own = new Map<Caller, ProjectObjects>();
const secrets = new Map<Caller, string>();

beforeAll(async () => {
  api = await startTestServer({ auth: 'users' });
  other = await makeProject(api, 'other');
  for (const caller of CALLERS) {
    const project = `${caller}-own`;
    own.set(caller, await makeProject(api, project));
    secrets.set(caller, await makeUser(api, caller, caller === 'nobody' ? {} : { [project]: caller }));
  }
}, 60_000);
afterAll(async () => {
  await api.stop();
});

/** What the rule says in plain words, computed apart from the code that is tested. */
function isAllowed(rule: AccessRule, caller: Caller, project: 'own' | 'other'): boolean {
  const has = (scope: Scope): boolean => caller !== 'nobody' && ROLE_SCOPES[caller].includes(scope);
  switch (rule.on) {
    case 'self':
      return true;
    case 'server':
      return false;
    case 'visible':
      return has(rule.scope);
    default:
      return (
        (project === 'own' || targetsOf(rule).length === 0) &&
        targetsOf(rule).every(each => has(each.scope ?? rule.scope)) &&
        has(rule.scope)
      );
  }
}

/** Asked for once is enough: with the fewest rights. */
function isTheSameForAll({ on }: AccessRule, caller: Caller): boolean {
  return on === 'self' && caller !== 'nobody';
}

function targetsOf({ on }: AccessRule): readonly AccessTarget[] {
  return typeof on === 'string' ? [] : on;
}

/** A request that names the project's objects wherever the rule looks for them, and nothing else that makes sense. */
function requestFor(route: GuardedRoute, rule: AccessRule, objects: ProjectObjects): { path: string; body?: unknown } {
  const parts: Record<'params' | 'query' | 'body', Record<string, unknown>> = { params: {}, query: {}, body: {} };
  const isBodiless = route.method === 'GET' || route.method === 'HEAD';
  for (const { kind, at } of targetsOf(rule)) {
    const [first = '', ...rest] = at.split('.');
    const inUrl = route.url.includes(`:${first}`) || (first === '*' && route.url.endsWith('*'));
    const place = !route.byField ? (first as keyof typeof parts) : inUrl ? 'params' : isBodiless ? 'query' : 'body';
    put(parts[place], route.byField ? [first, ...rest] : rest, objects[kind]);
    if (place === 'body' && route.byField && rest.length === 0) {
      // Routes that take bytes have their fields in the address.
      put(parts.query, [first], objects[kind]);
    }
  }
  const url = route.url
    .replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(parts.params[name] ?? 'none')))
    .replace('*', String(parts.params['*'] ?? 'none'));
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(parts.query)) {
    [value].flat().forEach(each => search.append(key, String(each)));
  }
  const query = search.toString();
  return { path: query === '' ? url : `${url}?${query}`, ...(isBodiless ? {} : { body: parts.body }) };
}

function put(into: Record<string, unknown>, [step = '', ...rest]: readonly string[], value: string): void {
  const name = step.replace('[]', '');
  const isList = name !== step;
  if (rest.length === 0) {
    into[name] = isList ? [value] : value;
    return;
  }
  const inner: Record<string, unknown> = {};
  put(inner, rest, value);
  into[name] = isList ? [inner] : inner;
}

async function statusOf(
  route: GuardedRoute,
  request: { path: string; body?: unknown },
  secret: string
): Promise<number> {
  const { status } = await api.call(route.method, request.path, request.body, {
    authorization: secret === '' ? '' : `Bearer ${secret}`
  });
  return status;
}

const isRefusal = (status: number): boolean => status === 401 || status === 403;

describe('every route, with each role, on objects of the own project and of another', () => {
  for (const project of ['other', 'own'] as const) {
    for (const caller of CALLERS) {
      it(`is ${project === 'other' ? 'refused' : 'answered as the rule says'} for ${caller} in ${project === 'other' ? 'another' : 'its own'} project`, async () => {
        const objects = (project === 'own' ? own.get(caller) : undefined) ?? other;
        const wrong: string[] = [];
        for (const route of api.server.routes) {
          if (route.access === 'public' || route.method === 'HEAD' || isTheSameForAll(route.access, caller)) {
            continue;
          }
          const request = requestFor(route, route.access, objects);
          const status = await statusOf(route, request, secrets.get(caller) ?? '');
          const allowed = isAllowed(route.access, caller, project);
          if (isRefusal(status) === allowed || status === 500) {
            wrong.push(`${route.method} ${request.path}: ${status}, but should be ${allowed ? 'allowed' : 'refused'}`);
          }
        }
        expect(wrong).toEqual([]);
      }, 60_000);
    }
  }

  it('is refused without credentials, and with wrong ones', async () => {
    for (const route of api.server.routes.filter(each => each.access !== 'public' && each.method !== 'HEAD')) {
      const request = { path: route.url.replace(/:\w+|\*/g, 'x'), ...(route.method === 'GET' ? {} : { body: {} }) };
      for (const secret of ['', `slp_${'0'.repeat(16)}_${'A'.repeat(43)}`]) {
        expect([route.url, await statusOf(route, request, secret)]).toEqual([route.url, 401]);
      }
    }
  }, 60_000);

  it('has a rule; without one a server does not start', () => {
    expect(api.server.routes.length).toBeGreaterThan(100);
    const open = api.server.routes.filter(route => route.access === 'public').map(route => route.url);
    expect([...new Set(open)].sort()).toEqual([
      '/',
      // Parts carry the pass of their upload instead.
      '/ajax-api/2.0/mlflow-artifacts/mpu/part/:upload/:number',
      '/api/2.0/mlflow-artifacts/mpu/part/:upload/:number',
      '/health',
      '/ready',
      '/version'
    ]);
  });
});
