import { RecordSource, Sender, sendLeftovers } from '@slipway/recording/sending';
import type { FromSideThread, SenderSettings, ToSideThread } from './messages.js';

/** An idle main thread records that it is alive each 10 s; when a cell keeps it from that, the sender says so. */
const KEEP_ALIVE_MS = 15_000;

/** Sends this session's records from the side thread, and those that dead sessions left behind. */
export class SessionSending {
  #started: { source: RecordSource; sender: Sender } | undefined;

  constructor(private readonly post: (message: FromSideThread) => void) {}

  handle(message: Exclude<ToSideThread, { kind: 'send-control' | 'request-input' | 'ending' | 'close' }>): void {
    switch (message.kind) {
      case 'start-sender':
        this.#start(message.settings);
        return;
      case 'wake':
        this.#started?.sender.wake();
        return;
      case 'hold':
        this.#started?.source.hold(message.record);
        this.#started?.sender.wake();
        return;
      case 'flush':
        void this.#flush(message.id, message.timeoutMs, message.untilAway);
        return;
    }
  }

  #start({ sessionId, directory, spoolFile }: SenderSettings): void {
    const warn = (message: string): void => this.post({ kind: 'warning', message });
    const source = new RecordSource(spoolFile, warn);
    const onConnected = (): void => void sendWhatWaits(directory, sessionId, warn);
    const sender = new Sender({ sessionId, directory, source, keepAliveMs: KEEP_ALIVE_MS, warn, onConnected });
    this.#started = { source, sender };
    void sender.run();
  }

  async #flush(id: number, timeoutMs: number, untilAway: boolean): Promise<void> {
    const complete = (await this.#started?.sender.flush(timeoutMs, { untilAway })) ?? false;
    this.post({ kind: 'flushed', id, complete });
  }
}

/** What earlier kernels left behind: their records first, which the models that they trained belong to. */
async function sendWhatWaits(directory: string, sessionId: string, warn: (message: string) => void): Promise<void> {
  await sendLeftovers(directory, sessionId, warn);
  // Loaded when the server is known: it brings the whole contract with it.
  const { sendPendingModels } = await import('@slipway/notebook/server');
  await sendPendingModels(directory, warn);
}
