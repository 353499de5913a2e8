import type { FastifyReply, FastifyRequest } from 'fastify';
import type { View } from '../../governance/access/view.js';
import { InvalidRequestError } from '../../platform/errors.js';
import type { EventEntry, EventLog } from '../../platform/events/event-log.js';

const HEARTBEAT_MS = 15_000;
/** A reader this far behind is cut off; it reconnects with the id of its last event. */
const MAX_BUFFERED_BYTES = 1024 * 1024;

/** Server-sent events. `close` ends the open streams, which otherwise keep the server from stopping. */
export class EventStreams {
  readonly #events: EventLog;
  readonly #open = new Set<() => void>();

  constructor(events: EventLog) {
    this.#events = events;
  }

  /**
   * Streams until the reader goes.
   *
   * @throws InvalidRequestError unless the request accepts exactly an event stream: JupyterLab's proxy buffers every other.
   */
  async stream(request: FastifyRequest, reply: FastifyReply, view: View): Promise<void> {
    if (request.headers.accept !== 'text/event-stream') {
      throw new InvalidRequestError('This route answers with an event stream only.', {
        where: 'headers.accept',
        remedy: 'Send `Accept: text/event-stream`, and nothing else in it.'
      });
    }
    const lastSeen = Number(request.headers['last-event-id'] ?? NaN);
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no'
    });
    raw.write('retry: 2000\n\n');
    const write = (entry: EventEntry): void => {
      raw.write(`id: ${entry.id}\ndata: ${JSON.stringify(entry.event)}\n\n`);
      if (raw.writableLength > MAX_BUFFERED_BYTES) {
        raw.destroy();
      }
    };
    // One after the other, because what is asked of the database may be answered out of order.
    let sent = Promise.resolve();
    const send = view.isEverything
      ? write
      : (entry: EventEntry): void => {
          sent = sent
            .then(async () => {
              if (await this.#concerns(entry, view)) {
                write(entry);
              }
            })
            .catch(() => {
              raw.destroy();
            });
        };
    const unsubscribe = this.#events.subscribe(send, Number.isNaN(lastSeen) ? undefined : lastSeen);
    const heartbeat = setInterval(() => raw.write(': alive\n\n'), HEARTBEAT_MS);
    const end = (): void => {
      clearInterval(heartbeat);
      unsubscribe();
      this.#open.delete(end);
      raw.end();
    };
    this.#open.add(end);
    raw.on('close', end);
  }

  /** Readers that are connected now. */
  get count(): number {
    return this.#open.size;
  }

  async #concerns({ event }: EventEntry, view: View): Promise<boolean> {
    switch (event.type) {
      case 'reset':
        return true;
      case 'run.changed':
        return view.sees('experiment', event.experiment_id);
      case 'session.changed':
      case 'cell.changed':
        return view.sees('session', event.session_id);
      case 'dataset.changed':
        return view.sees('dataset', event.name);
      case 'model.changed':
        return view.sees('model', event.name);
      case 'service.changed':
        return view.sees('service', event.name);
      case 'promotion.changed':
        return view.sees('promotion', event.promotion_id);
    }
  }

  close(): void {
    for (const end of [...this.#open]) {
      end();
    }
  }
}
