import type { User } from '@slipway/contract';
import { AlreadyExistsError, NotFoundError } from '../../platform/errors.js';
import { anyOf } from '../../platform/store/expressions.js';
import { groupRows } from '../../platform/store/group-rows.js';
import type { Store } from '../../platform/store/store.js';
import { hashPassword, verifyPassword } from './password.js';

/** Checked for a name that does not exist, so that it takes as long as one that does. Made when it is first needed. */
let nobody: Promise<string> | undefined;

/** Accounts of people and of machines. */
export class Users {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** By name. */
  async list(): Promise<User[]> {
    return this.#select();
  }

  /** @throws NotFoundError */
  async get(name: string): Promise<User> {
    const [user] = await this.#select(name);
    if (user === undefined) {
      throw new NotFoundError(`There is no user named ${name}.`);
    }
    return user;
  }

  /** @throws AlreadyExistsError */
  async create(name: string, password: string, isAdmin: boolean): Promise<User> {
    const { numInsertedOrUpdatedRows } = await this.#store.writes
      .insertInto('user_account')
      .values({ name, password: await hashPassword(password), is_admin: isAdmin ? 1 : 0, created_at: Date.now() })
      .onConflict(conflict => conflict.doNothing())
      .executeTakeFirst();
    if (numInsertedOrUpdatedRows === 0n) {
      throw new AlreadyExistsError(`The user ${name} exists already.`, { where: 'body.name' });
    }
    return this.get(name);
  }

  /** Existing tokens stay valid: they are revoked on their own. @throws NotFoundError */
  async setPassword(name: string, password: string): Promise<void> {
    await this.get(name);
    await this.#store.writes
      .updateTable('user_account')
      .set({ password: await hashPassword(password) })
      .where('name', '=', name)
      .execute();
  }

  /** @throws NotFoundError */
  async setAdmin(name: string, isAdmin: boolean): Promise<User> {
    await this.get(name);
    await this.#store.writes
      .updateTable('user_account')
      .set({ is_admin: isAdmin ? 1 : 0 })
      .where('name', '=', name)
      .execute();
    return this.get(name);
  }

  /** Removes the user with all tokens and roles. @throws NotFoundError */
  async remove(name: string): Promise<void> {
    await this.get(name);
    await this.#store.writes.transaction().execute(async db => {
      await db.deleteFrom('api_token').where('user_name', '=', name).execute();
      await db.deleteFrom('project_member').where('user_name', '=', name).execute();
      await db.deleteFrom('user_account').where('name', '=', name).execute();
    });
  }

  /** @returns undefined when name or password is wrong; which of them does not show, not even in the time it takes. */
  async verify(name: string, password: string): Promise<User | undefined> {
    const row = await this.#store.reads
      .selectFrom('user_account')
      .where('name', '=', name)
      .select('password')
      .executeTakeFirst();
    nobody ??= hashPassword('the password of nobody');
    const right = await verifyPassword(password, row?.password ?? (await nobody));
    return row !== undefined && right ? this.find(name) : undefined;
  }

  async find(name: string): Promise<User | undefined> {
    const [user] = await this.#select(name);
    return user;
  }

  async #select(name?: string): Promise<User[]> {
    const { reads } = this.#store;
    const rows = await reads
      .selectFrom('user_account')
      .$if(name !== undefined, select => select.where('name', '=', name ?? ''))
      .select(['name', 'is_admin', 'created_at'])
      .orderBy('name')
      .execute();
    const members = reads
      .selectFrom('project_member')
      .where(
        anyOf(
          'user_name',
          rows.map(row => row.name)
        )
      )
      .selectAll()
      .orderBy('project');
    const rolesOf = groupRows(await members.execute(), row => row.user_name);
    return rows.map(row => ({
      name: row.name,
      is_admin: row.is_admin !== 0,
      memberships: (rolesOf.get(row.name) ?? []).map(({ project, role }) => ({ project, role })),
      created_at: row.created_at
    }));
  }
}
