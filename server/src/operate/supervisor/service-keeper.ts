import path from 'node:path';
import { SERVICE_PROGRAM } from '../../platform/installation.js';
import { isProcessAlive, waitUntilGone } from '../../platform/processes.js';
import { listServiceNames, ServiceFolder } from '@slipway/service-folder';
import { SupervisedProcess, type SupervisedEvents } from './supervised-process.js';

const LOOK_MS = 200;

/** Runs one process for every service that has a release manifest, as long as it has one. */
export class ServiceKeeper {
  readonly #dataFolder: string;
  readonly #events: SupervisedEvents;
  readonly #running = new Map<string, SupervisedProcess>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(dataFolder: string, events: SupervisedEvents) {
    this.#dataFolder = dataFolder;
    this.#events = events;
  }

  start(): void {
    const look = (): void => {
      this.#looking = this.#look().finally(() => {
        if (this.#timer) {
          this.#timer = setTimeout(look, LOOK_MS);
        }
      });
    };
    this.#timer = setTimeout(look, 0);
  }

  get names(): string[] {
    return [...this.#running.keys()];
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#looking;
    await Promise.all([...this.#running.values()].map(child => child.stop()));
    this.#running.clear();
  }

  async #look(): Promise<void> {
    const wanted = new Set<string>();
    for (const name of await listServiceNames(this.#dataFolder)) {
      const folder = new ServiceFolder(this.#dataFolder, name);
      if (!(await folder.readManifest())) {
        continue;
      }
      wanted.add(name);
      if (!this.#running.has(name)) {
        await this.#begin(name, folder);
      }
    }
    for (const [name, child] of this.#running) {
      if (wanted.has(name)) {
        continue;
      }
      this.#running.delete(name);
      await child.stop();
    }
  }

  async #begin(name: string, folder: ServiceFolder): Promise<void> {
    // A process that a killed supervisor left behind holds the port; ours takes its place.
    const left = await folder.readProcess();
    if (left && isProcessAlive(left.pid) && (await answersAs(left.url, left.pid))) {
      process.kill(left.pid, 'SIGTERM');
      await waitUntilGone(left.pid, 5000);
    }
    const child = new SupervisedProcess(
      {
        name: `service ${name}`,
        command: process.execPath,
        args: [SERVICE_PROGRAM, '--data', this.#dataFolder, '--service', name],
        env: process.env,
        cwd: folder.path,
        logFile: path.join(this.#dataFolder, 'logs', `service-${name}.log`)
      },
      this.#events
    );
    this.#running.set(name, child);
    child.start();
  }
}

/** Process ids are used again; only one that answers as the service is taken for it. */
async function answersAs(url: string, pid: number): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(1000) });
    const body: unknown = await response.json();
    return typeof body === 'object' && body !== null && 'pid' in body && body.pid === pid;
  } catch {
    return false;
  }
}
