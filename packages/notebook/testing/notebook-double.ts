import { provideNotebook, type MimeBundle, type NotebookContext } from '@slipway/notebook/context';
import type { NewRecord } from '@slipway/recording/spool';

/** A notebook for unit tests: keeps what was shown, warned and recorded. */
export class RecordingNotebook implements NotebookContext {
  readonly sessionId = 'test-session';
  readonly cell = { executionId: 'test-session.1', order: 1, executionCount: 1, cellId: 'cell-1' };
  readonly shown: MimeBundle[] = [];
  readonly warnings: string[] = [];
  readonly records: NewRecord[] = [];
  readonly abort = new AbortController();

  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** Makes it the notebook of this process. */
  static install(directory: string): RecordingNotebook {
    const book = new RecordingNotebook(directory);
    provideNotebook(book);
    return book;
  }

  display(data: MimeBundle): void {
    this.shown.push(data);
  }

  warn(message: string): void {
    this.warnings.push(message);
  }

  record(record: NewRecord): void {
    this.records.push(record);
  }

  flush(): Promise<boolean> {
    return Promise.resolve(true);
  }

  holdOpen(): void {}

  executedCells(): [] {
    return [];
  }

  noteRun(): void {}
  noteRead(): void {}
  noteWrite(): void {}
}
