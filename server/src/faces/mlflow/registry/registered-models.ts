import type { AccessTarget } from '@slipway/contract';
import type { App } from '../../../app.js';
import type { CatalogueModel, CatalogueVersion } from '../../../registry/catalogue-reading.js';
import type { Stage } from '../../../registry/model-catalogue.js';
import { searchModels } from '../../../registry/catalogue-search.js';
import { present } from '../entities.js';
import { invalidParameter, MlflowError } from '../errors.js';
import { nextPage, readPage } from '../page.js';
import {
  aliasName,
  modelName,
  newAliasName,
  newModelName,
  readRegistryTag,
  registryTag,
  stageName,
  STAGES,
  toModelVersionWithAliases,
  toRegisteredModel,
  versionNumber
} from './registry-fields.js';
import type { RpcRequest } from '../request.js';
import type { Rpc } from '../rpc.js';
import { parseEntityFilter, parseEntityOrder, REGISTERED_MODELS, withNamePrefix } from '../search/entity-search.js';

const oneModel: readonly AccessTarget[] = [{ kind: 'model', at: 'name' }];
const ROOT = '/mlflow/registered-models';

/** Registered models: making, reading, changing and finding them. */
export function registeredModelRpcs({ catalogue }: App): Rpc[] {
  const latest = async (request: RpcRequest): Promise<object> => {
    const wanted = request.texts('stages').map(stageName);
    const model = await catalogue.model(modelName(request));
    return present('model_versions', latestOf(model, wanted).map(toModelVersionWithAliases));
  };
  return [
    {
      method: 'POST',
      path: `${ROOT}/create`,
      access: { scope: 'register', on: oneModel },
      handle: async request => {
        const tags = request.keyValues('tags', { emptyKeys: true }).map(registryTag);
        const description = request.optionalText('description') ?? '';
        return {
          registered_model: toRegisteredModel(await catalogue.createModel(newModelName(request), description, tags))
        };
      }
    },
    {
      method: 'GET',
      path: `${ROOT}/get`,
      access: { scope: 'read', on: oneModel },
      handle: async request => ({ registered_model: toRegisteredModel(await catalogue.model(modelName(request))) })
    },
    {
      method: 'PATCH',
      path: `${ROOT}/update`,
      access: { scope: 'register', on: oneModel },
      handle: async request => {
        const description = request.optionalText('description') ?? '';
        return { registered_model: toRegisteredModel(await catalogue.describeModel(modelName(request), description)) };
      }
    },
    {
      method: 'POST',
      path: `${ROOT}/rename`,
      access: { scope: 'register', on: [...oneModel, { kind: 'model', at: 'new_name' }] },
      handle: async request => {
        const name = modelName(request);
        return {
          registered_model: toRegisteredModel(await catalogue.renameModel(name, newModelName(request, 'new_name')))
        };
      }
    },
    {
      method: 'DELETE',
      path: `${ROOT}/delete`,
      access: { scope: 'register', on: oneModel },
      handle: async request => {
        await catalogue.deleteModel(modelName(request));
        return {};
      }
    },
    {
      method: 'GET',
      path: `${ROOT}/search`,
      access: { scope: 'read', on: 'visible' },
      handle: async (request, view) => {
        const page = readPage(request, 100, 1000);
        const { found, more } = searchModels(await view.named(await catalogue.models()), {
          conditions: withNamePrefix(
            parseEntityFilter(request.optionalText('filter') ?? '', REGISTERED_MODELS),
            request.namePrefix
          ),
          order: parseEntityOrder(request.texts('order_by'), REGISTERED_MODELS),
          ...page
        });
        return { ...present('registered_models', found.map(byStage).map(toRegisteredModel)), ...nextPage(page, more) };
      }
    },
    { method: 'GET', path: `${ROOT}/get-latest-versions`, access: { scope: 'read', on: oneModel }, handle: latest },
    { method: 'POST', path: `${ROOT}/get-latest-versions`, access: { scope: 'read', on: oneModel }, handle: latest },
    {
      method: 'POST',
      path: `${ROOT}/set-tag`,
      access: { scope: 'register', on: oneModel },
      handle: async request => {
        await catalogue.tagModel(modelName(request), readRegistryTag(request));
        return {};
      }
    },
    {
      method: 'DELETE',
      path: `${ROOT}/delete-tag`,
      access: { scope: 'register', on: oneModel },
      handle: async request => {
        await catalogue.untagModel(modelName(request), request.text('key'));
        return {};
      }
    },
    {
      method: 'POST',
      path: `${ROOT}/alias`,
      access: { scope: 'register', on: oneModel },
      handle: async request => {
        const name = modelName(request);
        const alias = newAliasName(request);
        await catalogue.setAlias(name, alias, versionNumber(request));
        return {};
      }
    },
    {
      method: 'DELETE',
      path: `${ROOT}/alias`,
      access: { scope: 'register', on: oneModel },
      handle: async request => {
        await catalogue.deleteAlias(modelName(request), aliasName(request));
        return {};
      }
    },
    {
      method: 'GET',
      path: `${ROOT}/alias`,
      access: { scope: 'read', on: oneModel },
      handle: async request => {
        const model = await catalogue.model(modelName(request));
        const version = versionOfAlias(model, aliasName(request));
        return { model_version: toModelVersionWithAliases(await catalogue.version(model.name, version)) };
      }
    }
  ];
}

/** Lists name the newest versions by their stages. */
function byStage(model: CatalogueModel): CatalogueModel {
  return { ...model, latest: [...model.latest].sort((a, b) => (a.stage < b.stage ? -1 : 1)) };
}

/** `latest` is the newest version of all. @throws MlflowError when no version has the alias. */
export function versionOfAlias(model: CatalogueModel, alias: string): number {
  if (alias.toLowerCase() === 'latest') {
    const numbers = model.latest.map(({ version }) => version);
    if (numbers.length === 0) {
      throw new MlflowError('RESOURCE_DOES_NOT_EXIST', `Latest version not found for model ${model.name}.`);
    }
    return Math.max(...numbers);
  }
  const found = model.aliases.find(each => each.alias === alias);
  if (found === undefined) {
    throw invalidParameter(`Registered model alias ${alias} not found.`);
  }
  return found.version;
}

/** @param stages empty: all of them. */
export function latestOf(model: CatalogueModel, stages: readonly Stage[]): CatalogueVersion[] {
  const wanted = stages.length === 0 ? STAGES : stages;
  return model.latest.filter(version => wanted.includes(version.stage));
}
