import type { ModelVersion, RegisteredModel } from '@slipway/contract';
import type { App } from '../app.js';
import { invalidParameter, invalidValue, MlflowError } from './errors.js';
import { nextPage, readPage } from './page.js';
import type { RpcRequest } from './request.js';
import type { Rpc } from './rpc.js';

const CLAUSE = /^\s*(name|run_id)\s*(=|LIKE|ILIKE)\s*'([^']*)'\s*$/i;

/** Our registry, as MLflow's clients read it. Versions are registered from notebooks, as bundles. */
export function registryRpcs({ registry }: App): Rpc[] {
  const model = async (request: RpcRequest): Promise<RegisteredModel> => {
    const name = request.text('name');
    const found = (await registry.list()).find(each => each.name === name);
    if (found === undefined) {
      throw new MlflowError('RESOURCE_DOES_NOT_EXIST', `Registered Model with name=${name} not found`);
    }
    return found;
  };
  const latest = async (request: RpcRequest): Promise<object> => {
    const stages = request.texts('stages');
    const { versions } = await model(request);
    return { model_versions: latestPerStage(versions, stages).map(toModelVersion) };
  };
  return [
    {
      method: 'GET',
      path: '/mlflow/registered-models/get',
      handle: async request => ({ registered_model: toRegisteredModel(await model(request)) })
    },
    {
      method: 'GET',
      path: '/mlflow/registered-models/search',
      handle: async request => {
        const page = readPage(request, 100, 1000);
        const matches = clause(request.optionalText('filter') ?? '');
        const found = (await registry.list()).filter(each => matches({ name: each.name, run_id: '' }));
        const shown = found.slice(page.offset, page.offset + page.limit);
        return {
          registered_models: shown.map(toRegisteredModel),
          ...nextPage(page, found.length > page.offset + page.limit)
        };
      }
    },
    { method: 'GET', path: '/mlflow/registered-models/get-latest-versions', handle: latest },
    { method: 'POST', path: '/mlflow/registered-models/get-latest-versions', handle: latest },
    {
      method: 'GET',
      path: '/mlflow/registered-models/alias',
      handle: async request => {
        const alias = request.text('alias');
        const { name, versions } = await model(request);
        const version = versions.find(each => each.aliases.includes(alias));
        if (version === undefined) {
          throw invalidParameter(`Registered model alias ${alias} not found for model ${name}.`);
        }
        return { model_version: toModelVersion(version) };
      }
    },
    {
      method: 'GET',
      path: '/mlflow/model-versions/get',
      handle: async request => ({ model_version: toModelVersion(await oneVersion(registry, request)) })
    },
    {
      method: 'GET',
      path: '/mlflow/model-versions/search',
      handle: async request => {
        const page = readPage(request, 10_000, 200_000);
        const matches = clause(request.optionalText('filter') ?? '');
        const all = (await registry.list()).flatMap(each => each.versions);
        const found = all.filter(each => matches({ name: each.name, run_id: each.run_id ?? '' }));
        const shown = found.slice(page.offset, page.offset + page.limit);
        return {
          model_versions: shown.map(toModelVersion),
          ...nextPage(page, found.length > page.offset + page.limit)
        };
      }
    }
  ];
}

function oneVersion(registry: App['registry'], request: RpcRequest): Promise<ModelVersion> {
  const version = request.optionalInteger('version');
  if (version === undefined || version < 1) {
    throw invalidValue('version', request.value('version') ?? null);
  }
  return registry.version(request.text('name'), version);
}

function toRegisteredModel(model: RegisteredModel): object {
  return {
    name: model.name,
    creation_timestamp: model.created_at,
    last_updated_timestamp: model.versions[0]?.created_at ?? model.created_at,
    description: model.description,
    latest_versions: latestPerStage(model.versions, []).map(toModelVersion),
    tags: [],
    aliases: model.versions.flatMap(version =>
      version.aliases.map(alias => ({ alias, version: String(version.version) }))
    )
  };
}

function toModelVersion(version: ModelVersion): object {
  return {
    name: version.name,
    version: String(version.version),
    creation_timestamp: version.created_at,
    last_updated_timestamp: version.created_at,
    current_stage: version.stage,
    description: version.description,
    source: `slipway-bundle:/${version.bundle_digest}`,
    run_id: version.run_id ?? '',
    status: 'READY',
    tags: [],
    aliases: version.aliases
  };
}

/** @param stages empty: all of them. Versions come newest first. */
function latestPerStage(versions: readonly ModelVersion[], stages: readonly string[]): ModelVersion[] {
  const latest = new Map<string, ModelVersion>();
  for (const version of versions) {
    const wanted = stages.length === 0 || stages.includes(version.stage);
    if (wanted && !latest.has(version.stage)) {
      latest.set(version.stage, version);
    }
  }
  return [...latest.values()];
}

/** One condition on the name or the run. @throws MlflowError */
function clause(filter: string): (fields: { name: string; run_id: string }) => boolean {
  if (filter.trim() === '') {
    return () => true;
  }
  const [, field, comparison, wanted] = CLAUSE.exec(filter) ?? [];
  if (field === undefined || comparison === undefined || wanted === undefined) {
    throw invalidParameter(`Invalid clause(s) in filter string: '${filter}'. Filter by name or run_id.`);
  }
  const valueOf = (fields: { name: string; run_id: string }): string =>
    field.toLowerCase() === 'name' ? fields.name : fields.run_id;
  if (comparison === '=') {
    return fields => valueOf(fields) === wanted;
  }
  const escaped = wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const flags = comparison.toUpperCase() === 'ILIKE' ? 'si' : 's';
  const pattern = new RegExp(`^${escaped.replace(/%/g, '.*').replace(/_/g, '.')}$`, flags);
  return fields => pattern.test(valueOf(fields));
}
