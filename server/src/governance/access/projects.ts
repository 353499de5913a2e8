import { DEFAULT_PROJECT, type Project, type Role } from '@slipway/contract';
import { AlreadyExistsError, InvalidStateError, NotFoundError } from '../../platform/errors.js';
import { groupRows } from '../../platform/store/group-rows.js';
import type { Store } from '../../platform/store/store.js';

/** Another process on the same database may add a project: until this time has passed, names are resolved by what was known before. */
const FRESH_MS = 5000;

/** Projects: namespaces of names, with members. */
export class Projects {
  readonly #store: Store;
  #known: ReadonlySet<string> = new Set();
  #readAt = -Infinity;

  constructor(store: Store) {
    this.#store = store;
  }

  /** The default project and those that were added, by name. */
  async list(): Promise<Project[]> {
    const { reads } = this.#store;
    const rows = await reads.selectFrom('project').select('name').orderBy('name').execute();
    const members = await reads.selectFrom('project_member').selectAll().orderBy('user_name').execute();
    const membersOf = groupRows(members, member => member.project);
    return [DEFAULT_PROJECT, ...rows.map(row => row.name)].map(name => ({
      name,
      members: (membersOf.get(name) ?? []).map(({ user_name: user, role }) => ({ user, role }))
    }));
  }

  async has(name: string): Promise<boolean> {
    return name === DEFAULT_PROJECT || (await this.#read()).has(name);
  }

  /** @throws NotFoundError */
  async get(name: string): Promise<Project> {
    const project = (await this.list()).find(each => each.name === name);
    if (project === undefined) {
      throw new NotFoundError(`There is no project named ${name}.`);
    }
    return project;
  }

  /** @throws AlreadyExistsError */
  async create(name: string): Promise<Project> {
    if (name === DEFAULT_PROJECT || (await this.#read()).has(name)) {
      throw new AlreadyExistsError(`The project ${name} exists already.`, { where: 'body.name' });
    }
    await this.#store.writes
      .insertInto('project')
      .values({ name, created_at: Date.now() })
      .onConflict(conflict => conflict.doNothing())
      .execute();
    this.#readAt = -Infinity;
    return this.get(name);
  }

  /** Its members lose their roles; tokens for it are useless. @throws NotFoundError, InvalidStateError */
  async remove(name: string): Promise<void> {
    if (name === DEFAULT_PROJECT) {
      throw new InvalidStateError('The default project cannot be removed.');
    }
    await this.get(name);
    await this.#store.writes.transaction().execute(async db => {
      await db.deleteFrom('project_member').where('project', '=', name).execute();
      await db.deleteFrom('session_project').where('project', '=', name).execute();
      await db.deleteFrom('api_token').where('project', '=', name).execute();
      await db.deleteFrom('project').where('name', '=', name).execute();
    });
    this.#readAt = -Infinity;
  }

  /** @throws NotFoundError for the project or the user. */
  async setMember(project: string, user: string, role: Role): Promise<Project> {
    await this.get(project);
    const { reads, writes } = this.#store;
    const known = await reads.selectFrom('user_account').where('name', '=', user).select('name').executeTakeFirst();
    if (known === undefined) {
      throw new NotFoundError(`There is no user named ${user}.`);
    }
    await writes
      .insertInto('project_member')
      .values({ project, user_name: user, role })
      .onConflict(conflict => conflict.columns(['project', 'user_name']).doUpdateSet({ role }))
      .execute();
    return this.get(project);
  }

  /** Nothing happens when the user has no role in it. @throws NotFoundError for the project. */
  async removeMember(project: string, user: string): Promise<Project> {
    await this.get(project);
    await this.#store.writes
      .deleteFrom('project_member')
      .where('project', '=', project)
      .where('user_name', '=', user)
      .execute();
    return this.get(project);
  }

  /** The project that a name belongs to: the part before its first dot, when that is a project. */
  async ofName(name: string): Promise<string> {
    const dot = name.indexOf('.');
    const prefix = dot < 0 ? '' : name.slice(0, dot);
    return prefix !== '' && (await this.#read()).has(prefix) ? prefix : DEFAULT_PROJECT;
  }

  async #read(): Promise<ReadonlySet<string>> {
    if (performance.now() - this.#readAt > FRESH_MS) {
      const rows = await this.#store.reads.selectFrom('project').select('name').execute();
      this.#known = new Set(rows.map(row => row.name));
      this.#readAt = performance.now();
    }
    return this.#known;
  }
}
