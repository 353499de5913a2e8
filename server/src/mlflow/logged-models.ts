import type { App } from '../app.js';
import { LOGGED_MODEL_STATUSES, type LoggedModel } from '../logged-models/logged-models.js';
import { toLoggedModel } from './entities.js';
import { invalidParameter, invalidValue } from './errors.js';
import { experimentNumber } from './experiments.js';
import { nextPage, readPage } from './page.js';
import type { RpcRequest } from './request.js';
import type { Rpc } from './rpc.js';

const MAX_RESULTS = 1000;
const CONDITION = /^\s*(?:attributes?\.)?(name|model_id|source_run_id|model_type|status)\s*(=|!=)\s*'([^']*)'\s*$/;

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
        const page = readPage(request, 50, MAX_RESULTS);
        const matches = parseConditions(request.optionalText('filter') ?? '');
        const all = await loggedModels.list(request.texts('experiment_ids').map(experimentNumber));
        const found = all.filter(matches);
        const models = found.slice(page.offset, page.offset + page.limit);
        return { models: models.map(toLoggedModel), ...nextPage(page, found.length > page.offset + page.limit) };
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

/** Equality of attributes, joined by AND. @throws MlflowError for any other condition. */
function parseConditions(filter: string): (model: LoggedModel) => boolean {
  const parts = filter.trim() === '' ? [] : filter.split(/\s+and\s+(?=(?:[^']*'[^']*')*[^']*$)/i);
  const conditions = parts.map(part => {
    const [, field, comparison, wanted] = CONDITION.exec(part) ?? [];
    if (field === undefined) {
      throw invalidParameter(
        `Invalid clause(s) in filter string: '${part}'. Logged models are filtered by equality of name, model_id, ` +
          'source_run_id, model_type or status.'
      );
    }
    return (model: LoggedModel) => (attributeOf(model, field) === wanted) === (comparison === '=');
  });
  return model => conditions.every(condition => condition(model));
}

function attributeOf(model: LoggedModel, field: string): string | null {
  switch (field) {
    case 'name':
      return model.name;
    case 'model_id':
      return model.id;
    case 'source_run_id':
      return model.source_run;
    case 'model_type':
      return model.model_type;
    default:
      return model.status.replace('LOGGED_MODEL_', '');
  }
}
