import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AccessTarget } from '@slipway/contract';
import type { View } from '../../../governance/access/view.js';
import type { App } from '../../../app.js';
import { present, toExperiment } from '../entities.js';
import { invalidParameter, missingParameter, MlflowError, wrongType } from '../errors.js';
import { nextPage, readPage } from '../page.js';
import { checkExperimentTag } from './metric-fields.js';
import type { RpcRequest } from '../request.js';
import type { Rpc } from '../rpc.js';
import { EXPERIMENTS, parseEntityFilter, parseEntityOrder, withNamePrefix } from '../search/entity-search.js';

const oneExperiment: readonly AccessTarget[] = [{ kind: 'experiment', at: 'experiment_id' }];
const MAX_NAME = 500;
const MAX_RESULTS = 50_000;

export function experimentRpcs({ experiments }: App): Rpc[] {
  const search = async (request: RpcRequest, view: View): Promise<object> => {
    const page = readPage(request, 1000, MAX_RESULTS, true);
    const { found, more } = await experiments.search({
      lifecycle: readView(request, 'view_type'),
      visible: await view.experiments(),
      conditions: withNamePrefix(
        parseEntityFilter(request.optionalText('filter') ?? '', EXPERIMENTS),
        request.namePrefix
      ),
      order: parseEntityOrder(request.texts('order_by'), EXPERIMENTS),
      ...page
    });
    return { ...present('experiments', found.map(toExperiment)), ...nextPage(page, more) };
  };
  return [
    {
      method: 'POST',
      path: '/mlflow/experiments/create',
      access: { scope: 'log', on: [{ kind: 'experiment-name', at: 'name' }] },
      handle: async request => {
        const name = checkedName(request.text('name'));
        const location = localLocation(request.optionalText('artifact_location') ?? '');
        const tags = request.keyValues('tags', { emptyKeys: true }).map(checkExperimentTag);
        const id = await experiments.create(name, tags, location);
        return { experiment_id: String(id) };
      }
    },
    {
      method: 'GET',
      path: '/mlflow/experiments/get',
      access: { scope: 'read', on: oneExperiment },
      handle: async request => ({ experiment: toExperiment(await experiments.get(experimentId(request))) })
    },
    {
      method: 'GET',
      path: '/mlflow/experiments/get-by-name',
      access: { scope: 'read', on: [{ kind: 'experiment-name', at: 'experiment_name' }] },
      handle: async request => {
        const name = request.text('experiment_name');
        const experiment = await experiments.byName(name);
        if (experiment === undefined) {
          throw new MlflowError('RESOURCE_DOES_NOT_EXIST', `Could not find experiment with name '${name}'`);
        }
        return { experiment: toExperiment(experiment) };
      }
    },
    { method: 'POST', path: '/mlflow/experiments/search', access: { scope: 'read', on: 'visible' }, handle: search },
    { method: 'GET', path: '/mlflow/experiments/search', access: { scope: 'read', on: 'visible' }, handle: search },
    {
      method: 'POST',
      path: '/mlflow/experiments/update',
      access: { scope: 'log', on: [...oneExperiment, { kind: 'experiment-name', at: 'new_name' }] },
      handle: async request => {
        const id = experimentId(request);
        await experiments.rename(id, checkedName(request.text('new_name')));
        return {};
      }
    },
    {
      method: 'POST',
      path: '/mlflow/experiments/delete',
      access: { scope: 'log', on: oneExperiment },
      handle: async request => {
        await experiments.setDeleted(experimentId(request), true);
        return {};
      }
    },
    {
      method: 'POST',
      path: '/mlflow/experiments/restore',
      access: { scope: 'log', on: oneExperiment },
      handle: async request => {
        await experiments.setDeleted(experimentId(request), false);
        return {};
      }
    },
    {
      method: 'POST',
      path: '/mlflow/experiments/set-experiment-tag',
      access: { scope: 'log', on: oneExperiment },
      handle: async request => {
        const tag = { key: request.text('key'), value: request.optionalText('value') ?? '' };
        await experiments.setTag(experimentId(request), checkExperimentTag(tag));
        return {};
      }
    },
    {
      method: 'POST',
      path: '/mlflow/experiments/delete-experiment-tag',
      access: { scope: 'log', on: oneExperiment },
      handle: async request => {
        await experiments.deleteTag(experimentId(request), request.text('key'));
        return {};
      }
    }
  ];
}

/** A folder that is named from where the server runs is told to clients in full: they run elsewhere. */
function localLocation(location: string): string | null {
  const [, relative] = /^file:(?!\/)(.+)$/is.exec(location) ?? [];
  if (relative !== undefined) {
    return pathToFileURL(path.resolve(relative)).href;
  }
  // A scheme, or a drive of Windows.
  return location === '' ? null : /^[a-z][a-z0-9+.-]*:/i.test(location) ? location : path.resolve(location);
}

/** Ids are whole numbers here; a client that sends another one names an experiment that does not exist. */
export function experimentNumber(id: string): number {
  if (!/^\s*\d+\s*$/.test(id)) {
    throw invalidParameter(`Invalid experiment ID '${id}'. Experiment ID must be a valid integer.`);
  }
  const number = Number(id);
  if (!Number.isSafeInteger(number)) {
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

/** @throws MlflowError */
export function readView(request: RpcRequest, name: string): 'active' | 'deleted' | 'all' {
  const view = request.value(name) ?? 'ACTIVE_ONLY';
  switch (view) {
    case 'ACTIVE_ONLY':
    case 1:
    case '1':
      return 'active';
    case 'DELETED_ONLY':
    case 2:
    case '2':
      return 'deleted';
    case 'ALL':
    case 3:
    case '3':
      return 'all';
    default:
      throw wrongType(name, view);
  }
}
