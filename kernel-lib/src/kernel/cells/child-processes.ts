import childProcess, {
  ChildProcess,
  type SpawnOptions,
  type SpawnSyncOptions,
  type StdioOptions
} from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { redirected, type Redirected } from './child-output.js';
import { Reaper } from './reaper.js';
import type { CellRouting } from './routing.js';

interface SpawnArguments {
  stdio?: StdioOptions;
  detached?: boolean;
}
type Spawn = (this: ChildProcess, options: SpawnArguments) => unknown;
type Synchronous = typeof childProcess.spawnSync;
type SyncOptions = SpawnSyncOptions & { encoding?: BufferEncoding | 'buffer' | null };

/**
 * Child processes that cells and their packages start: what they write to inherited streams appears under the cell, and
 * they end with the kernel.
 */
export class ChildProcesses {
  readonly #reaper = new Reaper();

  constructor(private readonly routing: CellRouting) {}

  /** Takes the place of Node's functions for every module of this process. */
  takeOver(): void {
    this.#takeOverSpawn();
    this.#takeOverSynchronous();
    syncBuiltinESMExports();
  }

  /** All functions that do not wait go through this method. */
  #takeOverSpawn(): void {
    const prototype = ChildProcess.prototype as unknown as { spawn: Spawn };
    const spawn = prototype.spawn;
    const { routing } = this;
    const follow = (child: ChildProcess, options: SpawnArguments): void => this.#follow(child, options);
    prototype.spawn = function (options) {
      const cell = routing.own;
      if (!cell) {
        return spawn.call(this, options);
      }
      const redirection = redirected(options.stdio);
      const result = spawn.call(this, redirection ? { ...options, stdio: redirection.stdio } : options);
      for (const { index, stream } of redirection?.places ?? []) {
        const source = this.stdio[index];
        if (source && 'setEncoding' in source) {
          source.setEncoding('utf8').on('data', (text: string) => cell.output.write(stream, text));
        }
        hideStream(this, index);
      }
      follow(this, options);
      return result;
    };
  }

  #follow(child: ChildProcess, { detached }: SpawnArguments): void {
    const { pid } = child;
    if (pid === undefined) {
      return;
    }
    // Processes of the reaper do not belong to the cell.
    this.routing.outside(() => this.#reaper.add(pid));
    child.once('exit', () => this.#reaper.remove(pid));
    if (detached) {
      // Detached and let go of: it is meant to go on without the kernel.
      const unref = child.unref.bind(child);
      child.unref = () => {
        this.#reaper.remove(pid);
        unref();
      };
    }
  }

  #takeOverSynchronous(): void {
    const { spawnSync, execSync, execFileSync } = childProcess;
    const show = (places: readonly Redirected[], output: readonly unknown[]): void => {
      for (const { index, stream } of places) {
        const text = output[index];
        if (text !== null && text !== undefined) {
          process[stream].write(text as string | Uint8Array);
        }
      }
    };
    const shown = (file: string, args: readonly string[], options: SyncOptions): ReturnType<Synchronous> | null => {
      const redirection = this.routing.nearest ? redirected(options.stdio) : null;
      if (!redirection) {
        return null;
      }
      const { stdio, places } = redirection;
      const ended = spawnSync(file, args, { ...options, stdio, maxBuffer: Number.POSITIVE_INFINITY });
      show(places, ended.output ?? []);
      const given = (ended.output ?? []).map((text, i) => (places.some(({ index }) => index === i) ? null : text));
      return { ...ended, output: given, stdout: given[1] ?? null, stderr: given[2] ?? null } as typeof ended;
    };
    const replacements = {
      spawnSync: (file: string, ...rest: unknown[]): unknown => {
        const { args, options } = argumentsOf(rest);
        return shown(file, args, options) ?? spawnSync(file, args, options);
      },
      execFileSync: (file: string, ...rest: unknown[]): unknown => {
        const { args, options } = argumentsOf(rest);
        const ended = shown(file, args, options);
        return ended ? outputOrThrow(ended, [file, ...args].join(' ')) : execFileSync(file, args, options);
      },
      execSync: (command: string, options: SyncOptions = {}): unknown => {
        const ended = shown(command, [], { ...options, shell: options.shell ?? true });
        return ended ? outputOrThrow(ended, command) : execSync(command, options as SpawnOptions as object);
      }
    };
    Object.assign(childProcess, replacements);
  }
}

/** Node gives no stream where the child has inherited one. */
function hideStream(child: ChildProcess, index: number): void {
  const hidden = { configurable: true, value: null };
  if (index === 1) {
    Object.defineProperty(child, 'stdout', hidden);
  } else if (index === 2) {
    Object.defineProperty(child, 'stderr', hidden);
  }
}

function argumentsOf(rest: readonly unknown[]): { args: readonly string[]; options: SyncOptions } {
  const args = rest.find(argument => Array.isArray(argument)) as readonly string[] | undefined;
  const options = rest.find(argument => argument && typeof argument === 'object' && !Array.isArray(argument));
  return { args: args ?? [], options: (options as SyncOptions | undefined) ?? {} };
}

function outputOrThrow(ended: ReturnType<Synchronous>, command: string): unknown {
  if (ended.error) {
    throw Object.assign(ended.error, ended);
  }
  if (ended.status !== 0) {
    throw Object.assign(new Error(`Command failed: ${command}`), ended);
  }
  return ended.stdout;
}
