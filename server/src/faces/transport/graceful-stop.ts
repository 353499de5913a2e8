import type { Server, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';

/** How long running requests have to end when the server stops. */
const GRACE_MS = 3000;

/**
 * Stops a server so that what it is answering is answered, and no idle connection, not even one that never asked
 * anything, holds it up.
 */
export class GracefulStop {
  readonly #server: FastifyInstance;
  #running = 0;
  #onIdle: (() => void) | undefined;

  constructor(server: FastifyInstance) {
    this.#server = server;
    (server.server as Server).on('request', (_request: unknown, response: ServerResponse) => {
      this.#running += 1;
      response.once('close', () => {
        this.#running -= 1;
        if (this.#running === 0) {
          this.#onIdle?.();
        }
      });
    });
  }

  async close(): Promise<void> {
    const closed = this.#server.close();
    await this.#idle();
    this.#server.server.closeAllConnections();
    await closed;
  }

  async #idle(): Promise<void> {
    if (this.#running === 0) {
      return;
    }
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, GRACE_MS);
      this.#onIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
