import type { ModelVersion, RegisteredModel } from '@slipway/contract';
import type { SlipwayClient } from '@slipway/client';
import type { ILiveConnection } from '../../live/index.js';
import { NamedListModel } from '../named-list.js';

/** State of the Registry sidebar. */
export class RegistryModel extends NamedListModel<ModelVersion, RegisteredModel> {
  constructor(client: Pick<SlipwayClient, 'call'>, connection: ILiveConnection) {
    super({
      connection,
      load: async signal => (await client.call('listModels', { signal })).models,
      concerns: event => event.type === 'model.changed' || event.type === 'service.changed'
    });
  }
}
