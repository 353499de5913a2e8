import { Password, UserName, type AccessRule, type User } from '@slipway/contract';
import type { App } from '../../app.js';
import { invalidParameter, missingParameter } from './errors.js';
import type { RpcRequest } from './request.js';
import type { Rpc } from './rpc.js';

const ROOT = '/mlflow/users';
const onServer: AccessRule = { scope: 'admin', on: 'server' };

/**
 * Users as MLflow's `AuthServiceClient` manages them. Its permissions of single experiments and models have no counterpart:
 * here a role in a project gives rights to everything in it.
 */
export function userRpcs({ access }: App): Rpc[] {
  return [
    {
      method: 'POST',
      path: `${ROOT}/create`,
      access: onServer,
      handle: async request => {
        const user = { name: userName(request), password: password(request), is_admin: false };
        return { user: toFields(await access.createUser(user)) };
      }
    },
    {
      method: 'GET',
      path: `${ROOT}/get`,
      access: onServer,
      handle: async request => ({ user: toFields(await access.getUser(userName(request))) })
    },
    {
      method: 'GET',
      path: `${ROOT}/list`,
      access: onServer,
      handle: async () => ({ users: (await access.listUsers()).map(toFields) })
    },
    {
      method: 'GET',
      path: `${ROOT}/current`,
      access: { scope: 'read', on: 'self' },
      handle: async (_request, { principal }) => ({
        user: toFields({ name: principal.name, is_admin: principal.isAdmin })
      })
    },
    {
      method: 'PATCH',
      path: `${ROOT}/update-password`,
      access: { scope: 'read', on: 'self' },
      handle: async (request, { principal }, address) => {
        const current_password = request.optionalText('current_password');
        const change = { password: password(request), ...(current_password === undefined ? {} : { current_password }) };
        await access.setPassword(principal, userName(request), change, address);
        return {};
      }
    },
    {
      method: 'PATCH',
      path: `${ROOT}/update-admin`,
      access: onServer,
      handle: async request => {
        const isAdmin = request.optionalBoolean('is_admin');
        if (isAdmin === undefined) {
          throw missingParameter('is_admin');
        }
        await access.setAdmin(userName(request), isAdmin);
        return {};
      }
    },
    {
      method: 'DELETE',
      path: `${ROOT}/delete`,
      access: onServer,
      handle: async request => {
        await access.removeUser(userName(request));
        return {};
      }
    }
  ];
}

/** MLflow numbers users; here the name is the id. */
function toFields({ name, is_admin }: Pick<User, 'name' | 'is_admin'>): object {
  return { id: name, username: name, is_admin };
}

function userName(request: RpcRequest): string {
  const parsed = UserName.safeParse(request.text('username'));
  if (!parsed.success) {
    throw invalidParameter(`The username ${parsed.error.issues[0]?.message ?? 'is not allowed'}.`);
  }
  return parsed.data;
}

function password(request: RpcRequest): string {
  const parsed = Password.safeParse(request.text('password'));
  if (!parsed.success) {
    throw invalidParameter(`The password ${parsed.error.issues[0]?.message ?? 'is not allowed'}.`);
  }
  return parsed.data;
}
