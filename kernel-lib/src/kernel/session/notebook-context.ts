import type { CurrentCell, ExecutedCell, MimeBundle, NotebookContext } from '@slipway/notebook/context';
import { warningBundle } from '@slipway/notebook/display';
import type { NewRecord, Recorder } from '@slipway/recording/spool';
import type { CellRouting } from '../cells/routing.js';
import type { ExecutedCells } from './executed-cells.js';

/** The kernel as the library's notebook context. */
export class KernelNotebook implements NotebookContext {
  readonly #neverAborted = new AbortController().signal;
  readonly #heldOpen = new Set<Promise<unknown>>();

  constructor(
    readonly sessionId: string,
    readonly directory: string,
    private readonly routing: CellRouting,
    private readonly recorder: Recorder,
    private readonly executed: ExecutedCells
  ) {}

  get cell(): CurrentCell | null {
    return this.routing.own;
  }

  /** Taking the signal tells the kernel that the cell will end by itself when it is aborted. */
  get signal(): AbortSignal {
    const cell = this.routing.own;
    if (!cell) {
      return this.#neverAborted;
    }
    cell.listens = true;
    return cell.abort.signal;
  }

  display(data: MimeBundle, options: { displayId?: string; update?: boolean } = {}): void {
    this.routing.nearest?.output.display(data, options);
  }

  warn(message: string): void {
    const cell = this.routing.nearest;
    if (cell) {
      cell.output.display(warningBundle(message));
    } else {
      process.stderr.write(`${message}\n`);
    }
  }

  record(record: NewRecord): void {
    this.recorder.record(record);
  }

  flush(timeoutMs: number): Promise<boolean> {
    return this.recorder.flush(timeoutMs);
  }

  holdOpen(work: Promise<unknown>): void {
    this.#heldOpen.add(work);
    void work.then(() => this.#heldOpen.delete(work));
  }

  /** Waits for work beside the cells, at most for `timeoutMs`. */
  async untilIdle(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const time = new Promise(resolve => (timer = setTimeout(resolve, timeoutMs)));
    await Promise.race([Promise.all(this.#heldOpen), time]);
    clearTimeout(timer);
  }

  executedCells(): readonly ExecutedCell[] {
    return this.executed.list();
  }

  noteRun(runId: string): void {
    this.routing.own?.runs.add(runId);
  }

  noteRead(name: string): void {
    this.routing.own?.reads.add(name);
  }

  noteWrite(name: string): void {
    this.routing.own?.writes.add(name);
  }
}
