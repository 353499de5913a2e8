import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: {
    readonly entity: string;
    readonly action: string;
    readonly timestamp: string;
    readonly data: unknown;
  };
}

export interface WebhookReceiver {
  readonly url: string;
  readonly received: Received[];
  /** What it does with the next requests; by default it answers 200. */
  behave(answer: (response: ServerResponse, attempt: number) => void): void;
  /** Resolves when so many requests have come. */
  count(wanted: number): Promise<void>;
  stop(): Promise<void>;
}

/** A real receiver of webhooks on a free port, for tests. */
export async function startReceiver(): Promise<WebhookReceiver> {
  const received: Received[] = [];
  let behavior = (response: ServerResponse, _attempt: number): void => void response.end('thanks');
  let onReceived: () => void = () => undefined;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      received.push({ headers: request.headers, text, body: JSON.parse(text) as Received['body'] });
      behavior(response, received.length);
      onReceived();
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    behave: answer => {
      behavior = answer;
    },
    count: wanted =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`${received.length} of ${wanted} deliveries came.`)), 15_000);
        onReceived = () => {
          if (received.length >= wanted) {
            clearTimeout(late);
            resolve();
          }
        };
        onReceived();
      }),
    stop: () =>
      new Promise(resolve => {
        server.closeAllConnections();
        server.close(() => resolve());
      })
  };
}
