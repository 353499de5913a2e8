import { ServerEvent } from '@slipway/contract';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import { asCallError, EventStreamParser, type CallError, type SlipwayClient } from '@slipway/client';
import { PageVisibility } from './page-visibility.js';

/** Whether the metadata server answers. Times are milliseconds since the epoch. */
export type ConnectionState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'online' }
  | { readonly kind: 'offline'; readonly since: number; readonly retryAt: number; readonly error: CallError };

/** What models need of the connection. */
export interface ILiveConnection {
  readonly state: ConnectionState;
  readonly stateChanged: ISignal<ILiveConnection, ConnectionState>;
  readonly event: ISignal<ILiveConnection, ServerEvent>;
  /** Tries again now instead of at `retryAt`. */
  retry(): void;
  /** A call got no answer: the server counts as offline until the stream is open again. */
  noteUnreachable(error: CallError): void;
}

const RETRY_DELAYS_MS = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000];
/** The server sends a comment every 15 seconds; a stream that is silent for three of them is dead. */
const SILENCE_LIMIT_MS = 50_000;
/** After a stream was open this long the retry delays start small again. */
const STEADY_MS = 10_000;

/**
 * Keeps the one live event stream of the page: resumes it where it stopped, waits longer after each failure, and closes
 * it while the page is hidden for long. All panels call the server online while it is open.
 */
export class LiveConnection implements ILiveConnection, IDisposable {
  readonly #client: Pick<SlipwayClient, 'openEvents'>;
  readonly #visibility: PageVisibility;
  readonly #stateChanged = new Signal<ILiveConnection, ConnectionState>(this);
  readonly #event = new Signal<ILiveConnection, ServerEvent>(this);
  #state: ConnectionState = { kind: 'connecting' };
  #failures = 0;
  #openedAt = 0;
  #mayHaveMissed = false;
  #lastEventId: string | null = null;
  #stream: AbortController | null = null;
  #retryTimer: ReturnType<typeof setTimeout> | null = null;
  #disposed = false;

  constructor(client: Pick<SlipwayClient, 'openEvents'>, visibility?: PageVisibility) {
    this.#client = client;
    this.#visibility = visibility ?? new PageVisibility();
    this.#visibility.changed.connect(this.#onVisibilityChanged, this);
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get stateChanged(): ISignal<ILiveConnection, ConnectionState> {
    return this.#stateChanged;
  }

  get event(): ISignal<ILiveConnection, ServerEvent> {
    return this.#event;
  }

  get isDisposed(): boolean {
    return this.#disposed;
  }

  /** Opens the stream; further calls do nothing while it is open. */
  start(): void {
    if (this.#disposed || this.#stream !== null || this.#visibility.isHiddenForLong) {
      return;
    }
    this.#cancelRetry();
    void this.#follow();
  }

  retry(): void {
    if (this.#state.kind === 'offline') {
      this.start();
    }
  }

  noteUnreachable(error: CallError): void {
    if (this.#state.kind === 'online') {
      this.#closeStream();
      this.#failed(error);
    }
  }

  dispose(): void {
    if (this.#disposed) {
      return;
    }
    this.#disposed = true;
    this.#closeStream();
    this.#cancelRetry();
    this.#visibility.dispose();
    Signal.clearData(this);
  }

  async #follow(): Promise<void> {
    const stream = new AbortController();
    this.#stream = stream;
    try {
      const bytes = await this.#client.openEvents(this.#lastEventId, stream.signal);
      if (stream.signal.aborted) {
        return;
      }
      this.#opened();
      await this.#read(bytes, stream);
    } catch (reason) {
      if (this.#stream === stream) {
        this.#stream = null;
        this.#failed(asCallError(reason));
      }
      return;
    }
    if (this.#stream === stream) {
      // Proxies end long responses now and then; that alone does not mean that the server is offline.
      this.#stream = null;
      const steady = Date.now() - this.#openedAt > STEADY_MS;
      this.#retryTimer = setTimeout(() => this.start(), steady ? 0 : 1_000);
    }
  }

  async #read(bytes: ReadableStream<Uint8Array>, stream: AbortController): Promise<void> {
    const parser = new EventStreamParser();
    const reader = bytes.getReader();
    let silence = setTimeout(() => undefined, 0);
    try {
      for (;;) {
        clearTimeout(silence);
        silence = setTimeout(() => void reader.cancel(), SILENCE_LIMIT_MS);
        const { done, value } = await reader.read();
        if (done || stream.signal.aborted) {
          return;
        }
        for (const message of parser.push(value)) {
          this.#lastEventId = message.id;
          this.#emit(message.data);
        }
      }
    } catch (reason) {
      if (!stream.signal.aborted) {
        // A cut connection ends the stream; opening it again shows whether the server is there.
        console.debug('The event stream of Slipway was cut.', reason);
      }
    } finally {
      clearTimeout(silence);
    }
  }

  #emit(data: string): void {
    let json: unknown;
    try {
      json = JSON.parse(data);
    } catch {
      return;
    }
    const event = ServerEvent.safeParse(json);
    // A newer server may send kinds of events that this version does not know.
    if (event.success) {
      this.#event.emit(event.data);
    }
  }

  #opened(): void {
    this.#openedAt = Date.now();
    this.#setState({ kind: 'online' });
    if (this.#mayHaveMissed) {
      this.#mayHaveMissed = false;
      // The server may have lost its memory of events with its process: read everything again.
      this.#event.emit({ type: 'reset' });
    }
  }

  #failed(error: CallError): void {
    const now = Date.now();
    if (this.#state.kind === 'online' && now - this.#openedAt > STEADY_MS) {
      this.#failures = 0;
    }
    this.#mayHaveMissed = true;
    const delay = RETRY_DELAYS_MS[Math.min(this.#failures, RETRY_DELAYS_MS.length - 1)] ?? 30_000;
    this.#failures += 1;
    const since = this.#state.kind === 'offline' ? this.#state.since : now;
    this.#setState({ kind: 'offline', since, retryAt: now + delay, error });
    this.#retryTimer = setTimeout(() => this.start(), delay);
  }

  #setState(state: ConnectionState): void {
    if (state.kind === 'online' && this.#state.kind === 'online') {
      return;
    }
    this.#state = state;
    this.#stateChanged.emit(state);
  }

  #onVisibilityChanged(_sender: PageVisibility, hiddenForLong: boolean): void {
    if (hiddenForLong) {
      this.#closeStream();
      this.#cancelRetry();
    } else {
      this.start();
    }
  }

  #closeStream(): void {
    const stream = this.#stream;
    this.#stream = null;
    stream?.abort();
  }

  #cancelRetry(): void {
    if (this.#retryTimer !== null) {
      clearTimeout(this.#retryTimer);
      this.#retryTimer = null;
    }
  }
}
