import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { RecordBatch, type RecordBatchAnswer, type SpoolRecord } from '@slipway/contract';

const TOKEN = 'a token for tests';

/** The receiving end of records as the contract asks: a record whose number is not higher than the last is dropped. */
export class RecordServer {
  readonly sessions = new Map<string, SpoolRecord[]>();
  /** How many records arrived a second time. */
  duplicates = 0;
  /** Batches that were stored but whose answer is withheld, as when the server dies in between. */
  answersToLose = 0;
  /** Decides which records are refused. */
  refuse: (record: SpoolRecord) => string | null = () => null;
  #server: Server | null = null;

  constructor(private readonly port = 0) {}

  async start(): Promise<void> {
    this.#server = createServer((request, response) => void this.#handle(request, response));
    this.#server.listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (!server) {
      return;
    }
    this.#server = null;
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  }

  get url(): string {
    const { port } = this.#server!.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** Writes `.slipway/server.json` and the token into `directory`, as the real server does. */
  announceIn(directory: string): void {
    const folder = path.join(directory, '.slipway');
    mkdirSync(folder, { recursive: true });
    const tokenFile = path.join(folder, 'token');
    writeFileSync(tokenFile, TOKEN, { mode: 0o600 });
    const file = path.join(folder, 'server.json');
    const content = { url: this.url, pid: process.pid, token_file: tokenFile, started_at: Date.now(), version: '0' };
    writeFileSync(file, JSON.stringify(content), { mode: 0o600 });
    chmodSync(file, 0o600);
  }

  /** All records of the only session, or of `sessionId`. */
  records(sessionId?: string): SpoolRecord[] {
    return (sessionId === undefined ? [...this.sessions.values()][0] : this.sessions.get(sessionId)) ?? [];
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (request.headers.authorization !== `Bearer ${TOKEN}`) {
      return answer(401, { error_code: 'UNAUTHENTICATED', message: 'No token.' });
    }
    const batch = RecordBatch.safeParse(JSON.parse(Buffer.concat(chunks).toString()));
    if (!batch.success) {
      return answer(400, { error_code: 'INVALID_REQUEST', message: batch.error.message });
    }
    const stored = this.#store(batch.data);
    if (this.answersToLose > 0 && batch.data.records.length > 0) {
      this.answersToLose--;
      request.socket.destroy();
      return;
    }
    answer(200, stored);
  }

  #store({ session_id, records }: RecordBatch): RecordBatchAnswer {
    const session = this.sessions.get(session_id) ?? [];
    if (records.length > 0) {
      this.sessions.set(session_id, session);
    }
    const refused: { seq: number; message: string }[] = [];
    let acknowledged = session.at(-1)?.seq ?? 0;
    for (const record of records) {
      const message = this.refuse(record);
      if (record.seq <= acknowledged) {
        this.duplicates++;
      } else if (message) {
        refused.push({ seq: record.seq, message });
      } else {
        session.push(record);
      }
      acknowledged = Math.max(acknowledged, record.seq);
    }
    return { acknowledged_seq: acknowledged, refused };
  }
}
