import { randomUUID } from 'node:crypto';
import { provideNotebook, providedNotebook, type MimeBundle, type NotebookContext } from './context.js';

/**
 * Stands in where no Slipway kernel runs (a script, a test, another kernel): shows the plain-text form on stdout and
 * records nothing.
 */
class StandaloneNotebook implements NotebookContext {
  readonly sessionId = randomUUID();
  readonly cell = null;
  readonly signal = new AbortController().signal;
  readonly directory = process.cwd();

  display(data: MimeBundle, options: { displayId?: string; update?: boolean } = {}): void {
    const text = data['text/plain'];
    if (typeof text === 'string' && !options.update) process.stdout.write(text + '\n');
  }

  warn(message: string): void {
    process.stderr.write(message + '\n');
  }

  record(): void {}

  flush(): Promise<boolean> {
    return Promise.resolve(true);
  }

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
  if (provided) return provided;
  const standalone = new StandaloneNotebook();
  provideNotebook(standalone);
  return standalone;
}
