import type { ICellModel } from '@jupyterlab/cells';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import { sha256 } from '../observing/sha256.js';
import { filledCodeCells } from './code-cells.js';
import { contentsPath } from './paths.js';

/** Current sources of notebooks, for the session page and the status bar. */
export interface INotebookSources {
  /** Emitted a moment after a cell was edited, or a notebook opened, closed or shown. */
  readonly changed: ISignal<INotebookSources, void>;
  /** SHA-256 of each code cell's source by cell id; null when the notebook is not open. @param path as a record has it. */
  digests(path: string): ReadonlyMap<string, string> | null;
  /** Ids of the code cells that are not empty, top to bottom; null when the notebook is not open. */
  cellOrder(path: string): readonly string[] | null;
  /** Whether the record's notebook is the one that is shown now. */
  isCurrent(path: string): boolean;
  /** Path of the notebook that is shown now; null without one. */
  readonly currentPath: string | null;
}

const PAUSE_MS = 500;

/** Follows the notebooks that are open in this page. */
export class OpenNotebooks implements INotebookSources, IDisposable {
  readonly #tracker: INotebookTracker;
  readonly #serverRoot: string;
  readonly #changed = new Signal<INotebookSources, void>(this);
  readonly #digestOf = new Map<string, { readonly source: string; readonly digest: string }>();
  /** By path as a record has it, until something changes: every cell of a session asks for them. */
  readonly #digestsOf = new Map<string, ReadonlyMap<string, string>>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #disposed = false;

  /** @param serverRoot the folder that JupyterLab was started in, as it tells it. */
  constructor(tracker: INotebookTracker, serverRoot: string) {
    this.#tracker = tracker;
    this.#serverRoot = serverRoot;
    tracker.currentChanged.connect(this.#schedule, this);
    tracker.widgetAdded.connect(this.#follow, this);
    tracker.forEach(panel => this.#follow(tracker, panel));
  }

  get changed(): ISignal<INotebookSources, void> {
    return this.#changed;
  }

  get isDisposed(): boolean {
    return this.#disposed;
  }

  get currentPath(): string | null {
    return this.#tracker.currentWidget?.context.localPath ?? null;
  }

  isCurrent(path: string): boolean {
    return path !== '' && contentsPath(path, this.#serverRoot) === this.currentPath;
  }

  digests(path: string): ReadonlyMap<string, string> | null {
    const known = this.#digestsOf.get(path);
    if (known !== undefined) {
      return known;
    }
    const cells = this.#cells(path);
    if (cells === undefined) {
      return null;
    }
    const digests = new Map<string, string>();
    this.#digestsOf.set(path, digests);
    for (const cell of cells) {
      if (cell.type === 'code') {
        digests.set(cell.id, this.#digest(cell.id, cell.sharedModel.source));
      }
    }
    return digests;
  }

  cellOrder(path: string): readonly string[] | null {
    const cells = this.#cells(path);
    return cells === undefined ? null : filledCodeCells(cells).map(cell => cell.id);
  }

  dispose(): void {
    if (!this.#disposed) {
      this.#disposed = true;
      if (this.#timer !== null) {
        clearTimeout(this.#timer);
      }
      Signal.disconnectReceiver(this);
      Signal.clearData(this);
    }
  }

  #cells(path: string): Iterable<ICellModel> | undefined {
    const wanted = contentsPath(path, this.#serverRoot);
    return this.#tracker.find(panel => panel.context.localPath === wanted)?.content.model?.cells;
  }

  /** Most cells do not change between two reads. */
  #digest(cellId: string, source: string): string {
    const known = this.#digestOf.get(cellId);
    if (known?.source === source) {
      return known.digest;
    }
    const digest = sha256(source);
    this.#digestOf.set(cellId, { source, digest });
    return digest;
  }

  #follow(_sender: INotebookTracker, panel: NotebookPanel): void {
    panel.context.model.contentChanged.connect(this.#schedule, this);
    panel.context.pathChanged.connect(this.#schedule, this);
    panel.disposed.connect(this.#schedule, this);
    this.#schedule();
  }

  /** Typing comes in bursts. */
  #schedule(): void {
    this.#digestsOf.clear();
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#changed.emit();
    }, PAUSE_MS);
  }
}
