import { ServerEvent } from '@slipway/contract';
import type { EventRelay } from '../store/event-relay.js';

export type PublishedEvent = Exclude<ServerEvent, { type: 'reset' }>;

export interface EventEntry {
  readonly id: number;
  readonly event: ServerEvent;
}

export type EventListener = (entry: EventEntry) => void;

export interface EventLogOptions {
  /** Events kept for clients that reconnect. */
  readonly capacity?: number;
  /** Milliseconds during which repeated events of one entity become one event. */
  readonly gather?: number;
  /** To the other servers on the database; absent: there are none. */
  readonly relay?: EventRelay | undefined;
}

/** Retry delay of events when the database did not answer; beyond the limit the oldest are dropped. */
const AGAIN_MS = 1000;
const MOST_WAITING = 10_000;

/**
 * The live events of this server, and of those that share its database. Events of the same entity within a moment become one
 * event: a run that logs a thousand points a second is still read again only a few times.
 */
export class EventLog {
  readonly #capacity: number;
  readonly #gather: number;
  readonly #relay: EventRelay | undefined;
  #entries: EventEntry[] = [];
  readonly #listeners = new Set<EventListener>();
  readonly #publishers = new Set<(event: PublishedEvent) => void>();
  readonly #pending = new Map<string, PublishedEvent>();
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> = Promise.resolve();
  #lastId: number;

  constructor(options: EventLogOptions = {}) {
    this.#capacity = options.capacity ?? 1000;
    this.#gather = options.gather ?? 50;
    this.#relay = options.relay;
    // Ids start at the clock, so that those of an earlier process are always older than the first one here; servers that
    // share a database count together.
    this.#lastId = options.relay === undefined ? Date.now() : 0;
  }

  /** Begins to hear the other servers. @throws ServiceUnavailableError */
  async start(): Promise<void> {
    await this.#relay?.listen({
      heard: messages => messages.forEach(({ id, text }) => this.#append({ id, event: parse(text) })),
      missed: id => {
        this.#entries = [];
        this.#append({ id, event: { type: 'reset' } });
      }
    });
  }

  /** Sends what is still gathered, and hears nothing any more. */
  async stop(): Promise<void> {
    this.flush();
    await this.#sending;
    clearTimeout(this.#timer);
    await this.#relay?.close();
  }

  publish(event: PublishedEvent): void {
    this.#pending.set(JSON.stringify(event), event);
    this.#timer ??= setTimeout(() => this.flush(), this.#gather).unref();
  }

  /** Sends what is still gathered. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const gathered = [...this.#pending];
    this.#pending.clear();
    for (const [, event] of gathered) {
      this.#publishers.forEach(publisher => publisher(event));
    }
    if (this.#relay === undefined) {
      gathered.forEach(([, event]) => this.#append({ id: this.#lastId + 1, event }));
    } else if (gathered.length > 0) {
      const relay = this.#relay;
      this.#sending = this.#sending.then(() => this.#send(relay, gathered));
    }
  }

  async #send(relay: EventRelay, gathered: readonly [string, PublishedEvent][]): Promise<void> {
    try {
      await relay.send(gathered.map(([text]) => text));
    } catch {
      // The database is away: the news wait for it, as far as they fit.
      const waiting = [...gathered, ...this.#pending].slice(-MOST_WAITING);
      this.#pending.clear();
      waiting.forEach(([text, event]) => this.#pending.set(text, event));
      this.#timer ??= setTimeout(() => this.flush(), AGAIN_MS).unref();
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

  /** Calls back with what is published here, which is followed up by this server and not by every one that hears of it. */
  onPublish(publisher: (event: PublishedEvent) => void): () => void {
    this.#publishers.add(publisher);
    return () => this.#publishers.delete(publisher);
  }

  #append(entry: EventEntry): void {
    this.#lastId = entry.id;
    this.#entries.push(entry);
    if (this.#entries.length > this.#capacity) {
      this.#entries.shift();
    }
    for (const listener of this.#listeners) {
      listener(entry);
    }
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

/** A later version may contain events that this one does not know: its readers then look at everything again. */
function parse(text: string): ServerEvent {
  const parsed = ServerEvent.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : { type: 'reset' };
}
