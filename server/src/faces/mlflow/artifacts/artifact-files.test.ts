import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../../../testing/test-server.js';

let test: TestServer;
let run: string;
beforeAll(async () => {
  test = await startTestServer();
  const created = await test.call('POST', '/api/2.0/mlflow/runs/create', { experiment_id: '0' });
  run = (created.json as { run: { info: { run_id: string } } }).run.info.run_id;
});
afterAll(() => test.stop());

const API = '/api/2.0/mlflow-artifacts';
const fetched = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(new URL(path, test.server.url), { headers: { authorization: `Bearer ${test.server.token}`, ...headers } });

describe('a logged file', () => {
  const content = randomBytes(1000);
  const hash = createHash('sha256').update(content).digest('hex');
  const route = (): string => `${API}/artifacts/0/${run}/artifacts/plot.png`;
  beforeAll(async () => {
    await test.call('PUT', route(), content);
  });

  it('comes as a download with its length and its hash', async () => {
    const answer = await fetched(route());
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-length': '1000',
      etag: `"${hash}"`,
      'accept-ranges': 'bytes',
      'content-type': 'application/octet-stream',
      'content-disposition': "attachment; filename*=UTF-8''plot.png",
      'x-content-type-options': 'nosniff'
    });
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(content);
  });

  it('comes in part when a part is asked for, so that a broken download goes on', async () => {
    const answer = await fetched(route(), { range: 'bytes=990-' });
    expect([answer.status, answer.headers.get('content-range'), answer.headers.get('content-length')]).toEqual([
      206,
      'bytes 990-999/1000',
      '10'
    ]);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(content.subarray(990));
  });

  it('comes whole when the part was of another content', async () => {
    expect((await fetched(route(), { range: 'bytes=990-', 'if-range': '"other"' })).status).toBe(200);
    expect((await fetched(route(), { range: 'bytes=990-', 'if-range': `"${hash}"` })).status).toBe(206);
  });

  it('has no part beyond its end', async () => {
    const answer = await fetched(route(), { range: 'bytes=1000-' });
    expect([answer.status, answer.headers.get('content-range')]).toEqual([416, 'bytes */1000']);
  });

  it('is not sent again to who has it', async () => {
    expect((await fetched(route(), { 'if-none-match': `"${hash}"` })).status).toBe(304);
  });
});

describe('an upload in parts', () => {
  interface Created {
    upload_id: string;
    credentials: { url: string; part_number: number; headers: Record<string, string> }[];
  }
  const begin = async (file: string, parts: number): Promise<Created> => {
    const answer = await test.call('POST', `${API}/mpu/create/0/${run}/artifacts/big`, {
      path: file,
      num_parts: parts
    });
    expect(answer.status).toBe(200);
    return answer.json as Created;
  };

  it('goes through the URLs that the server named, and gives one file', async () => {
    const content = randomBytes(300_000);
    const { upload_id, credentials } = await begin('/home/me/model.bin', 3);
    const parts = await Promise.all(
      credentials.map(async ({ url, part_number, headers }) => {
        const body = content.subarray((part_number - 1) * 100_000, part_number * 100_000);
        const answer = await fetch(url, { method: 'PUT', headers, body });
        expect(answer.status).toBe(200);
        return { part_number, etag: answer.headers.get('etag'), url };
      })
    );
    const complete = { path: '/home/me/model.bin', upload_id, parts };
    expect((await test.call('POST', `${API}/mpu/complete/0/${run}/artifacts/big`, complete)).status).toBe(200);
    const stored = await fetched(`${API}/artifacts/0/${run}/artifacts/big/model.bin`);
    expect(Buffer.from(await stored.arrayBuffer())).toEqual(content);
  });

  it('can be given up', async () => {
    const { upload_id, credentials } = await begin('model.bin', 1);
    expect(
      (await test.call('POST', `${API}/mpu/abort/0/${run}/artifacts/big`, { path: 'model.bin', upload_id })).status
    ).toBe(200);
    const late = await fetch(credentials[0]?.url ?? '', {
      method: 'PUT',
      headers: credentials[0]?.headers ?? {},
      body: 'x'
    });
    expect(late.status).toBe(404);
  });

  it('is refused for places outside of runs and models, and for numbers of parts that make no sense', async () => {
    const refused = async (route: string, body: unknown): Promise<void> => {
      const answer = await test.call('POST', `${API}/mpu/create/${route}`, body);
      expect([answer.status, (answer.json as { error_code: string }).error_code]).toEqual([
        400,
        'INVALID_PARAMETER_VALUE'
      ]);
    };
    await refused('..%2f..%2fetc', { path: 'passwd', num_parts: 1 });
    await refused(`0/${run}/artifacts`, { path: 'a', num_parts: 0 });
    await refused(`0/${run}/artifacts`, { path: 'a', num_parts: 100_000 });
    await refused(`0/${run}/artifacts`, [1]);
  });

  it('takes no part without a token', async () => {
    const { credentials } = await begin('model.bin', 1);
    expect((await fetch(credentials[0]?.url ?? '', { method: 'PUT', body: 'x' })).status).toBe(401);
  });
});
