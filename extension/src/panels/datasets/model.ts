import type { DatasetSummary } from '@slipway/contract';
import type { SlipwayClient } from '@slipway/client';
import type { ILiveConnection } from '../../live/index.js';
import { NamedListModel } from '../named-list.js';

export type DatasetVersionSummary = DatasetSummary['versions'][number];

/** State of the Datasets sidebar. */
export class DatasetsModel extends NamedListModel<DatasetVersionSummary, DatasetSummary> {
  constructor(client: Pick<SlipwayClient, 'call'>, connection: ILiveConnection) {
    super({
      connection,
      load: async signal => (await client.call('listDatasets', { signal })).datasets,
      // A run may have begun to use a version, which the row shows.
      concerns: event => event.type === 'dataset.changed' || event.type === 'run.changed'
    });
  }
}
