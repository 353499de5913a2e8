import { expect, it } from 'vitest';
import { Outbox, type SendingSocket } from './outbox.js';

/** Takes `free` sends and is then busy until `release` is called, as the binding is now and then. */
class BusySocket implements SendingSocket {
  readonly sent: string[] = [];
  free = 2;
  failure: Error | null = null;

  send([frame]: (Buffer | string)[]): Promise<void> {
    if (this.failure) {
      throw this.failure;
    }
    if (this.free === 0) {
      throw Object.assign(new Error('Socket is busy writing'), { code: 'EBUSY' });
    }
    this.free--;
    this.sent.push(String(frame));
    return Promise.resolve();
  }
}

const turns = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i++) {
    await new Promise(resolve => setImmediate(resolve));
  }
};

it('messages that meet a busy socket follow in order when it is free', async () => {
  const socket = new BusySocket();
  const outbox = new Outbox(socket);
  for (const name of ['a', 'b', 'c', 'd']) {
    outbox.send([name]);
  }
  expect(socket.sent).toEqual(['a', 'b']);
  await turns(3);
  expect(socket.sent).toEqual(['a', 'b']);
  socket.free = 10;
  await turns(2);
  outbox.send(['e']);
  expect(socket.sent).toEqual(['a', 'b', 'c', 'd', 'e']);
});

it('a closed socket drops messages without an error', () => {
  const socket = new BusySocket();
  socket.failure = new Error('Socket is closed');
  const outbox = new Outbox(socket);
  expect(() => outbox.send(['a'])).not.toThrow();
});
