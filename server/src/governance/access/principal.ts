import { ROLE_SCOPES, type Membership, type Role, type Scope } from '@slipway/contract';

export const ALL_SCOPES: ReadonlySet<Scope> = new Set(ROLE_SCOPES.admin);

/** Who makes a request, and how far the credentials of this request go. */
export interface Principal {
  readonly name: string;
  /** Of the whole server. */
  readonly isAdmin: boolean;
  readonly scopes: ReadonlySet<Scope>;
  /** By project. */
  readonly roles: ReadonlyMap<string, Role>;
  /** Where the credentials are valid for one project only. */
  readonly project: string | null;
  /** How it proved itself: `open` is a server without authentication. */
  readonly by: 'open' | 'owner' | 'password' | 'token';
}

/** The owner of the data folder, who holds its token, or anyone where nothing is asked. */
export function owner(by: 'open' | 'owner'): Principal {
  return { name: 'owner', isAdmin: true, scopes: ALL_SCOPES, roles: new Map(), project: null, by };
}

/** Nothing is refused to it and nothing is hidden from it. */
export function isUnlimited(principal: Principal): boolean {
  return principal.isAdmin && principal.project === null && principal.scopes.size === ALL_SCOPES.size;
}

export function mayInProject(principal: Principal, scope: Scope, project: string): boolean {
  if (!principal.scopes.has(scope) || (principal.project !== null && principal.project !== project)) {
    return false;
  }
  const role = principal.roles.get(project);
  return principal.isAdmin || (role !== undefined && ROLE_SCOPES[role].includes(scope));
}

export function mayOnServer(principal: Principal, scope: Scope): boolean {
  return principal.isAdmin && principal.project === null && principal.scopes.has(scope);
}

/** In at least one project. */
export function maySomewhere(principal: Principal, scope: Scope): boolean {
  return principal.isAdmin
    ? principal.scopes.has(scope)
    : [...principal.roles.keys()].some(project => mayInProject(principal, scope, project));
}

export function membershipsOf(principal: Principal): Membership[] {
  return [...principal.roles].map(([project, role]) => ({ project, role }));
}
