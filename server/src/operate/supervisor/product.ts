import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PROGRAM } from '../../platform/installation.js';
import { DataFolder } from '../../platform/data-folder.js';
import { ServiceUnavailableError } from '../../platform/errors.js';
import { freePort } from '@slipway/service-folder';
import { labProcess } from './lab.js';
import { Supervisor } from './supervisor.js';

const SERVER_TIMEOUT_MS = 20_000;
const LAB_TIMEOUT_MS = 90_000;
const LOG_TAIL_LINES = 12;

export interface ProductOptions {
  /** Folder that JupyterLab shows. */
  readonly directory: string;
  readonly dataFolder: string;
  /** The private Python environment. */
  readonly python: string;
  readonly say: (line: string) => void;
}

/** Where the metadata server answers. */
export interface ServerAddress {
  readonly url: string;
  readonly port: number;
  readonly token: string;
}

/** The running product: metadata server, services, JupyterLab, under one supervisor. */
export class Product {
  readonly options: ProductOptions;
  readonly #supervisor: Supervisor;
  #server: ServerAddress | undefined;

  constructor(options: ProductOptions) {
    this.options = options;
    this.#supervisor = new Supervisor(options);
  }

  /** Starts the supervisor and the metadata server and waits until it answers. */
  async startServer(): Promise<ServerAddress> {
    const started = Date.now();
    const { dataFolder, directory, say } = this.options;
    await this.#supervisor.begin();
    const folder = await DataFolder.create(dataFolder);
    const before = await folder.keptPort();
    const child = await this.#supervisor.add({
      name: 'metadata server',
      command: process.execPath,
      // As the program's first line says, which is not read here.
      args: ['--max-semi-space-size=8', PROGRAM, 'server', '--data', dataFolder],
      env: process.env,
      cwd: directory,
      logFile: path.join(dataFolder, 'logs', 'server.out.log')
    });
    const server = await this.#waitForServer(folder, () => child.pid);
    if (before !== undefined && before !== server.port) {
      say(`Port ${before} is in use; the metadata server took ${server.port}.`);
    }
    say(`Metadata server    ${server.url}    ${seconds(started)}`);
    this.#server = server;
    return server;
  }

  /** Starts JupyterLab on `wanted` or the next free port. @returns its URL, with the token and the notebook. */
  async startLab(wanted: number, notebook: string | null): Promise<string> {
    if (!this.#server) {
      throw new Error('The metadata server is started first.');
    }
    const started = Date.now();
    const { dataFolder, directory, python, say } = this.options;
    const port = await freePort(wanted);
    if (port !== wanted) {
      say(`Port ${wanted} is in use; JupyterLab takes ${port}.`);
    }
    const labToken = await this.#labToken();
    const spec = labProcess({ directory, dataFolder, python, port, labToken, server: this.#server });
    await this.#supervisor.add(spec);
    const base = `http://127.0.0.1:${port}`;
    await waitFor(`${base}/api/status?token=${labToken}`, LAB_TIMEOUT_MS, 'JupyterLab', spec.logFile);
    const page = notebook ? `/lab/tree/${notebook.split(path.sep).map(encodeURIComponent).join('/')}` : '/lab';
    const url = `${base}${page}?token=${labToken}`;
    await this.#supervisor.setLabUrl(url);
    say(`JupyterLab         ${base}    ${seconds(started)}`);
    return url;
  }

  stop(): Promise<void> {
    return this.#supervisor.stop();
  }

  /** Kept over restarts, so that an open page finds JupyterLab again. */
  async #labToken(): Promise<string> {
    const file = path.join(this.options.dataFolder, 'lab-token');
    const known = await readFile(file, 'utf8').catch(() => '');
    if (known.trim()) {
      return known.trim();
    }
    const token = randomBytes(24).toString('base64url');
    await writeFile(file, token, { mode: 0o600 });
    return token;
  }

  async #waitForServer(folder: DataFolder, pid: () => number | undefined): Promise<ServerAddress> {
    const deadline = Date.now() + SERVER_TIMEOUT_MS;
    while (Date.now() < deadline) {
      const file = await folder.serverFile();
      if (file && file.pid === pid() && (await answers(`${file.url}/health`))) {
        return { url: file.url, port: Number(new URL(file.url).port), token: await folder.token() };
      }
      await new Promise(resolve => setTimeout(resolve, 50));
    }
    throw notReady('The metadata server', path.join(this.options.dataFolder, 'logs', 'server.out.log'));
  }
}

async function waitFor(url: string, timeout: number, what: string, logFile: string): Promise<void> {
  const deadline = Date.now() + timeout;
  while (Date.now() < deadline) {
    if (await answers(url)) {
      return;
    }
    await new Promise(resolve => setTimeout(resolve, 150));
  }
  throw notReady(what, logFile);
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

function notReady(what: string, logFile: string): ServiceUnavailableError {
  let tail = '';
  try {
    tail = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
  } catch {
    // There is no log yet.
  }
  return new ServiceUnavailableError(`${what} did not start. The end of its log (${logFile}):\n${tail}`);
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}
