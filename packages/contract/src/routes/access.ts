import { z } from 'zod';
import {
  ApiToken,
  CallerInfo,
  NewApiToken,
  NewPassword,
  NewUser,
  Project,
  ProjectName,
  Role,
  User,
  UserName,
  type AccessRule
} from '../access.js';
import type { RouteSpec } from './route-spec.js';

const member = z.object({ project: ProjectName, user: UserName });
const onServer: AccessRule = { scope: 'admin', on: 'server' };
const leadsProject: AccessRule = { scope: 'admin', on: [{ kind: 'project', at: 'params.project' }] };

/** Users, API tokens, projects and their members. */
export const accessRoutes = {
  getCaller: {
    method: 'GET',
    path: '/api/v1/me',
    summary: 'The caller, and what the request may do',
    access: { scope: 'read', on: 'self' },
    answer: CallerInfo
  },
  listUsers: {
    method: 'GET',
    path: '/api/v1/users',
    summary: 'Users, by name',
    access: onServer,
    answer: z.object({ users: z.array(User) })
  },
  createUser: {
    method: 'POST',
    path: '/api/v1/users',
    summary: 'Add a user',
    access: onServer,
    body: NewUser,
    answer: User
  },
  setUserAdmin: {
    method: 'PUT',
    path: '/api/v1/users/{user}/admin',
    summary: 'Grant or revoke the administrator role of the server',
    access: onServer,
    params: z.object({ user: UserName }),
    body: z.object({ is_admin: z.boolean() }),
    answer: User
  },
  setPassword: {
    method: 'PUT',
    path: '/api/v1/users/{user}/password',
    summary: 'Change a password: your own, or any as an administrator of the server',
    access: { scope: 'read', on: 'self' },
    params: z.object({ user: UserName }),
    body: NewPassword,
    answer: z.object({})
  },
  deleteUser: {
    method: 'DELETE',
    path: '/api/v1/users/{user}',
    summary: 'Remove a user with all tokens and roles',
    access: onServer,
    params: z.object({ user: UserName }),
    answer: z.object({})
  },
  listTokens: {
    method: 'GET',
    path: '/api/v1/tokens',
    summary: 'API tokens without their secrets: your own, or all for administrators of the server',
    access: { scope: 'read', on: 'self' },
    answer: z.object({ tokens: z.array(ApiToken) })
  },
  createToken: {
    method: 'POST',
    path: '/api/v1/tokens',
    summary: 'Create an API token; its secret is shown this once. Needs a password, or a token with the scope admin',
    access: { scope: 'read', on: 'self' },
    body: NewApiToken,
    answer: ApiToken.extend({ secret: z.string() })
  },
  revokeToken: {
    method: 'DELETE',
    path: '/api/v1/tokens/{token_id}',
    summary: 'Revoke an API token',
    access: { scope: 'read', on: 'self' },
    params: z.object({ token_id: z.string().max(64) }),
    answer: z.object({})
  },
  listProjects: {
    method: 'GET',
    path: '/api/v1/projects',
    summary: 'Projects that the caller sees; members for those who administer them',
    access: { scope: 'read', on: 'visible' },
    answer: z.object({ projects: z.array(Project) })
  },
  createProject: {
    method: 'POST',
    path: '/api/v1/projects',
    summary: 'Add a project: names that begin with it and a dot belong to it',
    access: onServer,
    body: z.object({ name: ProjectName }),
    answer: Project
  },
  deleteProject: {
    method: 'DELETE',
    path: '/api/v1/projects/{project}',
    summary: 'Remove a project; what belonged to it belongs to the default project',
    access: onServer,
    params: z.object({ project: ProjectName }),
    answer: z.object({})
  },
  setMember: {
    method: 'PUT',
    path: '/api/v1/projects/{project}/members/{user}',
    summary: 'Give a user a role in a project',
    access: leadsProject,
    params: member,
    body: z.object({ role: Role }),
    answer: Project
  },
  removeMember: {
    method: 'DELETE',
    path: '/api/v1/projects/{project}/members/{user}',
    summary: "Remove a user's role in a project",
    access: leadsProject,
    params: member,
    answer: Project
  }
} as const satisfies Record<string, RouteSpec>;
