import type { AccessTarget } from '@slipway/contract';
import type { App } from '../../../app.js';
import { LOGGED_MODEL_STATUSES } from '../../../tracking/logged-models/logged-models.js';
import { present, toLoggedModel } from '../entities.js';
import { invalidParameter, invalidValue, missingParameter } from '../errors.js';
import { experimentNumber } from './experiments.js';
import { nextPage, readPage } from '../page.js';
import { asTuple, quoted } from '../python-text.js';
import type { RpcRequest } from '../request.js';
import type { Rpc } from '../rpc.js';
import { parseDatasets, parseLoggedModelFilter, parseLoggedModelOrder } from '../search/logged-model-search.js';

const oneModel: readonly AccessTarget[] = [{ kind: 'logged-model', at: 'model_id' }];
const USUAL_PAGE = 100;
const FORBIDDEN_IN_NAMES = ['/', ':', '.', '%', '"', "'"];

/** Logged models: what `log_model` of MLflow's client makes. */
export function loggedModelRpcs({ loggedModels }: App): Rpc[] {
  return [
    {
      method: 'POST',
      path: '/mlflow/logged-models',
      access: {
        scope: 'log',
        on: [
          { kind: 'experiment', at: 'experiment_id' },
          { kind: 'run', at: 'source_run_id', scope: 'read' }
        ]
      },
      handle: async request => {
        const experiment_id = experimentNumber(request.text('experiment_id'));
        const model = await loggedModels.create({
          experiment_id,
          name: checkedName(request.optionalText('name') ?? ''),
          model_type: request.optionalText('model_type') ?? '',
          source_run: request.optionalText('source_run_id') || null,
          params: request.keyValues('params'),
          tags: request.keyValues('tags')
        });
        return { model: toLoggedModel(model) };
      }
    },
    {
      method: 'GET',
      path: '/mlflow/logged-models/:model_id',
      access: { scope: 'read', on: oneModel },
      handle: async request => {
        const allowDeleted = request.optionalBoolean('allow_deleted') ?? false;
        return { model: toLoggedModel(await loggedModels.get(request.text('model_id'), allowDeleted)) };
      }
    },
    {
      method: 'DELETE',
      path: '/mlflow/logged-models/:model_id',
      access: { scope: 'log', on: oneModel },
      handle: async request => {
        await loggedModels.delete(request.text('model_id'));
        return {};
      }
    },
    {
      method: 'DELETE',
      path: '/mlflow/logged-models/:model_id/tags/:tag_key',
      access: { scope: 'log', on: oneModel },
      handle: async request => {
        await loggedModels.deleteTag(request.text('model_id'), request.text('tag_key'));
        return {};
      }
    },
    {
      method: 'PATCH',
      path: '/mlflow/logged-models/:model_id',
      access: { scope: 'log', on: oneModel },
      handle: async request => {
        const model = await loggedModels.setStatus(request.text('model_id'), readStatus(request));
        return { model: toLoggedModel(model) };
      }
    },
    {
      method: 'PATCH',
      path: '/mlflow/logged-models/:model_id/tags',
      access: { scope: 'log', on: oneModel },
      handle: async request => {
        await loggedModels.addTags(request.text('model_id'), request.keyValues('tags'));
        return {};
      }
    },
    {
      method: 'POST',
      path: '/mlflow/logged-models/:model_id/params',
      access: { scope: 'log', on: oneModel },
      handle: async request => {
        await loggedModels.addParams(request.text('model_id'), request.keyValues('params'));
        return {};
      }
    },
    {
      method: 'POST',
      path: '/mlflow/logged-models/search',
      access: { scope: 'read', on: [{ kind: 'experiment', at: 'experiment_ids[]' }] },
      handle: async request => {
        // As on MLflow's server there is no largest page, and 0 is the usual one.
        const page = readPage(request, USUAL_PAGE, Infinity, false, true);
        const experiments = request.texts('experiment_ids');
        if (experiments.length === 0) {
          throw missingParameter('experiment_ids');
        }
        const { found, more } = await loggedModels.search({
          experiments: experiments.map(experimentNumber),
          conditions: parseLoggedModelFilter(request.optionalText('filter') ?? ''),
          datasets: parseDatasets(request.objects('datasets')),
          order: parseLoggedModelOrder(request.objects('order_by')),
          ...page
        });
        return { ...present('models', found.map(toLoggedModel)), ...nextPage(page, more) };
      }
    }
  ];
}

/** Clients send the name of the status or its number in the protocol's enum, where 1 is pending. */
function readStatus(request: RpcRequest): (typeof LOGGED_MODEL_STATUSES)[number] {
  const given = request.value('status');
  const status = LOGGED_MODEL_STATUSES.find((name, index) => name === given || index + 1 === given);
  if (status === undefined) {
    throw invalidValue('status', given ?? null, `It must be one of ${LOGGED_MODEL_STATUSES.join(', ')}.`);
  }
  return status;
}

/** @throws MlflowError */
function checkedName(name: string): string {
  if (FORBIDDEN_IN_NAMES.some(sign => name.includes(sign))) {
    throw invalidParameter(
      `Invalid model name (${quoted(name)}) provided. Model name must be a non-empty string and cannot contain the ` +
        `following characters: ${asTuple(FORBIDDEN_IN_NAMES)}`
    );
  }
  return name;
}
