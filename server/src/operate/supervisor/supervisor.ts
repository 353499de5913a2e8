import { mkdir } from 'node:fs/promises';
import { ServiceKeeper } from './service-keeper.js';
import { SupervisedProcess, type ProcessSpec } from './supervised-process.js';
import { readSupervisorFile, removeSupervisorFile, writeSupervisorFile } from './supervisor-file.js';
import { isProcessAlive, waitUntilGone } from '../../platform/processes.js';

export interface SupervisorOptions {
  readonly dataFolder: string;
  /** Printed at the terminal, one line at a time. */
  readonly say: (line: string) => void;
}

/** Starts processes and services, starts again what dies, and ends all of it. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #children: SupervisedProcess[] = [];
  readonly #keeper: ServiceKeeper;
  readonly #startedAt = Date.now();
  #labUrl: string | null = null;
  #stopping: Promise<void> | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#keeper = new ServiceKeeper(options.dataFolder, this.#events);
  }

  get #events(): { onRestart: (name: string, reason: string, delay: number) => void } {
    return {
      onRestart: (name, reason, delay) => {
        this.#options.say(`${name} ended (${reason}); it is started again in ${delay / 1000} s`);
        setTimeout(() => void this.#writeFile(), delay + 100).unref();
      }
    };
  }

  /** Takes over the data folder: ends what a killed supervisor left behind, then keeps its services running. */
  async begin(): Promise<void> {
    await mkdir(this.#options.dataFolder, { recursive: true, mode: 0o700 });
    await endLeftovers(this.#options.dataFolder);
    this.#keeper.start();
    await this.#writeFile();
  }

  /** Starts a process and keeps it running. */
  async add(spec: ProcessSpec): Promise<SupervisedProcess> {
    const child = new SupervisedProcess(spec, this.#events);
    this.#children.push(child);
    child.start();
    await this.#writeFile();
    return child;
  }

  /** Names the address of JupyterLab for readers of `supervisor.json`. */
  async setLabUrl(url: string): Promise<void> {
    this.#labUrl = url;
    await this.#writeFile();
  }

  /** Ends everything, newest first, and waits until it is gone. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  async #stopAll(): Promise<void> {
    for (const child of [...this.#children].reverse()) {
      await child.stop();
    }
    await this.#keeper.stop();
    await removeSupervisorFile(this.#options.dataFolder);
  }

  async #writeFile(): Promise<void> {
    if (this.#stopping) {
      return;
    }
    const children = this.#children.flatMap(child => (child.pid ? [{ name: child.spec.name, pid: child.pid }] : []));
    await writeSupervisorFile(this.#options.dataFolder, {
      pid: process.pid,
      started_at: this.#startedAt,
      lab_url: this.#labUrl,
      children
    });
  }
}

/** Ends the processes of a supervisor that was killed. Its services are taken over by the service keeper. */
async function endLeftovers(dataFolder: string): Promise<void> {
  const file = await readSupervisorFile(dataFolder);
  if (!file || isProcessAlive(file.pid)) {
    return;
  }
  for (const { pid } of file.children) {
    try {
      // Each was started as the leader of a group; a process id that was used again leads none.
      process.kill(-pid, 'SIGTERM');
    } catch {
      continue;
    }
    if (!(await waitUntilGone(pid, 5000))) {
      process.kill(-pid, 'SIGKILL');
    }
  }
}
