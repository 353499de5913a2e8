import { randomUUID } from 'node:crypto';
import { provideNotebook, providedNotebook, type MimeBundle, type NotebookContext } from './context.js';
import type { NewRecord } from '@slipway/recording/spool';
import { isPlainTslab, PlainTslab } from './plain-tslab.js';
import { ScriptRecord } from './script-record.js';

/**
 * Used where no Slipway kernel runs (a script, a test, another kernel): shows the plain-text form on stdout, or what
 * plain tslab can show, and records runs when there is a server.
 */
class StandaloneNotebook implements NotebookContext {
  readonly sessionId = randomUUID();
  readonly cell = null;
  readonly #neverAborted = new AbortController().signal;
  readonly #tslab = isPlainTslab() ? new PlainTslab() : null;
  readonly directory = process.cwd();
  readonly #record = new ScriptRecord(this.sessionId, this.directory, message => this.warn(message));

  get signal(): AbortSignal {
    return this.#tslab?.signal ?? this.#neverAborted;
  }

  display(data: MimeBundle, options: { displayId?: string; update?: boolean } = {}): void {
    if (this.#tslab?.display(data, options)) {
      return;
    }
    const text = data['text/plain'];
    if (typeof text === 'string' && !options.update) {
      process.stdout.write(text + '\n');
    }
  }

  warn(message: string): void {
    process.stderr.write(message + '\n');
  }

  record(record: NewRecord): void {
    this.#record.record(record);
  }

  flush(timeoutMs: number): Promise<boolean> {
    return this.#record.flush(timeoutMs);
  }

  /** A process of Node waits for its work by itself. */
  holdOpen(): void {}

  executedCells(): [] {
    return [];
  }

  noteRun(): void {}
  noteRead(): void {}
  noteWrite(): void {}
}

/** The notebook that the current code runs in; a standalone one outside a Slipway kernel. */
export function notebook(): NotebookContext {
  const provided = providedNotebook();
  if (provided) {
    return provided;
  }
  const standalone = new StandaloneNotebook();
  provideNotebook(standalone);
  return standalone;
}
