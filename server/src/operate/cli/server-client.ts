import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { RefusedError, SlipwayClient, UnreachableError, type CallInput, type JsonOperation } from '@slipway/client';
import type { Answer } from '@slipway/contract';
import { DataFolder } from '../../platform/data-folder.js';
import { ServiceUnavailableError, SlipwayError } from '../../platform/errors.js';
import { dataFolder } from './options.js';

const TIMEOUT_MS = 30_000;

/** The metadata server as commands call it. */
export class CommandClient {
  readonly #client: SlipwayClient;

  private constructor(
    readonly url: string,
    token: string
  ) {
    this.#client = new SlipwayClient((path, init) => {
      const headers = new Headers(init.headers);
      headers.set('authorization', `Bearer ${token}`);
      return fetch(new URL(path, url), { ...init, headers });
    });
  }

  /**
   * Finds the server: the data folder when it is named, else `SLIPWAY_URL` and `SLIPWAY_TOKEN` (set in every kernel of
   * Slipway's JupyterLab), else the nearest `.slipway` upward from the current folder.
   *
   * @throws ServiceUnavailableError when none runs.
   */
  static async find(named: string | undefined): Promise<CommandClient> {
    const { SLIPWAY_URL: url, SLIPWAY_TOKEN: token } = process.env;
    if (named === undefined && url && token) {
      return new CommandClient(url, token);
    }
    const folders = named === undefined ? upward(process.cwd()) : [dataFolder(named)];
    for (const folder of folders) {
      const server = await DataFolder.at(folder).runningServer();
      if (server) {
        return new CommandClient(server.url, (await readFile(server.token_file, 'utf8')).trim());
      }
    }
    throw new ServiceUnavailableError('No metadata server was found.', {
      remedy: 'Start it with `npm start` or `slipway server`, or name its data folder with --data.'
    });
  }

  /** @throws SlipwayError with the server's own words when it refuses; ServiceUnavailableError when it does not answer. */
  call<O extends JsonOperation>(operation: O, input: CallInput<O>, timeoutMs = TIMEOUT_MS): Promise<Answer<O>> {
    return this.#told(() =>
      this.#client.call(operation, { ...input, signal: input.signal ?? AbortSignal.timeout(timeoutMs) })
    );
  }

  /** Stores bytes under their SHA-256. Same errors as `call`. */
  upload(sha256: string, bytes: Uint8Array): Promise<void> {
    return this.#told(() => this.#client.putBlob(sha256, new Uint8Array(bytes)));
  }

  async #told<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof RefusedError) {
        throw new SlipwayError(error.code, error.message, { remedy: error.remedy, where: error.where });
      }
      if (error instanceof UnreachableError || (error instanceof DOMException && error.name === 'TimeoutError')) {
        throw new ServiceUnavailableError(`The metadata server does not answer at ${this.url}.`, { cause: error });
      }
      throw error;
    }
  }
}

function upward(start: string): string[] {
  const folders: string[] = [];
  for (let folder = start; ; folder = path.dirname(folder)) {
    folders.push(path.join(folder, '.slipway'));
    if (folder === path.dirname(folder)) {
      return folders;
    }
  }
}
