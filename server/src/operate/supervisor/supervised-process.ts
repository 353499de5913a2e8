import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 15_000;
/** A process that lived this long is healthy: the next restart is quick again. */
const HEALTHY_AFTER_MS = 20_000;
const STOP_TIMEOUT_MS = 8000;

/** How a process is started. */
export interface ProcessSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Everything the process prints is appended to this file. */
  readonly logFile: string;
}

export interface SupervisedEvents {
  /** The process ended without being asked; it is started again after `delay` milliseconds. */
  onRestart(name: string, reason: string, delay: number): void;
}

/** Keeps one process running: starts it again, with growing delays, until it is stopped. */
export class SupervisedProcess {
  readonly spec: ProcessSpec;
  readonly #events: SupervisedEvents;
  #child: ChildProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  #startedAt = 0;
  #delay = FIRST_DELAY_MS;
  #stopped = false;

  constructor(spec: ProcessSpec, events: SupervisedEvents) {
    this.spec = spec;
    this.#events = events;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  start(): void {
    mkdirSync(path.dirname(this.spec.logFile), { recursive: true });
    const log = openSync(this.spec.logFile, 'a', 0o600);
    this.#startedAt = Date.now();
    // A group of its own: Ctrl-C reaches only the supervisor, which then ends its children in order.
    const child = spawn(this.spec.command, [...this.spec.args], {
      cwd: this.spec.cwd,
      env: { ...this.spec.env },
      stdio: ['ignore', log, log],
      detached: true
    });
    closeSync(log);
    this.#child = child;
    let ended = false;
    const onEnd = (reason: string): void => {
      if (ended) {
        return;
      }
      ended = true;
      if (this.#stopped) {
        return;
      }
      if (Date.now() - this.#startedAt > HEALTHY_AFTER_MS) {
        this.#delay = FIRST_DELAY_MS;
      }
      this.#events.onRestart(this.spec.name, reason, this.#delay);
      this.#timer = setTimeout(() => this.start(), this.#delay);
      this.#delay = Math.min(LONGEST_DELAY_MS, this.#delay * 2);
    };
    child.once('error', error => onEnd(error.message));
    child.once('exit', (code, signal) => onEnd(signal ? `signal ${signal}` : `exit code ${code}`));
  }

  /** Ends the process (SIGTERM, then SIGKILL to its whole group) and does not start it again. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (!child?.pid || child.exitCode !== null || child.signalCode !== null) {
      return;
    }
    const gone = new Promise<void>(resolve => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const timer = setTimeout(() => killGroup(child.pid!), STOP_TIMEOUT_MS);
    await gone;
    clearTimeout(timer);
    killGroup(child.pid);
  }
}

/** What a process left in its own group goes with it. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing is left.
  }
}
