import type { AccessTarget } from '@slipway/contract';
import type { App } from '../../../app.js';
import { isPrompt } from '../../../registry/prompts.js';
import { searchVersions } from '../../../registry/catalogue-search.js';
import { present } from '../entities.js';
import { invalidParameter } from '../errors.js';
import { nextPage, readPage } from '../page.js';
import {
  downloadUri,
  modelName,
  readRegistryTag,
  registryTag,
  stageName,
  toModelVersion,
  toModelVersionWithAliases,
  versionNumber
} from './registry-fields.js';
import type { RpcRequest } from '../request.js';
import type { Rpc } from '../rpc.js';
import { MODEL_VERSIONS, parseEntityFilter, parseEntityOrder, withNamePrefix } from '../search/entity-search.js';
import { promptSource, resolveSource } from './version-source.js';

const oneModel: readonly AccessTarget[] = [{ kind: 'model', at: 'name' }];
const ROOT = '/mlflow/model-versions';

/** Model versions: registering, reading, changing and finding them. */
export function modelVersionRpcs(app: App): Rpc[] {
  const { catalogue } = app;
  const one = (request: RpcRequest): [name: string, version: number] => [modelName(request), versionNumber(request)];
  return [
    {
      method: 'POST',
      path: `${ROOT}/create`,
      access: {
        scope: 'register',
        on: [
          ...oneModel,
          { kind: 'model-source', at: 'source', scope: 'read' },
          { kind: 'run', at: 'run_id', scope: 'read' },
          { kind: 'logged-model', at: 'model_id', scope: 'read' }
        ]
      },
      handle: async request => {
        const name = modelName(request);
        const tags = request.keyValues('tags', { emptyKeys: true }).map(registryTag);
        const given = {
          source: request.text('source'),
          run_id: request.optionalText('run_id'),
          model_id: request.optionalText('model_id')
        };
        const source = isPrompt(tags) ? promptSource(given.source) : await resolveSource(app, given);
        const version = await catalogue.createVersion(name, {
          ...source,
          run_link: request.optionalText('run_link') ?? '',
          description: request.optionalText('description') ?? '',
          tags
        });
        if (source.logged_model !== null) {
          await app.loggedModels.addVersion(source.logged_model, name, version.version);
        }
        return { model_version: toModelVersionWithAliases(version) };
      }
    },
    {
      method: 'GET',
      path: `${ROOT}/get`,
      access: { scope: 'read', on: oneModel },
      handle: async request => ({ model_version: toModelVersionWithAliases(await catalogue.version(...one(request))) })
    },
    {
      method: 'PATCH',
      path: `${ROOT}/update`,
      access: { scope: 'register', on: oneModel },
      handle: async request => {
        const [name, version] = one(request);
        const described = await catalogue.describeVersion(name, version, request.optionalText('description') ?? '');
        return { model_version: toModelVersionWithAliases(described) };
      }
    },
    {
      method: 'DELETE',
      path: `${ROOT}/delete`,
      access: { scope: 'register', on: oneModel },
      handle: async request => {
        await catalogue.deleteVersion(...one(request));
        return {};
      }
    },
    {
      method: 'GET',
      path: `${ROOT}/get-download-uri`,
      access: { scope: 'read', on: oneModel },
      handle: async request => ({ artifact_uri: downloadUri(await catalogue.version(...one(request))) })
    },
    {
      method: 'POST',
      path: `${ROOT}/transition-stage`,
      access: { scope: 'promote', on: oneModel },
      handle: async request => {
        const [name, version] = one(request);
        const given = request.text('stage');
        const stage = stageName(given);
        const archive = request.optionalBoolean('archive_existing_versions') ?? false;
        if (archive && stage !== 'Staging' && stage !== 'Production') {
          throw invalidParameter(
            'Model version transition cannot archive existing model versions because ' +
              `'${given}' is not an Active stage. Valid stages are ['Staging', 'Production']`
          );
        }
        return { model_version: toModelVersionWithAliases(await catalogue.moveVersion(name, version, stage, archive)) };
      }
    },
    {
      method: 'GET',
      path: `${ROOT}/search`,
      access: { scope: 'read', on: 'visible' },
      handle: async (request, view) => {
        const page = readPage(request, 10_000, 200_000);
        const { found, more } = searchVersions(await view.named(await catalogue.versions()), {
          conditions: withNamePrefix(
            parseEntityFilter(request.optionalText('filter') ?? '', MODEL_VERSIONS),
            request.namePrefix
          ),
          order: parseEntityOrder(request.texts('order_by'), MODEL_VERSIONS),
          ...page
        });
        return { ...present('model_versions', found.map(toModelVersion)), ...nextPage(page, more) };
      }
    },
    {
      method: 'POST',
      path: `${ROOT}/set-tag`,
      access: { scope: 'register', on: oneModel },
      handle: async request => {
        await catalogue.tagVersion(...one(request), readRegistryTag(request));
        return {};
      }
    },
    {
      method: 'DELETE',
      path: `${ROOT}/delete-tag`,
      access: { scope: 'register', on: oneModel },
      handle: async request => {
        await catalogue.untagVersion(...one(request), request.text('key'));
        return {};
      }
    }
  ];
}
