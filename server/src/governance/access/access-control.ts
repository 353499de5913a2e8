import type { AccessObject, AccessRule, AccessTarget, Scope } from '@slipway/contract';
import { PermissionDeniedError } from '../../platform/errors.js';
import type { ObjectProjects } from './object-projects.js';
import { isUnlimited, mayInProject, mayOnServer, maySomewhere, type Principal } from './principal.js';

/** A request as rules look at it: parts, or fields, by name. */
export type RequestFields = Readonly<Record<string, unknown>>;

/** Decides whether a request is allowed: what no rule allows is refused. */
export class AccessControl {
  readonly #objects: ObjectProjects;

  constructor(objects: ObjectProjects) {
    this.#objects = objects;
  }

  /**
   * @param request read only when it matters.
   * @throws PermissionDeniedError, as a rejection where the database had to be asked.
   */
  require(principal: Principal, rule: AccessRule, request: () => RequestFields): void | Promise<void> {
    if (isUnlimited(principal)) {
      return;
    }
    switch (rule.on) {
      case 'self':
        return;
      case 'server':
        return refuseUnless(mayOnServer(principal, rule.scope), principal, rule.scope, 'this server');
      case 'visible':
        return refuseUnless(maySomewhere(principal, rule.scope), principal, rule.scope, 'any project');
      default:
        return this.#requireAll(principal, rule.scope, rule.on, request());
    }
  }

  /** What does not exist may be asked for by whoever has the scope somewhere: the answer is that it does not exist. */
  async allows(principal: Principal, scope: Scope, kind: AccessObject, id: string): Promise<boolean> {
    if (isUnlimited(principal)) {
      return true;
    }
    const projects = await this.#objects.of(kind, id);
    return projects === undefined
      ? maySomewhere(principal, scope)
      : projects.some(project => mayInProject(principal, scope, project));
  }

  async #requireAll(
    principal: Principal,
    scope: Scope,
    targets: readonly AccessTarget[],
    request: RequestFields
  ): Promise<void> {
    refuseUnless(maySomewhere(principal, scope), principal, scope, 'any project');
    for (const target of targets) {
      const needed = target.scope ?? scope;
      for (const id of new Set(valuesAt(request, target))) {
        const allowed = await this.allows(principal, needed, target.kind, id);
        refuseUnless(allowed, principal, needed, `the project of the ${target.kind.replaceAll('-', ' ')} ${id}`);
      }
    }
  }
}

function refuseUnless(allowed: boolean, principal: Principal, scope: Scope, where: string): void {
  if (!allowed) {
    throw new PermissionDeniedError(`${principal.name} may not ${scope} in ${where}.`, {
      remedy:
        principal.by === 'token'
          ? 'Use a token with this scope, or ask an administrator of the project for a role that has it.'
          : 'Ask an administrator of the project for a role that has it.'
    });
  }
}

/** `body.parents[].name` is the name of every parent; numbers are ids too. */
function valuesAt(request: RequestFields, { at, absent }: AccessTarget): string[] {
  let found: unknown[] = [request];
  for (const step of at.split('.')) {
    const list = step.endsWith('[]');
    const name = list ? step.slice(0, -2) : step;
    found = found.map(each => (isObject(each) ? each[name] : undefined));
    if (list) {
      // A query string cannot tell one value from a list of one.
      found = found.flatMap(each => each);
    }
  }
  const values = found
    .filter(value => typeof value === 'string' || typeof value === 'number')
    .map(String)
    .filter(value => value !== '');
  return values.length === 0 && absent !== undefined ? [absent] : values;
}

function isObject(value: unknown): value is RequestFields {
  return typeof value === 'object' && value !== null;
}
