import type { SpoolRecord } from '@slipway/contract';
import type { NewRecord } from './new-record.js';
import { maskDeep } from './environment-secrets.js';
import { SpoolFile } from './spool-file.js';
import { messageOf } from '@slipway/wording';

/** What the recorder needs of the sender, which may run in another thread. */
export interface SenderLink {
  /** There are new lines in the spool file. */
  wake(): void;
  /** Takes a record that could not be written to the file. */
  hold(record: SpoolRecord): void;
  flush(timeoutMs: number, options?: { untilAway?: boolean }): Promise<boolean>;
}

export interface RecorderOptions {
  readonly sessionId: string;
  /** Folder of the notebook. */
  readonly directory: string;
  /** Shows one line to the user. */
  warn(message: string): void;
}

/**
 * Keeps what happens in a session: each record is numbered and written to the spool file before `record` returns, and
 * then sent. When the file cannot be written, the notebook goes on with what memory holds, after one warning.
 */
export class Recorder {
  readonly #spool: SpoolFile | null;
  readonly #options: RecorderOptions;
  #link: SenderLink | null = null;
  #isSpoolBroken = false;
  #sequence = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#spool = this.#openSpool();
  }

  /** Null when no spool could be opened. */
  get spoolFile(): string | null {
    return this.#spool?.file ?? null;
  }

  /** Connects the sender; what was recorded before is in the file, or is lost where there is none. */
  connect(link: SenderLink): void {
    this.#link = link;
    link.wake();
  }

  /** Records something that happened now, without secrets. Returns at once, never throws. */
  record(record: NewRecord): void {
    try {
      // Outputs are masked where they are collected, before they are cut.
      const masked = record.type === 'cell.outputs' ? record : maskDeep(record);
      const numbered = { ...masked, seq: ++this.#sequence, at: Date.now() } as SpoolRecord;
      if (this.#append(JSON.stringify(numbered))) {
        this.#link?.wake();
      } else {
        this.#link?.hold(numbered);
      }
    } catch (error) {
      this.#options.warn(`Slipway could not record something of this notebook (${reason(error)}).`);
    }
  }

  /** Waits until the server has everything recorded so far; false when `timeoutMs` passed first. */
  flush(timeoutMs: number): Promise<boolean> {
    return this.#link?.flush(timeoutMs) ?? Promise.resolve(false);
  }

  /** Sends what is left, at most for `timeoutMs`, and deletes the spool when the server has all of it. */
  async close(timeoutMs: number): Promise<void> {
    const complete = await this.#link?.flush(timeoutMs, { untilAway: true });
    if (complete) {
      this.#spool?.remove();
    } else {
      this.#spool?.close();
    }
  }

  #append(line: string): boolean {
    if (!this.#spool || this.#isSpoolBroken) {
      return false;
    }
    try {
      this.#spool.append(line);
      return true;
    } catch (error) {
      this.#isSpoolBroken = true;
      this.#warnOfSpool(this.#spool.file, error);
      return false;
    }
  }

  #openSpool(): SpoolFile | null {
    const { directory, sessionId } = this.#options;
    try {
      return SpoolFile.open(directory, sessionId);
    } catch (error) {
      this.#warnOfSpool(directory, error);
      return null;
    }
  }

  #warnOfSpool(place: string, error: unknown): void {
    this.#options.warn(
      `Slipway cannot write its record to ${place} (${reason(error)}). The notebook goes on; ` +
        'until the server has them, records are kept in memory only.'
    );
  }
}

function reason(error: unknown): string {
  return messageOf(error);
}
