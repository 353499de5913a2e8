import path from 'node:path';
import { findServer, RecordSource, Sender } from '@slipway/recording/sending';
import { Recorder, type NewRecord } from '@slipway/recording/spool';
import { isPlainTslab } from './plain-tslab.js';
import { messageOf } from '@slipway/wording';

/** A script that has ended waits this long for the server. */
const LAST_FLUSH_MS = 2000;
/** The server takes a session that is silent for long to be lost. */
const KEEP_ALIVE_MS = 15_000;

interface Open {
  readonly recorder: Recorder;
  readonly sender: Sender;
}

/**
 * The record of a process that is not a Slipway kernel: a script, or another kernel that imports the library. It has runs
 * and no cells. It begins with the first thing to record, if there is a server to find, and ends with the process.
 */
export class ScriptRecord {
  #open: Open | null | undefined;

  constructor(
    private readonly sessionId: string,
    private readonly directory: string,
    private readonly warn: (message: string) => void
  ) {}

  /** Returns at once, never throws. */
  record(record: NewRecord): void {
    if (this.#open === undefined) {
      this.#open = this.#begin();
    }
    this.#open?.recorder.record(record);
  }

  flush(timeoutMs: number): Promise<boolean> {
    return this.#open?.recorder.flush(timeoutMs) ?? Promise.resolve(true);
  }

  #begin(): Open | null {
    const { sessionId, directory, warn } = this;
    try {
      // Where nobody listens and nobody ever did, a script leaves no folder behind.
      if (!findServer(directory)) {
        return null;
      }
      const recorder = new Recorder({ sessionId, directory, warn });
      const source = new RecordSource(recorder.spoolFile, warn);
      const sender = new Sender({ sessionId, directory, source, keepAliveMs: KEEP_ALIVE_MS, isBackground: true, warn });
      recorder.connect({
        wake: () => sender.wake(),
        hold: record => {
          source.hold(record);
          sender.wake();
        },
        flush: (timeoutMs, options) => sender.flush(timeoutMs, options)
      });
      void sender.run();
      process.once('beforeExit', () => {
        recorder.record({ type: 'session.ended' });
        void recorder.close(LAST_FLUSH_MS).then(() => sender.stop());
      });
      recorder.record(this.#started());
      return { recorder, sender };
    } catch (error) {
      warn(`Slipway cannot record this process (${messageOf(error)}).`);
      return null;
    }
  }

  #started(): NewRecord {
    const isTslab = isPlainTslab();
    return {
      type: 'session.started',
      session: {
        kernel: isTslab ? 'tslab' : 'script',
        language: 'typescript',
        notebook_path: isTslab ? '' : path.basename(process.argv[1] ?? ''),
        started_at: Date.now(),
        pid: process.pid,
        environment: null
      }
    };
  }
}
