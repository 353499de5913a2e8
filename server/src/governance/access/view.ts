import { DEFAULT_PROJECT, type AccessObject } from '@slipway/contract';
import { anyOf } from '../../platform/store/expressions.js';
import type { Store } from '../../platform/store/store.js';
import type { AccessControl } from './access-control.js';
import { isUnlimited, mayInProject, type Principal } from './principal.js';
import type { Projects } from './projects.js';

/** What one caller may see: lists are narrowed to it. */
export class View {
  readonly principal: Principal;
  readonly #control: AccessControl;
  readonly #store: Store;
  readonly #projects: Projects;
  /** Readable projects; undefined: all of them. */
  readonly #readable: ReadonlySet<string> | undefined;

  constructor(principal: Principal, store: Store, projects: Projects, control: AccessControl) {
    this.principal = principal;
    this.#control = control;
    this.#store = store;
    this.#projects = projects;
    this.#readable = readableBy(principal);
  }

  get isEverything(): boolean {
    return this.#readable === undefined;
  }

  /** The entities whose names belong to readable projects. */
  async named<T extends { readonly name: string }>(things: readonly T[]): Promise<T[]> {
    return this.#filter(things, ({ name }) => this.seesName(name));
  }

  async seesName(name: string): Promise<boolean> {
    return this.#readable === undefined || this.#readable.has(await this.#projects.ofName(name));
  }

  /** Ids of readable experiments; undefined: all of them. */
  async experiments(): Promise<number[] | undefined> {
    if (this.isEverything) {
      return undefined;
    }
    const all = await this.#store.reads.selectFrom('experiment').select(['id', 'name']).execute();
    return (await this.named(all)).map(({ id }) => id);
  }

  /** Names of readable projects; undefined: all of them. */
  get projects(): ReadonlySet<string> | undefined {
    return this.#readable;
  }

  /** The entities of readable notebook sessions. */
  async ofSessions<T extends { readonly session_id: string }>(things: readonly T[]): Promise<T[]> {
    const readable = this.#readable;
    if (readable === undefined) {
      return [...things];
    }
    const ids = [...new Set(things.map(each => each.session_id))];
    const rows = await this.#store.reads
      .selectFrom('session_project')
      .where(anyOf('session', ids))
      .selectAll()
      .execute();
    const projectOf = new Map(rows.map(row => [row.session, row.project]));
    return things.filter(each => readable.has(projectOf.get(each.session_id) ?? DEFAULT_PROJECT));
  }

  sees(kind: AccessObject, id: string): Promise<boolean> {
    return this.#control.allows(this.principal, 'read', kind, id);
  }

  async #filter<T>(things: readonly T[], keep: (thing: T) => Promise<boolean>): Promise<T[]> {
    if (this.isEverything) {
      return [...things];
    }
    const kept = await Promise.all(things.map(keep));
    return things.filter((_, index) => kept[index]);
  }
}

function readableBy(principal: Principal): ReadonlySet<string> | undefined {
  if (isUnlimited(principal) || (principal.isAdmin && principal.project === null && principal.scopes.has('read'))) {
    return undefined;
  }
  const candidates = principal.isAdmin && principal.project !== null ? [principal.project] : principal.roles.keys();
  return new Set([...candidates].filter(project => mayInProject(principal, 'read', project)));
}
