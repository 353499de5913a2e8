import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Dealer, Subscriber } from 'zeromq';
import { encode } from '../../kernel-lib/dist/kernel/protocol/wire.js';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const DELIMITER = Buffer.from('<IDS|MSG>');
const CHANNELS = ['shell_port', 'iopub_port', 'stdin_port', 'control_port', 'hb_port'] as const;

/** Program and arguments that start a kernel on a connection file. */
export type KernelCommand = (connectionFile: string) => string[];

export const slipwayKernel: KernelCommand = file => [
  '--no-force-async-hooks-checks',
  path.join(ROOT, 'kernel-lib', 'lib', 'kernel', 'main.js'),
  file
];
export const plainTslab: KernelCommand = file => {
  const package_ = createRequire(import.meta.url).resolve('tslab/package.json');
  return [path.join(path.dirname(package_), 'bin', 'tslab'), 'kernel', `--config-path=${file}`];
};

/** What a front end got for one request, and how long it waited for the last of it. */
export interface RoundTrip {
  readonly milliseconds: number;
  readonly status: unknown;
  readonly streamMessages: number;
  readonly streamCharacters: number;
}

interface Waiting {
  reply: unknown;
  isIdle: boolean;
  streamMessages: number;
  streamCharacters: number;
  done(): void;
}

interface KernelParts {
  readonly startMilliseconds: number;
  readonly process: ChildProcess;
  readonly folder: string;
  readonly key: string;
  readonly shell: Dealer;
  readonly iopub: Subscriber;
}

/** A kernel in a fresh folder, with the sockets of a front end. */
export class BenchKernel {
  readonly #waiting = new Map<string, Waiting>();
  readonly #parts: KernelParts;

  private constructor(parts: KernelParts) {
    this.#parts = parts;
  }

  /** Milliseconds from starting the process to its first reply. */
  get startMilliseconds(): number {
    return this.#parts.startMilliseconds;
  }

  static async start(command: KernelCommand): Promise<BenchKernel> {
    const folder = mkdtempSync(path.join(tmpdir(), 'slipway-bench-'));
    const key = randomUUID();
    const ports = await freePorts(CHANNELS.length);
    const channels = Object.fromEntries(CHANNELS.map((name, i) => [name, ports[i]]));
    const file = path.join(folder, 'connection.json');
    const address = { transport: 'tcp', ip: '127.0.0.1', signature_scheme: 'hmac-sha256', kernel_name: '' };
    writeFileSync(file, JSON.stringify({ ...address, key, ...channels }));

    const start = performance.now();
    const child = spawn(process.execPath, command(file), { cwd: folder, stdio: 'ignore' });
    // Connects again this often while nobody listens; the default adds up to 100 ms of chance.
    const shell = new Dealer({ reconnectInterval: 5, linger: 0 });
    const iopub = new Subscriber({ reconnectInterval: 5, linger: 0, receiveHighWaterMark: 0 });
    shell.connect(`tcp://127.0.0.1:${channels['shell_port']}`);
    iopub.connect(`tcp://127.0.0.1:${channels['iopub_port']}`);
    iopub.subscribe();
    await shell.send(message('kernel_info_request', {}, key).frames);
    await shell.receive();
    const kernel = new BenchKernel({
      ...{ startMilliseconds: performance.now() - start, process: child },
      ...{ folder, key, shell, iopub }
    });
    void kernel.#read(iopub);
    void kernel.#read(shell);
    await new Promise(resolve => setTimeout(resolve, 300));
    return kernel;
  }

  /** Runs a cell; over when the reply has come and the kernel is idle again. */
  execute(code: string): Promise<RoundTrip> {
    const options = { silent: false, store_history: true, allow_stdin: false, stop_on_error: true };
    return this.#request('execute_request', { code, ...options });
  }

  /** Asks for completions at the end of `code`. */
  complete(code: string): Promise<RoundTrip> {
    return this.#request('complete_request', { code, cursor_pos: code.length });
  }

  /** Resident memory of the kernel's process. Only Linux tells it in this way. */
  residentMegabytes(): number {
    const status = readFileSync(`/proc/${this.#parts.process.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? NaN) / 1024;
  }

  async stop(): Promise<void> {
    const gone = once(this.#parts.process, 'exit');
    this.#parts.process.kill('SIGKILL');
    await gone;
    this.#parts.shell.close();
    this.#parts.iopub.close();
    rmSync(this.#parts.folder, { recursive: true, force: true });
  }

  async #request(type: string, content: object): Promise<RoundTrip> {
    const { id, frames } = message(type, content, this.#parts.key);
    const waiting: Waiting = {
      ...{ reply: undefined, isIdle: false, streamMessages: 0, streamCharacters: 0 },
      done: () => undefined
    };
    const done = new Promise<void>(resolve => (waiting.done = resolve));
    this.#waiting.set(id, waiting);
    const start = performance.now();
    await this.#parts.shell.send(frames);
    await done;
    const { streamMessages, streamCharacters, reply } = waiting;
    this.#waiting.delete(id);
    const status = (reply as { status?: unknown }).status;
    return { milliseconds: performance.now() - start, status, streamMessages, streamCharacters };
  }

  async #read(socket: Dealer | Subscriber): Promise<void> {
    try {
      for await (const frames of socket) {
        this.#take(frames);
      }
    } catch {
      // The socket was closed under the read.
    }
  }

  #take(frames: readonly Uint8Array[]): void {
    const [header, parent, , content] = frames
      .slice(frames.findIndex(frame => Buffer.from(frame).equals(DELIMITER)) + 2)
      .map(frame => JSON.parse(Buffer.from(frame).toString()) as Record<string, unknown>);
    const waiting = this.#waiting.get(String(parent?.['msg_id']));
    const type = String(header?.['msg_type']);
    if (!waiting || !content) {
      return;
    }
    if (type === 'status') {
      waiting.isIdle ||= content['execution_state'] === 'idle';
    } else if (type.endsWith('_reply')) {
      waiting.reply = content;
    } else if (type === 'stream') {
      waiting.streamMessages++;
      waiting.streamCharacters += String(content['text']).length;
    }
    if (waiting.reply !== undefined && waiting.isIdle) {
      waiting.done();
    }
  }
}

function message(type: string, content: object, key: string): { id: string; frames: (string | Uint8Array)[] } {
  const id = randomUUID();
  const date = new Date().toISOString();
  const header = { msg_id: id, session: 'bench', username: 'bench', date, msg_type: type, version: '5.3' };
  return { id, frames: encode({ identities: [], header, parent: {}, metadata: {}, content }, key) };
}

/** Ports that nobody listens on at this moment. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map(server => once(server, 'listening')));
  const ports = servers.map(server => (server.address() as AddressInfo).port);
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))));
  return ports;
}
