import type { accessRoutes } from '@slipway/contract';
import type { Access } from '../../governance/access/access.js';
import type { Handlers } from './api-types.js';

/** Users, tokens and projects. */
export function accessHandlers(access: Access): Pick<Handlers, keyof typeof accessRoutes> {
  return {
    getCaller: async ({ view }) => access.describe(view.principal),

    listUsers: async () => ({ users: await access.listUsers() }),
    createUser: ({ body }) => access.createUser(body),
    setUserAdmin: ({ params, body }) => access.setAdmin(params.user, body.is_admin),
    setPassword: async ({ params, body, view, address }) => {
      await access.setPassword(view.principal, params.user, body, address);
      return {};
    },
    deleteUser: async ({ params }) => {
      await access.removeUser(params.user);
      return {};
    },

    listTokens: async ({ view }) => ({ tokens: await access.listTokens(view.principal) }),
    createToken: ({ body, view }) => access.createToken(view.principal, body),
    revokeToken: async ({ params, view }) => {
      await access.revokeToken(view.principal, params.token_id);
      return {};
    },

    listProjects: async ({ view }) => ({ projects: await access.listProjects(view.principal) }),
    createProject: ({ body }) => access.createProject(body.name),
    deleteProject: async ({ params }) => {
      await access.removeProject(params.project);
      return {};
    },
    setMember: ({ params, body }) => access.setMember(params.project, params.user, body.role),
    removeMember: ({ params }) => access.removeMember(params.project, params.user)
  };
}
