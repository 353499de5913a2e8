import type { DatasetVersion, RunSummary } from '@slipway/contract';
import type { SlipwayClient } from '@slipway/client';
import type { ILiveConnection } from '../../live/index.js';
import { PageModel } from '../page-model.js';

/** Everything that the page of a dataset version shows. */
export interface DatasetPageData {
  readonly dataset: DatasetVersion;
  /** The newest runs that used it; at most `SHOWN_RUNS`. */
  readonly runs: readonly RunSummary[];
}

const SHOWN_RUNS = 10;

/** State of the page of one dataset version. */
export class DatasetPageModel extends PageModel<DatasetPageData> {
  constructor(name: string, version: number, client: Pick<SlipwayClient, 'call'>, connection: ILiveConnection) {
    super({
      connection,
      load: async signal => {
        const dataset = await client.call('getDatasetVersion', { params: { name, version }, signal });
        const runs = await Promise.all(
          dataset.used_by_runs.slice(0, SHOWN_RUNS).map(run_id => client.call('getRun', { params: { run_id }, signal }))
        );
        return { dataset, runs };
      },
      concerns: event => event.type === 'dataset.changed' && event.name === name
    });
  }
}
