import { BINARY_MIME_TYPE, type CellOutput, type SessionCell } from '@slipway/contract';
import type { IOutput } from '@jupyterlab/nbformat';
import type { SlipwayClient } from '@slipway/client';

const JSON_TYPE = /^application\/(?:json$|.*\+json$)/;

/** Reads the whole outputs of executed cells; large contents are stored as blobs on the server. */
export class OutputReader {
  readonly #client: Pick<SlipwayClient, 'call' | 'readBlob'>;

  constructor(client: Pick<SlipwayClient, 'call' | 'readBlob'>) {
    this.#client = client;
  }

  /** @throws what `SlipwayClient.call` throws. */
  async read({ session_id, execution_id }: SessionCell, signal: AbortSignal): Promise<IOutput[]> {
    const params = { session_id, execution_id };
    const { outputs } = await this.#client.call('getCellOutputs', { params, signal });
    return Promise.all(outputs.map(output => this.#whole(output, signal)));
  }

  async #whole(output: CellOutput, signal: AbortSignal): Promise<IOutput> {
    if (!('blobs' in output) || output.blobs === undefined) {
      return output as IOutput;
    }
    const { blobs, ...rest } = output;
    const data: Record<string, unknown> = { ...output.data };
    for (const [type, { sha256 }] of Object.entries(blobs)) {
      const bytes = await this.#client.readBlob(sha256, signal);
      data[type] = BINARY_MIME_TYPE.test(type) ? base64(bytes) : textContent(type, bytes);
    }
    return { ...rest, data } as IOutput;
  }
}

function textContent(type: string, bytes: Uint8Array): unknown {
  const text = new TextDecoder().decode(bytes);
  return JSON_TYPE.test(type) ? (JSON.parse(text) as unknown) : text;
}

function base64(bytes: Uint8Array): string {
  // In pieces: the number of arguments of a call is limited.
  const pieces: string[] = [];
  for (let i = 0; i < bytes.length; i += 32_768) {
    pieces.push(String.fromCharCode(...bytes.subarray(i, i + 32_768)));
  }
  return btoa(pieces.join(''));
}
