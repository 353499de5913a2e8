import { MessageChannel, receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import type { Message } from '../protocol/wire.js';
import type { InterruptFlags } from './flags.js';

const CHANGES = 0;
/** A termination of the execution takes effect between two waits. */
const RECHECK_MS = 100;

/** The end of the input line that is in the side thread. */
export interface InputSource {
  readonly port: MessagePort;
  readonly memory: SharedArrayBuffer;
}

/** Answers of the user as the main thread gets them: as they come, or by waiting for one with nothing else going on. */
export class InputLine {
  readonly #state: Int32Array;
  readonly #port: MessagePort;
  /** For the side thread. */
  readonly source: InputSource;

  constructor(private readonly flags: InterruptFlags) {
    const { port1, port2 } = new MessageChannel();
    const memory = new SharedArrayBuffer(4);
    this.#port = port1;
    this.#state = new Int32Array(memory);
    this.source = { port: port2, memory };
    port1.unref();
  }

  /** Calls `listener` with each answer that nobody waits for. */
  listen(listener: (message: Message) => void): void {
    this.#port.on('message', listener);
    this.#port.unref();
  }

  /** Waits for the next answer, and keeps this thread from everything else; null when the user interrupts. */
  wait(): Message | null {
    this.flags.beginWait();
    for (;;) {
      const changes = Atomics.load(this.#state, CHANGES);
      const received = receiveMessageOnPort(this.#port) as { message: Message } | undefined;
      if (received || this.flags.isWaitInterrupted) {
        return this.flags.endWait() ? null : received!.message;
      }
      // Not for ever: an interrupt that came just before is noticed when this code goes on.
      Atomics.wait(this.#state, CHANGES, changes, RECHECK_MS);
    }
  }
}

/** What the side thread does with the input line. */
export class InputFeed {
  readonly #state: Int32Array;

  constructor(private readonly source: InputSource) {
    this.#state = new Int32Array(source.memory);
  }

  answer(message: Message): void {
    this.source.port.postMessage(message);
    this.wake();
  }

  /** Makes a waiting main thread look again. */
  wake(): void {
    Atomics.add(this.#state, CHANGES, 1);
    Atomics.notify(this.#state, CHANGES);
  }
}
