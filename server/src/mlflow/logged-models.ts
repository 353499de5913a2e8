import type { App } from '../app.js';
import { LOGGED_MODEL_STATUSES } from '../logged-models/logged-models.js';
import { toLoggedModel } from './entities.js';
import { invalidValue } from './errors.js';
import { experimentNumber } from './experiments.js';
import type { RpcRequest } from './request.js';
import type { Rpc } from './rpc.js';

/** Logged models, as far as `log_model` of MLflow's client needs them. */
export function loggedModelRpcs({ loggedModels, experiments }: App): Rpc[] {
  return [
    {
      method: 'POST',
      path: '/mlflow/logged-models',
      handle: async request => {
        const experiment_id = experimentNumber(request.text('experiment_id'));
        await experiments.get(experiment_id);
        const model = await loggedModels.create({
          experiment_id,
          name: request.optionalText('name') ?? '',
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
      handle: async request => ({ model: toLoggedModel(await loggedModels.get(request.text('model_id'))) })
    },
    {
      method: 'PATCH',
      path: '/mlflow/logged-models/:model_id',
      handle: async request => {
        const model = await loggedModels.setStatus(request.text('model_id'), readStatus(request));
        return { model: toLoggedModel(model) };
      }
    },
    {
      method: 'PATCH',
      path: '/mlflow/logged-models/:model_id/tags',
      handle: async request => {
        const model = await loggedModels.addTags(request.text('model_id'), request.keyValues('tags'));
        return { model: toLoggedModel(model) };
      }
    },
    {
      method: 'POST',
      path: '/mlflow/logged-models/:model_id/params',
      handle: async request => {
        await loggedModels.addParams(request.text('model_id'), request.keyValues('params'));
        return {};
      }
    },
    {
      method: 'POST',
      path: '/mlflow/logged-models/search',
      handle: async request => {
        const experimentIds = request.texts('experiment_ids').map(experimentNumber);
        const models = await loggedModels.list(experimentIds, request.optionalInteger('max_results') ?? 50);
        return { models: models.map(toLoggedModel) };
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
