import { connect, type Socket } from 'node:net';

/**
 * A keep-alive HTTP client that costs little itself: one request at a time on one connection, prepared bytes out, status
 * and length read back. Node's own clients would be most of the figure.
 */
export class LightClient {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #waiting: { resolve: (status: number) => void; reject: (error: Error) => void } | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', chunk => this.#receive(chunk));
    socket.on('error', error => this.#waiting?.reject(error));
    socket.on('close', () => this.#waiting?.reject(new Error('The server closed the connection.')));
  }

  static open(url: string): Promise<LightClient> {
    const { hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => resolve(new LightClient(socket)));
      socket.once('error', reject);
    });
  }

  /** The bytes of a POST request with a JSON body. */
  static post(url: string, path: string, body: string, token?: string): Buffer {
    const authorization = token ? `Authorization: Bearer ${token}\r\n` : '';
    const payload = Buffer.from(body);
    const head =
      `POST ${path} HTTP/1.1\r\nHost: ${new URL(url).host}\r\n${authorization}` +
      `Content-Type: application/json\r\nContent-Length: ${payload.length}\r\n\r\n`;
    return Buffer.concat([Buffer.from(head), payload]);
  }

  /** Sends a prepared request. @returns the status. */
  send(request: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) {
      return;
    }
    const head = this.#received.subarray(0, end).toString('latin1');
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (this.#received.length < end + 4 + length) {
      return;
    }
    this.#received = Buffer.alloc(0);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(Number(head.slice(9, 12)));
  }
}
