import type { App } from '../app.js';
import type { Experiment } from '../experiments/experiments.js';
import { toExperiment } from './entities.js';
import { invalidParameter, missingParameter, MlflowError } from './errors.js';
import { nextPage, readPage } from './page.js';
import type { RpcRequest } from './request.js';
import type { Rpc } from './rpc.js';

const MAX_NAME = 500;
const MAX_RESULTS = 50_000;
const FILTER = /^\s*(?:attributes?\.)?name\s*(=|!=|LIKE|ILIKE)\s*'([^']*)'\s*$/i;

export function experimentRpcs({ experiments }: App): Rpc[] {
  const search = async (request: RpcRequest): Promise<object> => {
    const page = readPage(request, 1000, MAX_RESULTS);
    const matches = nameFilter(request.optionalText('filter') ?? '');
    const inView = viewFilter(request.optionalText('view_type'));
    const found = (await experiments.list()).filter(each => inView(each) && matches(each.name));
    const shown = found.slice(page.offset, page.offset + page.limit);
    return { experiments: shown.map(toExperiment), ...nextPage(page, found.length > page.offset + page.limit) };
  };
  return [
    {
      method: 'POST',
      path: '/mlflow/experiments/create',
      handle: async request => {
        const name = checkedName(request.text('name'));
        const location = request.optionalText('artifact_location') || null;
        const id = await experiments.create(name, request.keyValues('tags'), location);
        return { experiment_id: String(id) };
      }
    },
    {
      method: 'GET',
      path: '/mlflow/experiments/get',
      handle: async request => ({ experiment: toExperiment(await experiments.get(experimentId(request))) })
    },
    {
      method: 'GET',
      path: '/mlflow/experiments/get-by-name',
      handle: async request => {
        const name = request.text('experiment_name');
        const experiment = await experiments.byName(name);
        if (experiment === undefined) {
          throw new MlflowError('RESOURCE_DOES_NOT_EXIST', `Could not find experiment with name '${name}'`);
        }
        return { experiment: toExperiment(experiment) };
      }
    },
    { method: 'POST', path: '/mlflow/experiments/search', handle: search },
    { method: 'GET', path: '/mlflow/experiments/search', handle: search },
    {
      method: 'POST',
      path: '/mlflow/experiments/update',
      handle: async request => {
        const id = experimentId(request);
        await experiments.rename(id, checkedName(request.text('new_name')));
        return {};
      }
    },
    {
      method: 'POST',
      path: '/mlflow/experiments/delete',
      handle: async request => {
        await experiments.setDeleted(experimentId(request), true);
        return {};
      }
    },
    {
      method: 'POST',
      path: '/mlflow/experiments/restore',
      handle: async request => {
        await experiments.setDeleted(experimentId(request), false);
        return {};
      }
    },
    {
      method: 'POST',
      path: '/mlflow/experiments/set-experiment-tag',
      handle: async request => {
        const tag = { key: request.text('key'), value: request.optionalText('value') ?? '' };
        await experiments.setTag(experimentId(request), tag);
        return {};
      }
    },
    {
      method: 'POST',
      path: '/mlflow/experiments/delete-experiment-tag',
      handle: async request => {
        await experiments.deleteTag(experimentId(request), request.text('key'));
        return {};
      }
    }
  ];
}

/** Ids are whole numbers here; a client that sends another one names an experiment that does not exist. */
export function experimentNumber(id: string): number {
  if (!/^[a-zA-Z0-9][\w-]{0,63}$/.test(id)) {
    throw invalidParameter(`Invalid experiment ID: '${id}'`);
  }
  const number = Number(id);
  if (!Number.isSafeInteger(number) || number < 0) {
    throw new MlflowError('RESOURCE_DOES_NOT_EXIST', `No Experiment with id=${id} exists`);
  }
  return number;
}

function experimentId(request: RpcRequest): number {
  const id = request.value('experiment_id');
  if (id === undefined || id === '') {
    throw missingParameter('experiment_id');
  }
  return experimentNumber(String(id));
}

function checkedName(name: string): string {
  if (name.length > MAX_NAME) {
    throw invalidParameter(`'name' exceeds the maximum length of ${MAX_NAME} characters`);
  }
  return name;
}

/** Filters by name only; the whole grammar is more than one attribute. @throws MlflowError */
function nameFilter(filter: string): (name: string) => boolean {
  if (filter.trim() === '') {
    return () => true;
  }
  const [, comparison, wanted] = FILTER.exec(filter) ?? [];
  if (comparison === undefined || wanted === undefined) {
    throw invalidParameter(`Invalid clause(s) in filter string: '${filter}'. Experiments are filtered by name.`);
  }
  switch (comparison.toUpperCase()) {
    case '=':
      return name => name === wanted;
    case '!=':
      return name => name !== wanted;
    default: {
      const pattern = likePattern(wanted, comparison.toUpperCase() === 'ILIKE');
      return name => pattern.test(name);
    }
  }
}

function likePattern(text: string, ignoreCase: boolean): RegExp {
  const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/%/g, '.*').replace(/_/g, '.')}$`, ignoreCase ? 'si' : 's');
}

function viewFilter(view: string | undefined): (experiment: Experiment) => boolean {
  switch (view ?? 'ACTIVE_ONLY') {
    case 'ACTIVE_ONLY':
      return experiment => !experiment.deleted;
    case 'DELETED_ONLY':
      return experiment => experiment.deleted;
    case 'ALL':
      return () => true;
    default:
      throw invalidParameter(`Invalid view type '${view}'.`);
  }
}
