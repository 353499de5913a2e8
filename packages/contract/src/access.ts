import { z } from 'zod';
import { Timestamp } from './scalars.js';

/*
 * Who may do what. A project is a namespace: what is named `credit.churn` belongs to the project `credit` when there is
 * one, and everything else to the project `default`. Experiments, registered models, datasets and services have such
 * names; runs, logged models, bundles, blobs and promotions belong to the project of what they were made for.
 */

/** What a caller may do, as API tokens are limited by it. */
export const Scope = z.enum(['read', 'log', 'register', 'promote', 'admin']);
export type Scope = z.infer<typeof Scope>;

/** What a user is in a project. */
export const Role = z.enum(['viewer', 'developer', 'approver', 'admin']);
export type Role = z.infer<typeof Role>;

/** Nothing that is not listed here is allowed. */
export const ROLE_SCOPES: Readonly<Record<Role, readonly Scope[]>> = {
  viewer: ['read'],
  developer: ['read', 'log', 'register'],
  approver: ['read', 'log', 'register', 'promote'],
  admin: ['read', 'log', 'register', 'promote', 'admin']
};

export const DEFAULT_PROJECT = 'default';

export const ProjectName = z
  .string()
  .regex(/^[a-zA-Z0-9][\w-]{0,62}$/, 'must be letters, digits, - and _, at most 63')
  .describe('The part of names before their first dot.');

export const UserName = z
  .string()
  .regex(/^[a-zA-Z0-9][\w.@+-]{0,127}$/, 'must be letters, digits, . _ @ + and -, at most 128');

/** MLflow's own rule: at least 12 characters. */
export const Password = z.string().min(12, 'must have at least 12 characters').max(1000);

export const Membership = z.object({ project: ProjectName, role: Role });
export type Membership = z.infer<typeof Membership>;

export const User = z.object({
  name: UserName,
  is_admin: z.boolean().describe('Of the whole server: every project, and its users.'),
  memberships: z.array(Membership),
  created_at: Timestamp
});
export type User = z.infer<typeof User>;

export const NewUser = z.object({ name: UserName, password: Password, is_admin: z.boolean().default(false) });
export type NewUser = z.infer<typeof NewUser>;

/** The caller, and what the credentials of this request allow. */
export const CallerInfo = z.object({
  name: z.string(),
  is_admin: z.boolean(),
  scopes: z.array(Scope),
  memberships: z.array(Membership)
});
export type CallerInfo = z.infer<typeof CallerInfo>;

/** `current_password` proves that it is the user who changes it; administrators of the server leave it out. */
export const NewPassword = z.object({ password: Password, current_password: z.string().max(1000).optional() });
export type NewPassword = z.infer<typeof NewPassword>;

export const Project = z.object({
  name: ProjectName,
  members: z.array(z.object({ user: UserName, role: Role }))
});
export type Project = z.infer<typeof Project>;

export const ApiToken = z.object({
  token_id: z.string(),
  user: UserName,
  description: z.string(),
  scopes: z.array(Scope).min(1),
  project: ProjectName.nullable().describe('The only project that it is good for; null: all of its user.'),
  created_at: Timestamp,
  expires_at: Timestamp.nullable()
});
export type ApiToken = z.infer<typeof ApiToken>;

export const NewApiToken = z.object({
  user: UserName.optional().describe('Administrators of the server make tokens for others; absent: for oneself.'),
  description: z.string().max(500).default(''),
  scopes: z.array(Scope).min(1),
  project: ProjectName.nullable().default(null),
  expires_in_days: z.number().positive().max(3650).nullable().default(null)
});
export type NewApiToken = z.infer<typeof NewApiToken>;

/** Kinds of objects that decide, by their project, whether a request is allowed. */
export type AccessObject =
  | 'artifact'
  | 'blob'
  | 'bundle'
  | 'dataset'
  | 'experiment'
  | 'experiment-name'
  | 'logged-model'
  | 'model'
  | 'model-source'
  | 'project'
  | 'promotion'
  | 'run'
  | 'service'
  | 'session';

export interface AccessTarget {
  readonly kind: AccessObject;
  /** Where the request names it, e.g. `params.run_id` or `body.parents[].name`; what is absent there is not asked for. */
  readonly at: string;
  /** When it differs from the rule's. */
  readonly scope?: Scope;
  /** What a request without it means. */
  readonly absent?: string;
}

/**
 * The rule of a route. `scope` is needed
 * - on each of the objects listed, in their projects;
 * - `visible`: in at least one project; the answer then holds only what the caller may see;
 * - `server`: as an administrator of the whole server;
 * - `self`: of the credentials alone; the route is about the caller.
 */
export interface AccessRule {
  readonly scope: Scope;
  readonly on: readonly AccessTarget[] | 'visible' | 'server' | 'self';
}
