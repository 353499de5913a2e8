import type { Frame } from './wire.js';

/** The part of a ZeroMQ socket that sends. */
export interface SendingSocket {
  send(frames: (Buffer | string)[]): Promise<void>;
}

/**
 * Sends on a socket in order, without waiting and without throwing. ZeroMQ's binding now and then finishes a send only
 * in a later turn of the event loop, and refuses another one until then. Nothing here hangs on a promise, because those
 * are lost when a busy loop is terminated.
 */
export class Outbox {
  readonly #waiting: (Buffer | string)[][] = [];

  constructor(private readonly socket: SendingSocket) {}

  send(frames: readonly Frame[]): void {
    this.#waiting.push(frames.map(frame => (typeof frame === 'string' ? frame : Buffer.from(frame))));
    // With more than one waiting, the next turn sends them.
    if (this.#waiting.length === 1) {
      this.#sendWaiting();
    }
  }

  readonly #sendWaiting = (): void => {
    for (let frames = this.#waiting[0]; frames; frames = this.#waiting[0]) {
      try {
        // A rejection means that the socket is closed; there is no receiver any more.
        this.socket.send(frames).catch(() => undefined);
      } catch (error) {
        if (!isBusy(error)) {
          this.#waiting.length = 0;
        } else {
          setImmediate(this.#sendWaiting);
        }
        return;
      }
      this.#waiting.shift();
    }
  };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EBUSY';
}
