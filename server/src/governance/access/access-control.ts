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

  /** What does not exist may be requested by anyone with the scope somewhere: the answer is that it does not exist. */
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
        const place = `the project of the ${target.kind.replaceAll('-', ' ')} ${id}`;
        refuseUnless(allowed, principal, needed, place, target.kind);
      }
    }
  }
}

/** @param kind of what it is refused for; objects that are named after a project can be named after another one. */
function refuseUnless(allowed: boolean, principal: Principal, scope: Scope, where: string, kind?: AccessObject): void {
  if (!allowed) {
    throw new PermissionDeniedError(`${principal.name} may not ${scope} in ${where}.`, {
      remedy:
        nameInOwnProject(principal, scope, kind) ??
        (principal.by === 'token'
          ? 'Use a token with this scope, or ask an administrator of the project for a role that has it.'
          : 'Ask an administrator of the project for a role that has it.')
    });
  }
}

/** A run without an experiment goes to the default one, where members of other projects may not log. */
function nameInOwnProject(principal: Principal, scope: Scope, kind: AccessObject | undefined): string | undefined {
  const projects = [...principal.roles.keys()].filter(project => mayInProject(principal, scope, project));
  if (projects.length === 0 || scope === 'read') {
    return undefined;
  }
  const names = projects.map(project => `${project}.…`).join(' or ');
  switch (kind) {
    case 'run':
    case 'experiment':
    case 'experiment-name':
      return `Use an experiment whose name begins with its project, ${names}, e.g. mlflow.set_experiment("${projects[0]}.my-experiment").`;
    case 'model':
    case 'dataset':
      return `Use a name that begins with its project: ${names}.`;
    default:
      return undefined;
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
