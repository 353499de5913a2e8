import { Provenance, PROVENANCE_FILE, type ModelVersion, type RunDetail } from '@slipway/contract';
import { RefusedError, type SlipwayClient } from '@slipway/client';
import type { ILiveConnection } from '../../live/index.js';
import { PageModel } from '../page-model.js';

/** Everything that the page of a model version shows. */
export interface ModelVersionPageData {
  readonly version: ModelVersion;
  /** The run it came from; null when there is none or it was deleted. */
  readonly run: RunDetail | null;
  /** null: it was not imported. */
  readonly provenance: Provenance | null;
}

type Client = Pick<SlipwayClient, 'call' | 'readBlob'>;

/** State of the page of one model version. */
export class ModelVersionPageModel extends PageModel<ModelVersionPageData> {
  constructor(name: string, version: number, client: Client, connection: ILiveConnection) {
    super({
      connection,
      load: async signal => {
        const found = await client.call('getModelVersion', { params: { name, version }, signal });
        return {
          version: found,
          run: found.run_id === null ? null : await getRun(client, found.run_id, signal),
          provenance: await getProvenance(client, found, signal)
        };
      },
      concerns: event => (event.type === 'model.changed' && event.name === name) || event.type === 'service.changed'
    });
  }
}

/** The bundle of an imported version has its provenance. */
async function getProvenance(client: Client, version: ModelVersion, signal: AbortSignal): Promise<Provenance | null> {
  const { bundle_digest: digest, signature } = version;
  if (digest === null || signature === null || signature.training_frame !== null) {
    return null;
  }
  const { files } = await client.call('getBundle', { params: { digest }, signal });
  const file = files.find(({ path }) => path === PROVENANCE_FILE);
  if (file === undefined) {
    return null;
  }
  const text = new TextDecoder().decode(await client.readBlob(file.sha256, signal));
  return Provenance.parse(JSON.parse(text));
}

async function getRun(client: Client, run_id: string, signal: AbortSignal): Promise<RunDetail | null> {
  try {
    return await client.call('getRun', { params: { run_id }, signal });
  } catch (reason) {
    if (reason instanceof RefusedError && reason.code === 'NOT_FOUND') {
      return null;
    }
    throw reason;
  }
}
