import type { ServerEvent } from '@slipway/contract';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import { asCallError, UnreachableError, type CallError } from '@slipway/client';
import type { ILiveConnection } from './connection.js';

/** The current state. `data` keeps the last answer through failures, so that nothing on the screen disappears. */
export interface Snapshot<T> {
  readonly data: T | null;
  /** Why the last attempt failed; null after a success, and while the server is offline. */
  readonly error: CallError | null;
  readonly loading: boolean;
}

export interface LiveQueryOptions<T> {
  readonly connection: ILiveConnection;
  readonly load: (signal: AbortSignal) => Promise<T>;
  /** Whether an event may have changed the answer. `reset` always does and is not asked about. */
  readonly concerns: (event: ServerEvent) => boolean;
  /** Events that come within this time cause one refresh; 300 when not given. */
  readonly paceMs?: number;
}

/** Quick enough to feel live, slow enough for a training run that sends many events a second. */
const PACE_MS = 300;

/**
 * One answer of the server, kept up to date: read when it is first shown, when an event concerns it, and when the
 * server is reachable again. While it is not shown (`active` is false) it is only marked as outdated.
 */
export class LiveQuery<T> implements IDisposable {
  readonly #options: LiveQueryOptions<T>;
  readonly #changed = new Signal<LiveQuery<T>, void>(this);
  #snapshot: Snapshot<T> = { data: null, error: null, loading: false };
  #active = false;
  #old = true;
  #request: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #disposed = false;

  constructor(options: LiveQueryOptions<T>) {
    this.#options = options;
    options.connection.event.connect(this.#onEvent, this);
    options.connection.stateChanged.connect(this.#onStateChanged, this);
  }

  get changed(): ISignal<LiveQuery<T>, void> {
    return this.#changed;
  }

  get snapshot(): Snapshot<T> {
    return this.#snapshot;
  }

  get active(): boolean {
    return this.#active;
  }

  set active(active: boolean) {
    this.#active = active;
    if (active && this.#old && this.#request === null) {
      void this.refresh();
    }
  }

  get isDisposed(): boolean {
    return this.#disposed;
  }

  /** Reads again now. A pending read is aborted: its answer may be older than the cause of this one. */
  async refresh(): Promise<void> {
    if (this.#disposed) {
      return;
    }
    this.#stopTimer();
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    this.#old = false;
    this.#set({ ...this.#snapshot, loading: true });
    try {
      const data = await this.#options.load(request.signal);
      this.#finish(request, { data, error: null, loading: false });
    } catch (reason) {
      const error = asCallError(reason);
      const away = error instanceof UnreachableError;
      this.#finish(request, { data: this.#snapshot.data, error: away ? null : error, loading: false });
      if (away && !request.signal.aborted) {
        this.#old = true;
        this.#options.connection.noteUnreachable(error);
      }
    }
  }

  dispose(): void {
    if (this.#disposed) {
      return;
    }
    this.#disposed = true;
    this.#stopTimer();
    this.#request?.abort();
    Signal.clearData(this);
  }

  #finish(request: AbortController, snapshot: Snapshot<T>): void {
    if (this.#request !== request) {
      return;
    }
    this.#request = null;
    this.#set(snapshot);
  }

  #set(snapshot: Snapshot<T>): void {
    this.#snapshot = snapshot;
    if (!this.#disposed) {
      this.#changed.emit();
    }
  }

  #onEvent(_sender: ILiveConnection, event: ServerEvent): void {
    if (event.type !== 'reset' && !this.#options.concerns(event)) {
      return;
    }
    this.#old = true;
    if (this.#active) {
      this.#schedule();
    }
  }

  #onStateChanged(): void {
    if (this.#options.connection.state.kind === 'online' && this.#active && this.#old) {
      this.#schedule();
    }
    this.#changed.emit();
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      if (this.#request !== null) {
        // Let the pending read finish, or a busy run would never show anything.
        this.#schedule();
      } else if (this.#old && this.#active) {
        void this.refresh();
      }
    }, this.#options.paceMs ?? PACE_MS);
  }

  #stopTimer(): void {
    if (this.#timer !== null) {
      clearTimeout(this.#timer);
      this.#timer = null;
    }
  }
}
