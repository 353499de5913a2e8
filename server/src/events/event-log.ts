import type { ServerEvent } from '@slipway/contract';

export type PublishedEvent = Exclude<ServerEvent, { type: 'reset' }>;

export interface EventEntry {
  readonly id: number;
  readonly event: ServerEvent;
}

export type EventListener = (entry: EventEntry) => void;

export interface EventLogOptions {
  /** Events kept for clients that come back. */
  readonly capacity?: number;
  /** Milliseconds during which repeated news of one thing become one event. */
  readonly gather?: number;
}

/**
 * The live events of this process. News of the same thing within a moment become one event: a run that logs a thousand
 * points a second is still read again only a few times.
 */
export class EventLog {
  readonly #capacity: number;
  readonly #gather: number;
  readonly #entries: EventEntry[] = [];
  readonly #listeners = new Set<EventListener>();
  readonly #pending = new Map<string, PublishedEvent>();
  #timer: NodeJS.Timeout | undefined;
  /** Ids start at the clock, so that those of an earlier process are always older than the first one here. */
  #lastId = Date.now();

  constructor(options: EventLogOptions = {}) {
    this.#capacity = options.capacity ?? 1000;
    this.#gather = options.gather ?? 50;
  }

  publish(event: PublishedEvent): void {
    this.#pending.set(JSON.stringify(event), event);
    this.#timer ??= setTimeout(() => this.flush(), this.#gather).unref();
  }

  /** Sends what is still gathered. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const events = [...this.#pending.values()];
    this.#pending.clear();
    for (const event of events) {
      this.#lastId += 1;
      const entry: EventEntry = { id: this.#lastId, event };
      this.#entries.push(entry);
      if (this.#entries.length > this.#capacity) {
        this.#entries.shift();
      }
      for (const listener of this.#listeners) {
        listener(entry);
      }
    }
  }

  /**
   * Calls the listener with what came after `lastSeen`, or with one `reset` when that is not known any more, and then
   * with everything new.
   *
   * @returns ends the subscription.
   */
  subscribe(listener: EventListener, lastSeen?: number): () => void {
    if (lastSeen !== undefined) {
      this.#replay(listener, lastSeen);
    }
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #replay(listener: EventListener, lastSeen: number): void {
    const oldest = this.#entries[0]?.id ?? this.#lastId + 1;
    if (lastSeen < oldest - 1 || lastSeen > this.#lastId) {
      listener({ id: this.#lastId, event: { type: 'reset' } });
      return;
    }
    for (const entry of this.#entries) {
      if (entry.id > lastSeen) {
        listener(entry);
      }
    }
  }
}
