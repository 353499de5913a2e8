import { Signal, type ISignal } from '@lumino/signaling';
import type { VisibleModel } from '../components/index.js';
import { LiveQuery, type ILiveConnection, type LiveQueryOptions, type Snapshot } from '../live/index.js';

/** State of a main-area page that shows one answer of the server. */
export class PageModel<T> implements VisibleModel {
  readonly connection: ILiveConnection;
  readonly #query: LiveQuery<T>;
  readonly #changed = new Signal<PageModel<T>, void>(this);
  #disposed = false;

  constructor(options: LiveQueryOptions<T>) {
    this.connection = options.connection;
    this.#query = new LiveQuery<T>(options);
    this.#query.changed.connect(this.emitChanged, this);
  }

  get changed(): ISignal<PageModel<T>, void> {
    return this.#changed;
  }

  get snapshot(): Snapshot<T> {
    return this.#query.snapshot;
  }

  get active(): boolean {
    return this.#query.active;
  }

  set active(active: boolean) {
    this.#query.active = active;
  }

  get isDisposed(): boolean {
    return this.#disposed;
  }

  refresh(): void {
    void this.#query.refresh();
  }

  dispose(): void {
    if (this.#disposed) {
      return;
    }
    this.#disposed = true;
    this.#query.dispose();
    Signal.clearData(this);
  }

  /** For subclasses that hold state of their own. */
  protected emitChanged(): void {
    this.#changed.emit();
  }
}
