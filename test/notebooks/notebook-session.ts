import { cpSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { WARNING_SIGN } from '@slipway/notebook';
import { vi } from 'vitest';
import { z } from 'zod';
import { nodePath } from '../harness/places.js';
import { startProcess, waitFor, type TestProcess } from '../harness/processes.js';
import { KernelClient, type Execution } from '../kernel/kernel-client.js';
import { notebookFolder } from '../kernel/notebook.js';
import { PROGRAM, runToEnd, ServerClient } from '../product/slipway.js';

const Notebook = z.looseObject({
  cells: z.array(
    z.looseObject({ cell_type: z.string(), id: z.string(), source: z.union([z.string(), z.array(z.string())]) })
  )
});

/** What one cell showed, as a reader sees it. */
export interface ShownCell {
  readonly id: string;
  readonly status: string;
  /** The number that Jupyter shows beside it. */
  readonly executionCount: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Plain text of the warnings of Slipway under it. */
  readonly warnings: string;
  /** Plain text of other displays and results. */
  readonly shown: string;
  readonly traceback: string;
}

/** A metadata server and a kernel that many notebooks are run in, one after the other. */
export class NotebookSession {
  private constructor(
    readonly folder: string,
    private readonly serverOptions: readonly string[],
    private server: TestProcess,
    private kernel: KernelClient
  ) {}

  /** @param serverOptions of the metadata server's command line. */
  static async start(serverOptions: readonly string[] = []): Promise<NotebookSession> {
    const folder = notebookFolder();
    const server = await startServer(folder, serverOptions);
    return new NotebookSession(folder, serverOptions, server, await KernelClient.start(folder));
  }

  /** Puts a file beside the notebooks. */
  copy(file: string): void {
    cpSync(file, path.join(this.folder, path.basename(file)));
  }

  /** Runs the code cells of a notebook from the top; after an error it goes on, as a person would. */
  async run(file: string): Promise<ShownCell[]> {
    const { cells } = Notebook.parse(JSON.parse(readFileSync(file, 'utf8')));
    const shown: ShownCell[] = [];
    for (const { id, source } of cells.filter(cell => cell.cell_type === 'code')) {
      shown.push(await this.cell([source].flat().join(''), id));
    }
    return shown;
  }

  /** Runs one cell. */
  async cell(source: string, id = 'cell'): Promise<ShownCell> {
    const { reply, published } = await this.kernel.execute(source, { cellId: id });
    const [status, executionCount] = [String(reply['status']), Number(reply['execution_count'])];
    return { id, status, executionCount, ...textsOf(published) };
  }

  /** Runs one cell and interrupts it when `condition` no longer throws. */
  async interrupted(source: string, condition: () => void): Promise<ShownCell> {
    const execution = this.kernel.submit(source, { cellId: 'interrupted' });
    await vi.waitFor(condition, 60_000);
    await this.kernel.interrupt();
    const reply = await execution.done;
    const [status, executionCount] = [String(reply['status']), Number(reply['execution_count'])];
    return { id: 'interrupted', status, executionCount, ...textsOf(execution.published) };
  }

  /** Ends the kernel, and starts another one in the same folder. */
  async nextKernel(): Promise<void> {
    await this.kernel.shutdown();
    this.kernel = await KernelClient.start(this.folder);
  }

  /** Asks the metadata server. @throws Error for an answer that is no success. */
  async get(route: string): Promise<unknown> {
    return this.#ask(route, {});
  }

  async post(route: string, body: unknown): Promise<unknown> {
    const headers = { 'content-type': 'application/json' };
    return this.#ask(route, { method: 'POST', body: JSON.stringify(body), headers });
  }

  async #ask(route: string, request: { method?: string; body?: string; headers?: object }): Promise<unknown> {
    const client = new ServerClient(path.join(this.folder, '.slipway'));
    const [{ url }, token] = [await client.file(), await client.token()];
    const response = await fetch(url + route, {
      ...request,
      headers: { ...request.headers, authorization: `Bearer ${token}` }
    });
    if (!response.ok) {
      throw new Error(`${route} answered ${response.status}: ${await response.text()}`);
    }
    return response.json();
  }

  async stopServer(): Promise<void> {
    await runToEnd([PROGRAM, 'stop', '--data', path.join(this.folder, '.slipway')]);
    await this.server.stop();
  }

  /** Starts the metadata server again. */
  async startServer(): Promise<void> {
    this.server = await startServer(this.folder, this.serverOptions);
  }

  async stop(): Promise<void> {
    await this.kernel.shutdown();
    await this.stopServer();
  }
}

async function startServer(folder: string, options: readonly string[]): Promise<TestProcess> {
  const data = path.join(folder, '.slipway');
  const args = [PROGRAM, 'server', '--data', data, '--port', '0', ...options];
  const server = startProcess({ command: nodePath(), args, folder });
  await waitFor(server, 'The metadata server', () => new ServerClient(data).runs());
  return server;
}

function textsOf(published: Execution['published']): Omit<ShownCell, 'id' | 'status' | 'executionCount'> {
  const contents = (type: string): Record<string, unknown>[] =>
    published.filter(message => message.type === type).map(({ content }) => content);
  const streamed = (name: string): string =>
    contents('stream')
      .filter(content => content['name'] === name)
      .map(({ text }) => String(text))
      .join('');
  const displays = ['display_data', 'update_display_data', 'execute_result'].flatMap(contents);
  const plain = (isWarning: boolean): string =>
    displays
      .map(({ data }) => String((data as Record<string, unknown>)['text/plain'] ?? ''))
      .filter(text => text.startsWith(`${WARNING_SIGN} `) === isWarning)
      .join('\n');
  const tracebacks = contents('error').flatMap(({ traceback }) => traceback as string[]);
  return {
    stdout: stripVTControlCharacters(streamed('stdout')),
    stderr: stripVTControlCharacters(streamed('stderr')),
    warnings: plain(true),
    shown: plain(false),
    traceback: stripVTControlCharacters(tracebacks.join('\n'))
  };
}
