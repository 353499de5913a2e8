import { createHash, randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../../testing/test-server.js';

let api: TestServer;
let run: string;
const RUN = '/api/2.0/mlflow-artifacts/artifacts/0';
beforeAll(async () => {
  api = await startTestServer({ artifacts: { quota: 1_000_000 } });
  const created = await api.call('POST', '/api/2.0/mlflow/runs/create', { experiment_id: '0' });
  run = (created.json as { run: { info: { run_id: string } } }).run.info.run_id;
});
afterAll(() => api.stop());

interface Early {
  /** The first line and the body of the answer. */
  readonly answer: string;
  readonly milliseconds: number;
  /** Whether the connection ended, though the client kept it open. */
  readonly ended: boolean;
}

/** Announces a large body, sends its beginning and nothing else, as a client does whose file goes out slowly. */
function sendBeginning(
  method: string,
  path: string,
  bytes: number,
  headers: Record<string, string> = {}
): Promise<Early> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const socket = connect(api.server.port, '127.0.0.1');
    let answer = '';
    let milliseconds = 0;
    socket.on('data', chunk => {
      milliseconds ||= performance.now() - started;
      answer += chunk.toString();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve({ answer, milliseconds, ended: true }));
    const lines = Object.entries({
      host: '127.0.0.1',
      authorization: `Bearer ${api.server.token}`,
      'content-type': 'application/octet-stream',
      'content-length': '50000000',
      ...headers
    });
    socket.write(`${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
    socket.write(randomBytes(bytes));
  });
}

describe('an answer that does not wait for the body', () => {
  const cases: [string, string, () => [string, string, number, Record<string, string>?]][] = [
    ['of a file that is beyond the quota', '413', () => ['PUT', `/api/v1/blobs/${'0'.repeat(64)}`, 2_000_000]],
    ['of an artifact beyond the quota', '400', () => ['PUT', `${RUN}/${run}/artifacts/big.bin`, 2_000_000]],
    ['of an artifact of a run that does not exist', '404', () => ['PUT', `${RUN}/none/artifacts/a.bin`, 100_000]],
    ['of a part without its pass', '401', () => ['PUT', '/api/2.0/mlflow-artifacts/mpu/part/none/1', 100_000]],
    [
      'of a JSON body that is too large',
      '413',
      () => ['POST', '/api/v1/records', 100_000, { 'content-type': 'application/json', 'content-length': '99000000' }]
    ],
    ['to a caller without credentials', '401', () => ['PUT', '/api/v1/blobs/x', 100_000, { authorization: 'none' }]]
  ];

  it.concurrent.each(cases)(
    '%s arrives at once, and the connection ends soon after',
    async (_name, status, request) => {
      const { answer, milliseconds } = await sendBeginning(...request());
      expect(answer.split('\r\n')[0]).toContain(` ${status} `);
      expect(answer).toContain('error_code');
      expect(milliseconds).toBeLessThan(1500);
    }
  );
});

describe('a client that sends all of a refused file', () => {
  it('gets the answer, and goes on with the same server', async () => {
    const content = randomBytes(8_000_000);
    const refused = await api.call('PUT', `${RUN}/${run}/artifacts/big.bin`, content);
    expect(refused.status).toBe(400);
    expect(refused.text).toContain('larger than');
    const sha256 = createHash('sha256').update('small').digest('hex');
    expect((await api.call('PUT', `/api/v1/blobs/${sha256}`, Buffer.from('small'))).status).toBe(200);
    const wrong = await api.call('PUT', `/api/v1/blobs/${'1'.repeat(64)}`, randomBytes(900_000));
    expect([wrong.status, (wrong.json as { error_code: string }).error_code]).toEqual([422, 'DIGEST_MISMATCH']);
  });
});
