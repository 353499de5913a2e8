import { createHash, timingSafeEqual } from 'node:crypto';
import type { ApiToken, User } from '@slipway/contract';
import { TOKEN_PATTERN, type ApiTokens } from './api-tokens.js';
import { readCredentials, type Credentials } from './credentials.js';
import { LoginThrottle } from './login-throttle.js';
import { ALL_SCOPES, owner, type Principal } from './principal.js';
import type { Users } from './users.js';

/**
 * What a server asks of its callers: nothing (`none`, only for a server that nobody else can reach), the token of its data
 * folder, or a user's password or API token; the folder's token is then its administrator.
 */
export type AuthMode = 'none' | 'token' | 'users';

/** How long a verified password or token is not checked again, unless something was changed here. */
const REMEMBER_MS = 15_000;
const MOST_REMEMBERED = 1000;
const FORGIVEN = { nameAtAddress: 5, address: 50, name: 200 };

interface Remembered {
  readonly principal: Principal;
  readonly until: number;
}

export interface AuthenticatorOptions {
  readonly mode: AuthMode;
  /** Of the data folder. */
  readonly ownerToken: string;
  readonly users: Users;
  readonly tokens: ApiTokens;
}

/** Finds out who makes a request. What was found right is remembered for moments, so that busy clients cost nothing. */
export class Authenticator {
  readonly mode: AuthMode;
  readonly #options: AuthenticatorOptions;
  readonly #ownerDigest: Buffer;
  readonly #throttle = new LoginThrottle();
  readonly #remembered = new Map<string, Remembered>();
  /** Counts changes, so that what was being checked while one was made is not remembered. */
  #changes = 0;

  constructor(options: AuthenticatorOptions) {
    this.mode = options.mode;
    this.#options = options;
    this.#ownerDigest = digestOf(options.ownerToken);
  }

  /**
   * @param address of the caller, for the limit on failed logins.
   * @returns undefined when the credentials are missing or wrong.
   * @throws RateLimitedError after too many wrong passwords.
   */
  authenticate(header: string | undefined, address: string): Principal | undefined | Promise<Principal | undefined> {
    if (this.#isOwner(header)) {
      return owner('owner');
    }
    if (this.mode !== 'users') {
      return this.mode === 'none' ? owner('open') : undefined;
    }
    const credentials = readCredentials(header);
    if (credentials.kind === 'none') {
      return undefined;
    }
    const key = digestOf(header ?? '').toString('base64');
    const known = this.#remembered.get(key);
    return known !== undefined && known.until > performance.now()
      ? known.principal
      : this.#verify(credentials, key, address);
  }

  /** After a change of users, roles or tokens: what was remembered is asked for again. */
  forget(): void {
    this.#changes += 1;
    this.#remembered.clear();
  }

  /** Is this the user's password? Counts as a login. @throws RateLimitedError */
  async isPassword(name: string, password: string, address: string): Promise<boolean> {
    return (await this.#login(name, password, address)) !== undefined;
  }

  #isOwner(header: string | undefined): boolean {
    if (header === undefined) {
      return false;
    }
    // Digests have one length, so that neither length nor content shows in the time it takes.
    return timingSafeEqual(digestOf(secretOf(readCredentials(header))), this.#ownerDigest);
  }

  async #verify(credentials: Credentials, key: string, address: string): Promise<Principal | undefined> {
    const changes = this.#changes;
    const principal = await this.#principalOf(credentials, address);
    if (principal !== undefined && changes === this.#changes) {
      if (this.#remembered.size >= MOST_REMEMBERED) {
        this.#remembered.clear();
      }
      this.#remembered.set(key, { principal, until: performance.now() + REMEMBER_MS });
    }
    return principal;
  }

  async #principalOf(credentials: Credentials, address: string): Promise<Principal | undefined> {
    const secret = secretOf(credentials);
    if (TOKEN_PATTERN.test(secret)) {
      const token = await this.#options.tokens.verify(secret);
      const user = token === undefined ? undefined : await this.#options.users.find(token.user);
      return token === undefined || user === undefined ? undefined : byToken(user, token);
    }
    if (credentials.kind !== 'password') {
      return undefined;
    }
    const user = await this.#login(credentials.name, credentials.password, address);
    return user === undefined ? undefined : byPassword(user);
  }

  async #login(name: string, password: string, address: string): Promise<User | undefined> {
    const keys = [
      { key: `${address} ${name}`, forgiven: FORGIVEN.nameAtAddress },
      { key: address, forgiven: FORGIVEN.address },
      { key: `name ${name}`, forgiven: FORGIVEN.name }
    ];
    return this.#throttle.attempt(keys, () => this.#options.users.verify(name, password));
  }
}

function byPassword(user: User): Principal {
  return {
    name: user.name,
    isAdmin: user.is_admin,
    scopes: ALL_SCOPES,
    roles: rolesOf(user),
    project: null,
    by: 'password'
  };
}

function byToken(user: User, { scopes, project }: ApiToken): Principal {
  return {
    name: user.name,
    isAdmin: user.is_admin,
    scopes: new Set(scopes),
    roles: rolesOf(user),
    project,
    by: 'token'
  };
}

function rolesOf(user: User): Principal['roles'] {
  return new Map(user.memberships.map(({ project, role }) => [project, role]));
}

/** MLflow's client sends a token as bearer, or as the password of any name. */
function secretOf(credentials: Credentials): string {
  switch (credentials.kind) {
    case 'none':
      return '';
    case 'secret':
      return credentials.secret;
    case 'password':
      return credentials.password;
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
