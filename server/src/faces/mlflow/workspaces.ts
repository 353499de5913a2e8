import { DEFAULT_PROJECT, ProjectName } from '@slipway/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { App } from '../../app.js';
import { invalidParameter, MlflowError } from './errors.js';
import type { JsonObject, RpcRequest } from './request.js';
import type { Rpc } from './rpc.js';

/*
 * MLflow's workspaces are our projects: `rain` in the workspace `credit` is what everybody else calls `credit.rain`. A request
 * without the header sees the whole names.
 */

const HEADER = 'x-mlflow-workspace';
/** Experiment 0, which belongs to the default workspace. */
const SERVER_DEFAULT = '0';
const DEFAULT_NAME = 'Default';
/** Procedures about entities that are named after their project. */
const NAMED = /^\/?mlflow\/(experiments|registered-models|model-versions)\//;
const NAME_FIELDS = ['name', 'new_name', 'experiment_name'];

declare module 'fastify' {
  interface FastifyRequest {
    /** Id of the experiment for runs that name none, in a workspace that has it. */
    workspaceDefault: string | undefined;
  }
}

/** The workspace that a request names; undefined: none. */
export function workspaceOf({ headers }: FastifyRequest): string | undefined {
  const name = headers[HEADER];
  return typeof name === 'string' && name !== '' ? name : undefined;
}

/** Narrows each request to the workspace that it names. */
export function keepToWorkspaces(scope: FastifyInstance, app: App): void {
  const { access } = app;
  scope.decorateRequest('workspaceDefault', undefined);
  scope.addHook('onRequest', async request => {
    const name = workspaceOf(request);
    const { principal } = request;
    if (name === undefined || principal === undefined) {
      return;
    }
    const isOfAnother = principal.project !== null && principal.project !== name;
    if (isOfAnother || !(await access.hasProject(name))) {
      throw noWorkspace(name);
    }
    request.principal = { ...principal, project: name };
    if (name !== DEFAULT_PROJECT) {
      request.workspaceDefault = await defaultOf(app, request);
    }
  });
}

/**
 * The experiment that runs of a workspace go to when they name none. Every workspace of MLflow's has one; here it is made with
 * the first run in it.
 */
async function defaultOf({ access, experiments }: App, request: FastifyRequest): Promise<string | undefined> {
  const { principal } = request;
  const project = principal?.project;
  if (principal === undefined || project == null) {
    return undefined;
  }
  const name = `${prefixOf(project)}${DEFAULT_NAME}`;
  const known = await experiments.byName(name);
  if (known !== undefined) {
    return String(known.id);
  }
  const isForRun = /\/mlflow\/(runs\/create|logged-models)$/.test(request.routeOptions.url ?? '');
  const mayMake =
    isForRun && request.method === 'POST' && (await access.control.allows(principal, 'log', 'project', project));
  return mayMake ? String(await experiments.create(name, [], null)) : undefined;
}

/** The fields of a request with the workspace's own experiment in place of the one that every server has. */
export function withOwnDefault(fields: JsonObject, own: string | undefined): JsonObject {
  if (own === undefined) {
    return fields;
  }
  const { experiment_id, experiment_ids } = fields;
  const replaced = (id: unknown): unknown => (id === SERVER_DEFAULT ? own : id);
  return {
    ...fields,
    ...(experiment_id === undefined ? {} : { experiment_id: replaced(experiment_id) }),
    ...(Array.isArray(experiment_ids) ? { experiment_ids: experiment_ids.map(replaced) } : {})
  };
}

/** What names of a workspace begin with everywhere else. */
export function prefixOf(workspace: string | undefined): string {
  return workspace === undefined || workspace === DEFAULT_PROJECT ? '' : `${workspace}.`;
}

/** The fields of a request with whole names. */
export function withWholeNames(fields: JsonObject, path: string, prefix: string): JsonObject {
  if (prefix === '' || !NAMED.test(path)) {
    return fields;
  }
  const named = NAME_FIELDS.filter(field => typeof fields[field] === 'string' && fields[field] !== '');
  return { ...fields, ...Object.fromEntries(named.map(field => [field, prefix + String(fields[field])])) };
}

/** An answer with the names of the workspace. */
export function withOwnNames(answer: unknown, path: string, prefix: string): unknown {
  if (prefix === '' || !NAMED.test(path)) {
    return answer;
  }
  if (Array.isArray(answer)) {
    return answer.map(each => withOwnNames(each, path, prefix));
  }
  if (typeof answer !== 'object' || answer === null) {
    return answer;
  }
  return Object.fromEntries(
    Object.entries(answer).map(([key, value]: [string, unknown]) => [
      key,
      key === 'name' && typeof value === 'string' && value.startsWith(prefix)
        ? value.slice(prefix.length)
        : withOwnNames(value, path, prefix)
    ])
  );
}

const ROOT = '/mlflow/workspaces';

/** Workspaces as MLflow's client manages them. They have no descriptions and no artifact roots of their own here. */
export function workspaceRpcs({ access }: App): Rpc[] {
  return [
    {
      method: 'GET',
      path: ROOT,
      version: '3.0',
      access: { scope: 'read', on: 'self' },
      handle: async (_request, { principal }) => ({ workspaces: (await access.listProjects(principal)).map(toFields) })
    },
    {
      method: 'POST',
      path: ROOT,
      version: '3.0',
      status: 201,
      access: { scope: 'admin', on: 'server' },
      handle: async request => {
        const name = newName(request);
        return { workspace: toFields(await access.createProject(name)) };
      }
    },
    {
      method: 'GET',
      path: `${ROOT}/:workspace_name`,
      version: '3.0',
      access: { scope: 'read', on: [{ kind: 'project', at: 'workspace_name' }] },
      handle: async request => {
        const name = request.text('workspace_name');
        if (!(await access.hasProject(name))) {
          throw noWorkspace(name);
        }
        return { workspace: toFields({ name }) };
      }
    },
    {
      method: 'DELETE',
      path: `${ROOT}/:workspace_name`,
      version: '3.0',
      status: 204,
      access: { scope: 'admin', on: 'server' },
      handle: async request => {
        await access.removeProject(request.text('workspace_name'));
        return {};
      }
    }
  ];
}

function toFields({ name }: { readonly name: string }): object {
  return { name };
}

function newName(request: RpcRequest): string {
  const name = request.text('name');
  const parsed = ProjectName.safeParse(name);
  if (!parsed.success) {
    throw invalidParameter(`Workspace name '${name}' ${parsed.error.issues[0]?.message ?? 'is not allowed'}.`);
  }
  return parsed.data;
}

function noWorkspace(name: string): MlflowError {
  return new MlflowError('RESOURCE_DOES_NOT_EXIST', `Workspace '${name}' not found`);
}
