import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

const LONG_MS = 5 * 60_000;

/** Tells when the page has been hidden for five minutes, and when it is shown again after that. */
export class PageVisibility implements IDisposable {
  readonly #changed = new Signal<PageVisibility, boolean>(this);
  readonly #onChange = (): void => this.#update();
  #hiddenForLong = false;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #disposed = false;

  constructor() {
    document.addEventListener('visibilitychange', this.#onChange);
    this.#update();
  }

  /** Emits whether the page is hidden for long. */
  get changed(): ISignal<PageVisibility, boolean> {
    return this.#changed;
  }

  get isHiddenForLong(): boolean {
    return this.#hiddenForLong;
  }

  get isDisposed(): boolean {
    return this.#disposed;
  }

  dispose(): void {
    if (this.#disposed) {
      return;
    }
    this.#disposed = true;
    document.removeEventListener('visibilitychange', this.#onChange);
    this.#stopTimer();
    Signal.clearData(this);
  }

  #update(): void {
    this.#stopTimer();
    if (document.visibilityState === 'hidden') {
      this.#timer = setTimeout(() => this.#set(true), LONG_MS);
    } else {
      this.#set(false);
    }
  }

  #set(hiddenForLong: boolean): void {
    if (this.#hiddenForLong !== hiddenForLong) {
      this.#hiddenForLong = hiddenForLong;
      this.#changed.emit(hiddenForLong);
    }
  }

  #stopTimer(): void {
    if (this.#timer !== null) {
      clearTimeout(this.#timer);
      this.#timer = null;
    }
  }
}
