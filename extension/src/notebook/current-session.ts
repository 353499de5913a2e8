import type { NotebookSession, SessionCell } from '@slipway/contract';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import type { SlipwayClient } from '@slipway/client';
import { LiveQuery, type ILiveConnection } from '../live/index.js';
import { freshnessOf } from './edited.js';
import type { INotebookSources } from './open-notebooks.js';

interface Found {
  /** The notebook that was shown when this was read. */
  readonly path: string;
  readonly session: NotebookSession | null;
  readonly cells: readonly SessionCell[];
}

/** Notebooks in other folders may have the same name. */
const SESSIONS_READ = 10;
const PACE_MS = 1_000;

/** The newest session of the notebook that is shown now, and how many of its cells are outdated. */
export class CurrentSession implements IDisposable {
  readonly #notebooks: INotebookSources;
  readonly #query: LiveQuery<Found | null>;
  readonly #changed = new Signal<CurrentSession, void>(this);
  #path: string | null = null;
  #disposed = false;

  constructor(client: Pick<SlipwayClient, 'call'>, connection: ILiveConnection, notebooks: INotebookSources) {
    this.#notebooks = notebooks;
    this.#query = new LiveQuery<Found | null>({
      connection,
      paceMs: PACE_MS,
      load: signal => this.#load(client, signal),
      concerns: event =>
        this.#path !== null &&
        (event.type === 'session.changed' || (event.type === 'cell.changed' && event.session_id === this.sessionId))
    });
    this.#query.changed.connect(this.#emit, this);
    notebooks.changed.connect(this.#onNotebooksChanged, this);
    this.#onNotebooksChanged();
  }

  get changed(): ISignal<CurrentSession, void> {
    return this.#changed;
  }

  get isDisposed(): boolean {
    return this.#disposed;
  }

  /** Null when the shown notebook has no record. */
  get session(): NotebookSession | null {
    return this.#found?.session ?? null;
  }

  get sessionId(): string | null {
    return this.session?.session_id ?? null;
  }

  /** Cells that are stale, or were edited after they ran. */
  get staleCount(): number {
    const { session, cells } = this.#found ?? { session: null, cells: [] };
    const path = session?.notebook_path ?? '';
    return cells.filter(cell => {
      const { kind } = freshnessOf(cell, path, this.#notebooks);
      return kind === 'stale' || kind === 'edited';
    }).length;
  }

  /** Reads again now. */
  refresh(): Promise<void> {
    return this.#query.refresh();
  }

  dispose(): void {
    if (!this.#disposed) {
      this.#disposed = true;
      this.#query.dispose();
      this.#notebooks.changed.disconnect(this.#onNotebooksChanged, this);
      Signal.clearData(this);
    }
  }

  get #found(): Found | null {
    const found = this.#query.snapshot.data;
    return found !== null && found.path === this.#path ? found : null;
  }

  async #load(client: Pick<SlipwayClient, 'call'>, signal: AbortSignal): Promise<Found | null> {
    const path = this.#notebooks.currentPath;
    if (path === null) {
      return null;
    }
    const { sessions } = await client.call('listSessions', { query: { limit: SESSIONS_READ, notebook: path }, signal });
    // The server gives the newest first; another notebook may be shown by now.
    const session = sessions.find(({ notebook_path }) => this.#notebooks.isCurrent(notebook_path)) ?? null;
    if (session === null) {
      return { path, session, cells: [] };
    }
    const { cells } = await client.call('listSessionCells', {
      params: { session_id: session.session_id },
      query: { detail: 'marks' },
      signal
    });
    return { path, session, cells };
  }

  #onNotebooksChanged(): void {
    const path = this.#notebooks.currentPath;
    if (path !== this.#path) {
      this.#path = path;
      this.#query.active = path !== null;
      void this.#query.refresh();
    }
    this.#emit();
  }

  #emit(): void {
    this.#changed.emit();
  }
}
