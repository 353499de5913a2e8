import type { ModelVersion, RunDetail } from '@slipway/contract';
import { RefusedError } from '../../client/index.js';
import type { SlipwayClient } from '../../client/index.js';
import type { ILiveConnection } from '../../live/index.js';
import { PageModel } from '../page-model.js';

/** Everything that the page of a model version shows. */
export interface ModelVersionPageData {
  readonly version: ModelVersion;
  /** The run it came from; null when there is none or it was deleted. */
  readonly run: RunDetail | null;
}

/** State of the page of one model version. */
export class ModelVersionPageModel extends PageModel<ModelVersionPageData> {
  constructor(name: string, version: number, client: Pick<SlipwayClient, 'call'>, connection: ILiveConnection) {
    super({
      connection,
      load: async signal => {
        const found = await client.call('getModelVersion', { params: { name, version }, signal });
        return { version: found, run: found.run_id === null ? null : await getRun(client, found.run_id, signal) };
      },
      concerns: event => (event.type === 'model.changed' && event.name === name) || event.type === 'service.changed'
    });
  }
}

async function getRun(
  client: Pick<SlipwayClient, 'call'>,
  run_id: string,
  signal: AbortSignal
): Promise<RunDetail | null> {
  try {
    return await client.call('getRun', { params: { run_id }, signal });
  } catch (reason) {
    if (reason instanceof RefusedError && reason.code === 'NOT_FOUND') {
      return null;
    }
    throw reason;
  }
}
