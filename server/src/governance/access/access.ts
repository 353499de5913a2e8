import type {
  ApiToken,
  CallerInfo,
  NewApiToken,
  NewPassword,
  NewUser,
  Project,
  Role,
  Scope,
  User
} from '@slipway/contract';
import { InvalidRequestError, PermissionDeniedError } from '../../platform/errors.js';
import type { Store } from '../../platform/store/store.js';
import { AccessControl } from './access-control.js';
import { ApiTokens } from './api-tokens.js';
import { Authenticator, type AuthMode } from './authenticator.js';
import { ObjectProjects } from './object-projects.js';
import { mayInProject, membershipsOf, mayOnServer, type Principal } from './principal.js';
import { Projects } from './projects.js';
import { RecordPermissions } from './record-permissions.js';
import { Users } from './users.js';
import { View } from './view.js';

export interface AccessOptions {
  readonly mode: AuthMode;
  /** Of the data folder. */
  readonly ownerToken: string;
}

/** Users, tokens and projects, and what follows from them for each request. Every change is in force at once. */
export class Access {
  readonly authenticator: Authenticator;
  readonly control: AccessControl;
  readonly records: RecordPermissions;
  readonly #store: Store;
  readonly #users: Users;
  readonly #tokens: ApiTokens;
  readonly #projects: Projects;

  constructor(store: Store, options: AccessOptions) {
    this.#store = store;
    this.#users = new Users(store);
    this.#tokens = new ApiTokens(store);
    this.#projects = new Projects(store);
    this.authenticator = new Authenticator({ ...options, users: this.#users, tokens: this.#tokens });
    this.control = new AccessControl(new ObjectProjects(store, this.#projects));
    this.records = new RecordPermissions(store, this.control);
  }

  viewOf(principal: Principal): View {
    return new View(principal, this.#store, this.#projects, this.control);
  }

  describe(principal: Principal): CallerInfo {
    return {
      name: principal.name,
      is_admin: principal.isAdmin,
      scopes: [...principal.scopes],
      memberships: membershipsOf(principal)
    };
  }

  listUsers(): Promise<User[]> {
    return this.#users.list();
  }

  /** @throws NotFoundError */
  getUser(name: string): Promise<User> {
    return this.#users.get(name);
  }

  /** @throws AlreadyExistsError */
  createUser({ name, password, is_admin }: NewUser): Promise<User> {
    return this.#users.create(name, password, is_admin);
  }

  /** @throws NotFoundError */
  setAdmin(name: string, isAdmin: boolean): Promise<User> {
    return this.#changing(this.#users.setAdmin(name, isAdmin));
  }

  /** @throws NotFoundError */
  removeUser(name: string): Promise<void> {
    return this.#changing(this.#users.remove(name));
  }

  /**
   * Administrators of the server change any password; others their own, with the one they have now: in the request, or as what
   * they logged in with.
   *
   * @throws PermissionDeniedError, NotFoundError, RateLimitedError
   */
  async setPassword(principal: Principal, name: string, change: NewPassword, address: string): Promise<void> {
    if (!mayOnServer(principal, 'admin')) {
      const proven =
        principal.name === name &&
        principal.by !== 'open' &&
        (change.current_password === undefined
          ? principal.by === 'password'
          : await this.authenticator.isPassword(name, change.current_password, address));
      if (!proven) {
        throw new PermissionDeniedError(`${principal.name} may not change the password of ${name}.`, {
          where: 'body.current_password',
          remedy: 'Give the current password of your own account, or ask an administrator of the server.'
        });
      }
    }
    await this.#changing(this.#users.setPassword(name, change.password));
  }

  /** One's own; all of them for administrators of the server. */
  listTokens(principal: Principal): Promise<ApiToken[]> {
    return this.#tokens.list(mayOnServer(principal, 'admin') ? undefined : principal.name);
  }

  /**
   * A token never allows more than what it was made with.
   *
   * @throws PermissionDeniedError, InvalidRequestError (nobody to give it to), NotFoundError for the user.
   */
  async createToken(
    principal: Principal,
    request: NewApiToken & { scopes: readonly Scope[] }
  ): Promise<ApiToken & { secret: string }> {
    const isAdmin = mayOnServer(principal, 'admin');
    const user = request.user ?? principal.name;
    if (request.user === undefined && (principal.by === 'owner' || principal.by === 'open')) {
      throw new InvalidRequestError('This token has no user.', { where: 'body.user', remedy: 'Name one.' });
    }
    const beyond = request.scopes.filter(scope => !principal.scopes.has(scope));
    const widens = principal.project !== null && request.project !== principal.project;
    const mayMake = principal.by !== 'token' || principal.scopes.has('admin');
    if (!mayMake || beyond.length > 0 || widens || (user !== principal.name && !isAdmin)) {
      throw new PermissionDeniedError(`${principal.name} may not create this token.`, {
        remedy: 'Log in with a password, and request only scopes that you have, for your own account.'
      });
    }
    await this.#users.get(user);
    const { description = '', scopes, project = null, expires_in_days = null } = request;
    return this.#tokens.create({ user, description, scopes, project, expires_in_days });
  }

  /** @throws NotFoundError, also for a token of somebody else. */
  revokeToken(principal: Principal, id: string): Promise<void> {
    return this.#changing(this.#tokens.revoke(id, mayOnServer(principal, 'admin') ? undefined : principal.name));
  }

  /** Projects that the principal reads; members are shown to those who administer them. */
  async listProjects(principal: Principal): Promise<Project[]> {
    const all = await this.#projects.list();
    return all
      .filter(({ name }) => mayInProject(principal, 'read', name))
      .map(project => (mayInProject(principal, 'admin', project.name) ? project : { ...project, members: [] }));
  }

  hasProject(name: string): Promise<boolean> {
    return this.#projects.has(name);
  }

  /** @throws AlreadyExistsError */
  createProject(name: string): Promise<Project> {
    return this.#projects.create(name);
  }

  /** @throws NotFoundError, InvalidStateError for the default project. */
  removeProject(name: string): Promise<void> {
    return this.#changing(this.#projects.remove(name));
  }

  /** @throws NotFoundError */
  setMember(project: string, user: string, role: Role): Promise<Project> {
    return this.#changing(this.#projects.setMember(project, user, role));
  }

  /** @throws NotFoundError */
  removeMember(project: string, user: string): Promise<Project> {
    return this.#changing(this.#projects.removeMember(project, user));
  }

  async #changing<T>(change: Promise<T>): Promise<T> {
    const result = await change;
    this.authenticator.forget();
    return result;
  }
}
