import type { App } from '../app.js';
import { searchVersions } from '../registry/catalogue-search.js';
import { present } from './entities.js';
import { invalidParameter } from './errors.js';
import { nextPage, readPage } from './page.js';
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
import type { RpcRequest } from './request.js';
import type { Rpc } from './rpc.js';
import { MODEL_VERSIONS, parseEntityFilter, parseEntityOrder } from './search/entity-search.js';
import { resolveSource } from './version-source.js';

const ROOT = '/mlflow/model-versions';

/** Model versions: registering, reading, changing and finding them. */
export function modelVersionRpcs(app: App): Rpc[] {
  const { catalogue } = app;
  const one = (request: RpcRequest): [name: string, version: number] => [modelName(request), versionNumber(request)];
  return [
    {
      method: 'POST',
      path: `${ROOT}/create`,
      handle: async request => {
        const name = modelName(request);
        const tags = request.keyValues('tags').map(registryTag);
        const source = await resolveSource(app, {
          source: request.text('source'),
          run_id: request.optionalText('run_id'),
          model_id: request.optionalText('model_id')
        });
        const version = await catalogue.createVersion(name, {
          ...source,
          run_link: request.optionalText('run_link') ?? '',
          description: request.optionalText('description') ?? '',
          tags
        });
        return { model_version: toModelVersionWithAliases(version) };
      }
    },
    {
      method: 'GET',
      path: `${ROOT}/get`,
      handle: async request => ({ model_version: toModelVersionWithAliases(await catalogue.version(...one(request))) })
    },
    {
      method: 'PATCH',
      path: `${ROOT}/update`,
      handle: async request => {
        const [name, version] = one(request);
        const described = await catalogue.describeVersion(name, version, request.optionalText('description') ?? '');
        return { model_version: toModelVersionWithAliases(described) };
      }
    },
    {
      method: 'DELETE',
      path: `${ROOT}/delete`,
      handle: async request => {
        await catalogue.deleteVersion(...one(request));
        return {};
      }
    },
    {
      method: 'GET',
      path: `${ROOT}/get-download-uri`,
      handle: async request => ({ artifact_uri: downloadUri(await catalogue.version(...one(request))) })
    },
    {
      method: 'POST',
      path: `${ROOT}/transition-stage`,
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
      handle: async request => {
        const page = readPage(request, 10_000, 200_000);
        const { found, more } = searchVersions(await catalogue.versions(), {
          conditions: parseEntityFilter(request.optionalText('filter') ?? '', MODEL_VERSIONS),
          order: parseEntityOrder(request.texts('order_by'), MODEL_VERSIONS),
          ...page
        });
        return { ...present('model_versions', found.map(toModelVersion)), ...nextPage(page, more) };
      }
    },
    {
      method: 'POST',
      path: `${ROOT}/set-tag`,
      handle: async request => {
        await catalogue.tagVersion(...one(request), readRegistryTag(request));
        return {};
      }
    },
    {
      method: 'DELETE',
      path: `${ROOT}/delete-tag`,
      handle: async request => {
        await catalogue.untagVersion(...one(request), request.text('key'));
        return {};
      }
    }
  ];
}
