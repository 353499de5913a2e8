import { Worker } from 'node:worker_threads';
import type { ReplyChannel } from '../protocol/channels.js';
import type { InputChannel } from '../cells/input.js';
import type { Frame, Message } from '../protocol/wire.js';
import { InputLine } from './blocking-input.js';
import { InterruptFlags } from './flags.js';
import type { SenderLink } from '@slipway/recording/spool';
import type { FromSideThread, SenderSettings, SideThreadData, ToSideThread } from './messages.js';

/** What the kernel does with what the side thread tells it. */
export interface SideThreadListener {
  onControl(message: Message): void;
  /** A busy loop of the running cell was terminated. */
  onLoopStopped(): void;
  /** The kernel is to end; said again until it has recorded its end. */
  onEnd(): void;
  onWarning(message: string): void;
}

/** Main-thread end of the side thread. */
export class SideThread {
  readonly control: ReplyChannel;
  readonly #worker: Worker;
  #onClosed: (() => void) | undefined;
  readonly #flushes = new Map<number, (complete: boolean) => void>();
  #nextFlush = 0;
  #hasEnded = false;
  #listener: SideThreadListener | undefined;
  /** What arrived before anybody listened: a front end that waits for the ports asks at once. */
  readonly #early: Exclude<FromSideThread, { kind: 'bound' }>[] = [];

  readonly #bound: Promise<void>;

  private constructor(
    worker: Worker,
    readonly flags: InterruptFlags,
    private readonly inputLine: InputLine
  ) {
    this.#worker = worker;
    this.control = { send: frames => this.post({ kind: 'send-control', frames: [...frames] }) };
    worker.once('exit', () => this.#end());
    this.#bound = new Promise((resolve, reject) => {
      worker.once('error', reject);
      worker.on('message', (message: FromSideThread) => {
        if (message.kind === 'bound') {
          resolve();
        } else if (this.#listener) {
          this.#receive(message);
        } else {
          this.#early.push(message);
        }
      });
    });
    // Callers of `bound` get the error; before the first call it must not count as uncaught.
    this.#bound.catch(() => undefined);
  }

  /** Starts the thread, which binds control and heartbeat while the main thread loads the rest of the kernel. */
  static launch(connectionFile: string): SideThread {
    const flags = new InterruptFlags();
    const line = new InputLine(flags);
    const workerData: SideThreadData = { connectionFile, flags: flags.memory, input: line.source };
    const worker = new Worker(new URL('./thread.js', import.meta.url), {
      workerData,
      transferList: [line.source.port]
    });
    worker.unref();
    return new SideThread(worker, flags, line);
  }

  /**
   * Resolves when control and heartbeat are bound.
   *
   * @throws Error when a port cannot be bound.
   */
  bound(): Promise<void> {
    return this.#bound;
  }

  listen(listener: SideThreadListener): void {
    this.#listener = listener;
    for (const message of this.#early.splice(0)) {
      this.#receive(message);
    }
  }

  post(message: ToSideThread): void {
    this.#worker.postMessage(message);
  }

  /** Where the main thread asks the user: `encode` makes the frames of a question. */
  inputChannel(encode: (parent: Message, prompt: string, password: boolean) => Frame[]): InputChannel {
    return {
      request: (parent, prompt, password) =>
        this.post({ kind: 'request-input', frames: encode(parent, prompt, password) }),
      listen: listener => this.inputLine.listen(listener),
      wait: () => this.inputLine.wait()
    };
  }

  /** Starts to send the session's records; the link is how the recorder talks to the sender. */
  startSender(settings: SenderSettings): SenderLink {
    this.post({ kind: 'start-sender', settings });
    return {
      wake: () => this.post({ kind: 'wake' }),
      hold: record => this.post({ kind: 'hold', record }),
      flush: (timeoutMs, options) => this.#flush(timeoutMs, options?.untilAway === true)
    };
  }

  /** The end of the session is on record: no code is interrupted any more, and the process is gone after `withinMs`. */
  ending(withinMs: number): void {
    this.flags.markEnding();
    this.post({ kind: 'ending', withinMs });
  }

  /** Closes the thread's sockets, so that the process can exit. */
  async close(): Promise<void> {
    if (this.#hasEnded) {
      return;
    }
    const closed = new Promise<void>(resolve => (this.#onClosed = resolve));
    this.#worker.ref();
    this.post({ kind: 'close' });
    await closed;
  }

  #flush(timeoutMs: number, untilAway: boolean): Promise<boolean> {
    if (this.#hasEnded) {
      return Promise.resolve(false);
    }
    const id = this.#nextFlush++;
    return new Promise(resolve => {
      this.#flushes.set(id, resolve);
      this.post({ kind: 'flush', id, timeoutMs, untilAway });
    });
  }

  #end(): void {
    this.#hasEnded = true;
    this.#onClosed?.();
    for (const settle of this.#flushes.values()) {
      settle(false);
    }
    this.#flushes.clear();
  }

  #receive(message: Exclude<FromSideThread, { kind: 'bound' }>): void {
    switch (message.kind) {
      case 'control':
        this.#listener?.onControl(message.message);
        return;
      case 'loop-stopped':
        this.#listener?.onLoopStopped();
        return;
      case 'end':
        this.#listener?.onEnd();
        return;
      case 'closed':
        this.#onClosed?.();
        return;
      case 'warning':
        this.#listener?.onWarning(message.message);
        return;
      case 'flushed':
        this.#flushes.get(message.id)?.(message.complete);
        this.#flushes.delete(message.id);
        return;
    }
  }
}
