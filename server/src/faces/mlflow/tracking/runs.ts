import { type AccessTarget, type KeyValue, RunId, RunStatus } from '@slipway/contract';
import type { App } from '../../../app.js';
import { statusNames } from '../../../platform/store/run-status.js';
import { present, toRun, toRunInfo } from '../entities.js';
import { invalidParameter, invalidValue } from '../errors.js';
import { experimentNumber, readView } from './experiments.js';
import { parseRunFilter, parseRunOrder } from '../search/run-search.js';
import { checkTags } from './metric-fields.js';
import { readLimit } from '../page.js';
import type { RpcRequest } from '../request.js';
import type { Rpc } from '../rpc.js';
import { decodeRunPosition, encodeRunPosition } from './run-page-token.js';

const oneRun: readonly AccessTarget[] = [{ kind: 'run', at: 'run_id' }];
const MAX_RESULTS = 50_000;

/** Creating, reading, changing and finding runs. */
export function runRpcs({ runs }: App): Rpc[] {
  return [
    {
      method: 'POST',
      path: '/mlflow/runs/create',
      access: { scope: 'log', on: [{ kind: 'experiment', at: 'experiment_id', absent: '0' }] },
      handle: async request => {
        const tags = checkTags(request.keyValues('tags'));
        const name = runName(request.optionalText('run_name') ?? '', tags);
        const run_id = await runs.create({
          experiment_id: experimentNumber(request.optionalText('experiment_id') || '0'),
          name,
          user: request.optionalText('user_id') || (tags.find(tag => tag.key === 'mlflow.user')?.value ?? ''),
          start_time: request.optionalInteger('start_time') ?? Date.now(),
          tags
        });
        const { inputs, info, data } = toRun(await runs.record(run_id));
        return { run: { info, data, inputs } };
      }
    },
    {
      method: 'GET',
      path: '/mlflow/runs/get',
      access: { scope: 'read', on: oneRun },
      handle: async request => ({ run: toRun(await runs.record(request.text('run_id'))) })
    },
    {
      method: 'POST',
      path: '/mlflow/runs/update',
      access: { scope: 'log', on: oneRun },
      handle: async request => {
        const run_id = runId(request);
        const status = request.value('status');
        const name = request.optionalText('run_name');
        const end_time = request.optionalInteger('end_time');
        await runs.update({
          run_id,
          ...(status === undefined ? {} : { status: readStatus(status) }),
          ...(end_time === undefined ? {} : { end_time }),
          ...(name === undefined || name === '' ? {} : { name })
        });
        return { run_info: toRunInfo(await runs.row(run_id)) };
      }
    },
    {
      method: 'POST',
      path: '/mlflow/runs/delete',
      access: { scope: 'log', on: oneRun },
      handle: async request => {
        await runs.setDeleted(runId(request), true);
        return {};
      }
    },
    {
      method: 'POST',
      path: '/mlflow/runs/restore',
      access: { scope: 'log', on: oneRun },
      handle: async request => {
        await runs.setDeleted(runId(request), false);
        return {};
      }
    },
    {
      method: 'POST',
      path: '/mlflow/runs/search',
      access: { scope: 'read', on: [{ kind: 'experiment', at: 'experiment_ids[]' }] },
      handle: async request => {
        const order = parseRunOrder(request.texts('order_by'));
        const { found, end } = await runs.search({
          experiments: request.texts('experiment_ids').map(experimentNumber),
          lifecycle: readView(request, 'run_view_type'),
          predicates: parseRunFilter(request.optionalText('filter') ?? ''),
          order,
          limit: readLimit(request, 1000, MAX_RESULTS),
          after: decodeRunPosition(request.optionalText('page_token') ?? '', order)
        });
        return {
          ...present('runs', found.map(toRun)),
          ...(end === undefined ? {} : { next_page_token: encodeRunPosition(end) })
        };
      }
    }
  ];
}

/** @throws MlflowError when the tag that names runs says another name. */
function runName(name: string, tags: readonly KeyValue[]): string {
  const tagged = tags.find(tag => tag.key === 'mlflow.runName')?.value;
  if (name !== '' && tagged !== undefined && tagged !== name) {
    throw invalidParameter(
      "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values " +
        `(run_name='${name}', mlflow.runName='${tagged}').`
    );
  }
  return name || (tagged ?? '');
}

/** @throws MlflowError when it is missing or cannot be a run's id. */
export function runId(request: RpcRequest): string {
  const id = request.text('run_id');
  if (!RunId.safeParse(id).success) {
    throw invalidValue('run_id', id);
  }
  return id;
}

/** By name or by MLflow's number. */
function readStatus(status: unknown): RunStatus {
  const parsed = RunStatus.safeParse(typeof status === 'number' ? statusNames().get(status) : status);
  if (!parsed.success) {
    throw invalidValue('status', status, `It must be one of ${RunStatus.options.join(', ')}.`);
  }
  return parsed.data;
}
