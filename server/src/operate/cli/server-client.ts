import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ErrorBody, routes, type Answer, type Body, type Operation, type Params, type Query } from '@slipway/contract';
import { z } from 'zod';
import { DataFolder } from '../../platform/data-folder.js';
import { ServiceUnavailableError, SlipwayError } from '../../platform/errors.js';
import { dataFolder } from './options.js';

const TIMEOUT_MS = 30_000;

/** The metadata server as commands call it. */
export class CommandClient {
  private constructor(
    readonly url: string,
    private readonly token: string
  ) {}

  /**
   * Finds the server: the data folder when it is named, else `SLIPWAY_URL` and `SLIPWAY_TOKEN` (set in every kernel of
   * Slipway's JupyterLab), else the nearest `.slipway` upward from the current folder.
   *
   * @throws ServiceUnavailableError when none runs.
   */
  static async find(named: string | undefined): Promise<CommandClient> {
    const { SLIPWAY_URL: url, SLIPWAY_TOKEN: token } = process.env;
    if (named === undefined && url && token) return new CommandClient(url, token);
    const folders = named === undefined ? upward(process.cwd()) : [dataFolder(named)];
    for (const folder of folders) {
      const server = await DataFolder.at(folder).runningServer();
      if (server) return new CommandClient(server.url, (await readFile(server.token_file, 'utf8')).trim());
    }
    throw new ServiceUnavailableError('No metadata server was found.', {
      remedy: 'Start it with `npm start` or `slipway server`, or name its data folder with --data.'
    });
  }

  /** @throws SlipwayError with the server's own words when it refuses. */
  async call<O extends Operation>(
    operation: O,
    input: { params?: Params<O>; query?: Query<O>; body?: Body<O> },
    timeoutMs = TIMEOUT_MS
  ): Promise<Answer<O>> {
    const route = routes[operation];
    const values = (input.params ?? {}) as Record<string, string | number>;
    const url = new URL(
      route.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name]!)),
      this.url
    );
    for (const [key, value] of Object.entries((input.query ?? {}) as Record<string, unknown>)) {
      url.searchParams.set(key, String(value));
    }
    const body = await this.#send(url, {
      method: route.method,
      headers: input.body === undefined ? {} : { 'content-type': 'application/json' },
      signal: AbortSignal.timeout(timeoutMs),
      ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) })
    });
    const schema: unknown = route.answer;
    if (!(schema instanceof z.ZodType)) throw new TypeError(`${operation} answers a stream.`);
    return schema.parse(body) as Answer<O>;
  }

  /** Stores bytes under their SHA-256. @throws SlipwayError with the server's own words when it refuses. */
  async upload(sha256: string, bytes: Uint8Array): Promise<void> {
    await this.#send(new URL(routes.putBlob.path.replace('{sha256}', sha256), this.url), {
      method: routes.putBlob.method,
      headers: { 'content-type': 'application/octet-stream' },
      body: new Uint8Array(bytes)
    });
  }

  async #send(url: URL, request: RequestInit & { headers: Record<string, string> }): Promise<unknown> {
    const headers = { ...request.headers, authorization: `Bearer ${this.token}` };
    const response = await fetch(url, { ...request, headers }).catch((cause: unknown) => {
      throw new ServiceUnavailableError(`The metadata server does not answer at ${this.url}.`, { cause });
    });
    const body: unknown = await response.json();
    if (response.ok) return body;
    const refused = ErrorBody.parse(body);
    throw new SlipwayError(refused.error_code, refused.message, { remedy: refused.remedy, where: refused.where });
  }
}

function upward(start: string): string[] {
  const folders: string[] = [];
  for (let folder = start; ; folder = path.dirname(folder)) {
    folders.push(path.join(folder, '.slipway'));
    if (folder === path.dirname(folder)) return folders;
  }
}
