import type { Frame } from './wire.js';

/**
 * Options of every socket that sends. Without a timeout the binding hands a message to ZeroMQ within the call; with one
 * it now and then leaves that to a later turn of the event loop, which a cell that blocks (`prompt`, a loop) never gives.
 * Without a limit nothing is dropped when a cell shows more at once than a front end has taken.
 */
export const SENDS_AT_ONCE = { sendTimeout: 0, sendHighWaterMark: 0 } as const;

/** The part of a ZeroMQ socket that sends. */
export interface SendingSocket {
  send(frames: (Buffer | string)[]): Promise<void>;
}

/** Sends on a socket, opened with `SENDS_AT_ONCE`, in order, without waiting and without throwing. */
export class Outbox {
  constructor(private readonly socket: SendingSocket) {}

  send(frames: readonly Frame[]): void {
    try {
      this.socket
        .send(frames.map(frame => (typeof frame === 'string' ? frame : Buffer.from(frame))))
        .catch(() => undefined);
    } catch {
      // The socket is closed; there is no receiver any more.
    }
  }
}
