import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { Dealer, Subscriber } from 'zeromq';
import { decode, encode, type Message } from '../../kernel-lib/src/kernel/protocol/wire.js';
import { KERNEL_MAIN, nodePath } from '../harness/places.js';
import { temporaryFolder } from '../harness/temporary-folder.js';

export interface ExecuteOptions {
  silent?: boolean;
  stop_on_error?: boolean;
  cellId?: string;
  allow_stdin?: boolean;
  user_expressions?: Record<string, string>;
}

const OUR_KERNEL = [nodePath(), '--no-force-async-hooks-checks', KERNEL_MAIN, '{connection_file}'];

export type Content = Record<string, unknown>;

/** What came back for one request. */
export interface Execution {
  readonly id: string;
  /** Messages on iopub with this request as their parent, in order; it goes on growing. */
  readonly published: { type: string; content: Content }[];
  /** Resolves to the content of the reply, once the kernel is idle again too. */
  readonly done: Promise<Content>;
}

/** A Jupyter front end for tests: starts a kernel of its own and talks to it over its sockets. */
export class KernelClient {
  readonly #executions = new Map<string, Execution>();
  readonly #resolveReply = new Map<string, (content: Content) => void>();
  readonly #resolveIdle = new Map<string, () => void>();
  readonly #session = randomUUID();
  stderr = '';

  private constructor(
    readonly process: ChildProcess,
    private readonly key: string,
    private readonly shell: Dealer,
    private readonly control: Dealer,
    private readonly stdin: Dealer,
    private readonly iopub: Subscriber
  ) {}

  /**
   * Starts a kernel in `directory` and waits until it answers.
   *
   * @param argv as in a kernelspec, with `{connection_file}`; by default ours.
   */
  static async start(
    directory: string,
    env: NodeJS.ProcessEnv = {},
    argv: readonly string[] = OUR_KERNEL
  ): Promise<KernelClient> {
    const ports = await freePorts(5);
    const [shell_port, iopub_port, stdin_port, control_port, hb_port] = ports;
    const connection = { transport: 'tcp', ip: '127.0.0.1', key: randomUUID(), signature_scheme: 'hmac-sha256' };
    const file = path.join(temporaryFolder('slipway-connection-'), 'connection.json');
    writeFileSync(file, JSON.stringify({ ...connection, shell_port, iopub_port, stdin_port, control_port, hb_port }));
    const sockets = { shell: new Dealer(), control: new Dealer(), stdin: new Dealer(), iopub: new Subscriber() };
    const identity = randomUUID();
    sockets.shell.routingId = identity;
    sockets.stdin.routingId = identity;
    for (const socket of Object.values(sockets)) {
      socket.linger = 0;
    }
    sockets.shell.connect(`tcp://127.0.0.1:${shell_port}`);
    sockets.control.connect(`tcp://127.0.0.1:${control_port}`);
    sockets.stdin.connect(`tcp://127.0.0.1:${stdin_port}`);
    sockets.iopub.connect(`tcp://127.0.0.1:${iopub_port}`);
    sockets.iopub.subscribe();
    const [program = '', ...args] = argv.map(part => part.replace('{connection_file}', file));
    const child = spawn(program, args, {
      cwd: directory,
      env: { ...process.env, SLIPWAY_URL: '', SLIPWAY_TOKEN: '', JPY_SESSION_NAME: '', ...env },
      stdio: ['ignore', 'pipe', 'pipe']
    });
    const { shell, control, stdin, iopub } = sockets;
    const client = new KernelClient(child, connection.key, shell, control, stdin, iopub);
    child.stderr?.on('data', (chunk: Buffer) => (client.stderr += chunk.toString()));
    child.stdout?.resume();
    void client.#readIopub();
    void client.#readReplies(shell);
    void client.#readReplies(control);
    await client.#untilSubscribed();
    return client;
  }

  /** Sends an execute request without waiting. */
  submit(code: string, options: ExecuteOptions = {}): Execution {
    const { cellId, ...rest } = options;
    const content = { code, silent: false, store_history: true, allow_stdin: false, stop_on_error: true, ...rest };
    return this.#send(this.shell, 'execute_request', content, cellId === undefined ? {} : { cellId });
  }

  /** Runs a cell to its end. */
  async execute(code: string, options: ExecuteOptions = {}): Promise<Execution & { reply: Content }> {
    const execution = this.submit(code, options);
    return { ...execution, reply: await execution.done };
  }

  /** Sends any other request on shell and waits for its reply. */
  request(type: string, content: Content): Promise<Content> {
    return this.#send(this.shell, type, content, {}).done;
  }

  async interrupt(): Promise<void> {
    await this.#send(this.control, 'interrupt_request', {}, {}).done;
  }

  /** Asks the kernel to end and waits until its process has. */
  async shutdown(): Promise<void> {
    const ended = this.ended();
    void this.#send(this.control, 'shutdown_request', { restart: false }, {});
    await ended;
    this.close();
  }

  /** `kill -9`; waits until the process is gone. */
  async kill(): Promise<void> {
    const ended = this.ended();
    this.process.kill('SIGKILL');
    await ended;
    this.close();
  }

  /** Resolves when the process has ended. */
  async ended(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      await once(this.process, 'exit');
    }
  }

  close(): void {
    for (const socket of [this.shell, this.control, this.stdin, this.iopub]) {
      socket.close();
    }
  }

  /** Answers the next input request with `value`; resolves to what was asked. */
  async answerInput(value: string): Promise<string> {
    const frames = await this.stdin.receive();
    const request = decode(frames, this.key);
    await this.stdin.send(encode({ ...request, header: this.#header('input_reply'), content: { value } }, this.key));
    return String((request.content as Content)['prompt']);
  }

  #send(socket: Dealer, type: string, content: Content, metadata: Content): Execution {
    const header = this.#header(type);
    const reply = new Promise<Content>(resolve => this.#resolveReply.set(header.msg_id, resolve));
    const idle = new Promise<void>(resolve => this.#resolveIdle.set(header.msg_id, resolve));
    const execution = { id: header.msg_id, published: [], done: Promise.all([reply, idle]).then(([answer]) => answer) };
    this.#executions.set(header.msg_id, execution);
    const message: Message = { identities: [], header, parent: {}, metadata, content };
    void socket.send(encode(message, this.key));
    return execution;
  }

  #header(type: string): Message['header'] {
    const date = new Date().toISOString();
    return { msg_id: randomUUID(), msg_type: type, session: this.#session, username: 'test', date, version: '5.4' };
  }

  async #readIopub(): Promise<void> {
    for await (const frames of this.iopub) {
      const { header, parent, content } = read(frames);
      const id = parent.msg_id ?? '';
      this.#executions.get(id)?.published.push({ type: header.msg_type, content });
      if (header.msg_type === 'status' && content['execution_state'] === 'idle') {
        this.#resolveIdle.get(id)?.();
      }
    }
  }

  async #readReplies(socket: Dealer): Promise<void> {
    for await (const frames of socket) {
      const { parent, content } = read(frames);
      this.#resolveReply.get(parent.msg_id ?? '')?.(content);
    }
  }

  /** Asks until an answer's status arrives on iopub too: before that, published messages may be lost. */
  async #untilSubscribed(): Promise<void> {
    const died = this.ended().then(() => 'died' as const);
    for (;;) {
      const { done } = this.#send(this.shell, 'kernel_info_request', {}, {});
      const result = await Promise.race([done, died, new Promise(resolve => setTimeout(resolve, 500))]);
      if (result === 'died') {
        throw new Error(`The kernel ended at its start: ${this.stderr}`);
      }
      if (result) {
        return;
      }
    }
  }
}

function read(frames: Buffer[]): { header: { msg_type: string }; parent: { msg_id?: string }; content: Content } {
  const delimiter = frames.findIndex(frame => frame.toString() === '<IDS|MSG>');
  const [header, parent, , content] = frames.slice(delimiter + 2).map(frame => JSON.parse(frame.toString()) as unknown);
  return {
    header: header as { msg_type: string },
    parent: parent as { msg_id?: string },
    content: content as Content
  };
}

/** Ports that nobody listens on at this moment. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map(server => once(server, 'listening')));
  const ports = servers.map(server => (server.address() as AddressInfo).port);
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))));
  return ports;
}
