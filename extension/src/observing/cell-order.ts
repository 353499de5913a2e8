import type { IDisposable } from '@lumino/disposable';
import type { CurrentSession } from '../notebook/current-session.js';
import type { INotebookSources } from '../notebook/open-notebooks.js';
import type { Outbox } from './outbox.js';

/**
 * Tells the server which cells a notebook has, in their order, for kernels that keep their own record: they know what
 * ran, but not the cells above or below it. (For all other kernels the page records the whole session.)
 */
export class CellOrderReport implements IDisposable {
  readonly #current: CurrentSession;
  readonly #notebooks: INotebookSources;
  readonly #outbox: Pick<Outbox, 'add'>;
  readonly #told = new Map<string, string>();
  #disposed = false;

  constructor(current: CurrentSession, notebooks: INotebookSources, outbox: Pick<Outbox, 'add'>) {
    this.#current = current;
    this.#notebooks = notebooks;
    this.#outbox = outbox;
    current.changed.connect(this.#tell, this);
  }

  get isDisposed(): boolean {
    return this.#disposed;
  }

  dispose(): void {
    this.#disposed = true;
    this.#current.changed.disconnect(this.#tell, this);
  }

  #tell(): void {
    const { session } = this.#current;
    if (session === null || session.recorder !== 'kernel' || session.state !== 'alive') {
      return;
    }
    const cell_order = this.#notebooks.cellOrder(session.notebook_path);
    const text = JSON.stringify(cell_order);
    if (cell_order !== null && this.#told.get(session.session_id) !== text) {
      this.#told.set(session.session_id, text);
      this.#outbox.add(session.session_id, { at: Date.now(), type: 'session.seen', cell_order: [...cell_order] });
    }
  }
}
