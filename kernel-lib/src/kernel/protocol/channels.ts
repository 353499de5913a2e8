import type { Router, XPublisher } from 'zeromq';
import { addressOf, type Connection } from './connection.js';
import { Outbox, SENDS_AT_ONCE } from './outbox.js';
import { decode, encode, messageFor, unsolicited, type Frame, type Message } from './wire.js';

/** A socket that replies can be sent on. */
export interface ReplyChannel {
  send(frames: Frame[]): void;
}

/** Main-thread sockets of the kernel; control, heartbeat and stdin are in the side thread. */
export class Channels {
  readonly shell: ReplyChannel;
  readonly #connection: Connection;
  readonly #shell: Router;
  readonly #iopub: XPublisher;
  readonly #broadcasts: Outbox;

  private constructor(connection: Connection, shell: Router, iopub: XPublisher) {
    this.#connection = connection;
    this.#shell = shell;
    this.#iopub = iopub;
    this.shell = new Outbox(shell);
    this.#broadcasts = new Outbox(iopub);
  }

  /** Binds shell and iopub to the ports of `connection`. */
  static async bind(connection: Connection): Promise<Channels> {
    const zmq = await import('zeromq');
    const [shell, iopub] = [new zmq.Router(SENDS_AT_ONCE), new zmq.XPublisher(SENDS_AT_ONCE)];
    await Promise.all([
      shell.bind(addressOf(connection, connection.shell_port)),
      iopub.bind(addressOf(connection, connection.iopub_port))
    ]);
    const channels = new Channels(connection, shell, iopub);
    void channels.#welcomeSubscribers();
    return channels;
  }

  /** Calls `listener` with each request that arrives on shell, until the socket is closed. */
  async listen(listener: (message: Message) => void): Promise<void> {
    for await (const frames of this.#shell) {
      this.#receive(frames, listener);
    }
  }

  /** Broadcasts a message caused by `parent`. */
  publish(parent: Message, type: string, content: unknown): void {
    const message = { ...messageFor(parent, type, content), identities: [Buffer.from(`kernel.${type}`)] };
    this.#broadcasts.send(encode(message, this.#connection.key));
  }

  publishStatus(parent: Message, state: 'busy' | 'idle' | 'starting'): void {
    this.publish(parent, 'status', { execution_state: state });
  }

  reply(channel: ReplyChannel, parent: Message, type: string, content: unknown): void {
    channel.send(encode(messageFor(parent, type, content), this.#connection.key));
  }

  /** The frames of a question to the front end that sent `parent`. */
  inputRequest(parent: Message, prompt: string, password: boolean): Frame[] {
    return encode(messageFor(parent, 'input_request', { prompt, password }), this.#connection.key);
  }

  close(): void {
    for (const socket of [this.#shell, this.#iopub]) {
      socket.close();
    }
  }

  #receive(frames: readonly Uint8Array[], listener: (message: Message) => void): void {
    let message: Message;
    try {
      message = decode(frames, this.#connection.key);
    } catch {
      // A wrong signature or not a message: not from our front end.
      return;
    }
    listener(message);
  }

  /** JEP 65: a subscriber learns from the welcome that nothing published from now on is lost to it. */
  async #welcomeSubscribers(): Promise<void> {
    for await (const [frame] of this.#iopub) {
      if (frame?.[0] !== 1) {
        continue;
      }
      const welcome = unsolicited('iopub_welcome', 'iopub_welcome', { subscription: frame.subarray(1).toString() });
      this.#broadcasts.send(encode(welcome, this.#connection.key));
    }
  }
}
