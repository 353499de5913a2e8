import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type Answer, type TestServer } from '../../../../testing/test-server.js';

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
      'content-disposition': 'attachment; filename=plot.png',
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

  it('is not sent again to a client that has it', async () => {
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

  it('is refused for places outside of runs and models, and for invalid numbers of parts', async () => {
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

  it('does not accept a part without a token', async () => {
    const { credentials } = await begin('model.bin', 1);
    expect((await fetch(credentials[0]?.url ?? '', { method: 'PUT', body: 'x' })).status).toBe(401);
  });
});

describe('a file under any path of the artifact proxy', () => {
  const put = (path: string, content = 'hello'): Promise<Answer> =>
    test.call('PUT', `${API}/artifacts/${path}`, Buffer.from(content));
  const listed = async (path: string): Promise<unknown> =>
    (await test.call('GET', `${API}/artifacts?path=${encodeURIComponent(path)}`)).json;

  it('is kept, listed, read and deleted', async () => {
    expect((await put('team/a.txt')).status).toBe(200);
    expect((await put('team/plots/b.txt', 'b')).status).toBe(200);
    expect((await test.call('GET', `${API}/artifacts/team/a.txt`)).text).toBe('hello');
    expect(await listed('team')).toEqual({
      files: [
        { path: 'a.txt', is_dir: false, file_size: 5 },
        { path: 'plots', is_dir: true }
      ]
    });
    expect(await listed('')).toEqual({ files: [{ path: 'team', is_dir: true }] });
    expect((await test.call('DELETE', `${API}/artifacts/team/a.txt`)).status).toBe(200);
    expect((await test.call('GET', `${API}/artifacts/team/a.txt`)).status).toBe(404);
    expect((await test.call('GET', `${API}/artifacts/team/plots/b.txt`)).text).toBe('b');
  });

  it('is refused outside of the store', async () => {
    for (const path of ['team/..%2f..%2fa.txt', '%2e%2e/a.txt', 'team/%252e%252e/%00', '%2fetc/passwd']) {
      expect((await put(path)).json).toMatchObject({ error_code: 'INVALID_PARAMETER_VALUE' });
    }
  });

  it('is downloaded under its own name, whatever signs are in it', async () => {
    const nameOf = async (path: string): Promise<string | null> => {
      await put(path);
      return (await fetched(`${API}/artifacts/${path}`)).headers.get('content-disposition');
    };
    expect(await nameOf('names/a.txt')).toBe('attachment; filename=a.txt');
    expect(await nameOf('names/gr%C3%B6%C3%9Fe%20b.txt')).toBe(
      `attachment; filename="gr__e b.txt"; filename*=UTF-8''gr%C3%B6%C3%9Fe%20b.txt`
    );
    expect(await nameOf('names/a%22b.txt')).toBe(`attachment; filename="a\\"b.txt"; filename*=UTF-8''a%22b.txt`);
  });
});

describe('a file and a folder of one name', () => {
  it.each(['0/$RUN/artifacts/', 'shared/'])('are refused below %s, and nothing becomes unreadable', async place => {
    const at = (path: string): string => `${API}/artifacts/${place.replace('$RUN', run)}${path}`;
    await test.call('PUT', at('x/y.txt'), Buffer.from('in a folder'));
    expect((await test.call('PUT', at('x'), Buffer.from('a file'))).json).toEqual({
      error_code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringMatching(/'.*x' is a folder: it has the file '.*x\/y.txt' in it\./) as string
    });
    expect((await test.call('PUT', at('x/y.txt/z'), Buffer.from('below a file'))).json).toMatchObject({
      error_code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining('is a file, not a folder') as string
    });
    expect((await test.call('GET', at('x/y.txt'))).text).toBe('in a folder');
    expect((await test.call('PUT', at('xy'), Buffer.from('beside'))).status).toBe(200);
    expect((await test.call('PUT', at('x/y.txt'), Buffer.from('anew'))).status).toBe(200);
  });

  it('are refused in our own API, too', async () => {
    const { sha256 } = await test.upload('content');
    const put = (path: string): Promise<Answer> => test.call('POST', `/api/v1/runs/${run}/artifacts`, { path, sha256 });
    expect((await put('report/index.html')).status).toBe(200);
    expect((await put('report')).json).toMatchObject({ error_code: 'INVALID_STATE', where: 'path' });
  });
});

describe('a path that leads elsewhere', () => {
  it('is refused before anything is looked up, and before the body is looked at', async () => {
    for (const [method, route] of [
      ['GET', '/get-artifact?run_id=none&path=../a'],
      ['GET', '/model-versions/get-artifact?name=none&version=1&path=../a'],
      ['POST', '/ajax-api/2.0/mlflow/upload-artifact?run_uuid=none&path=../a']
    ] as const) {
      const body = method === 'POST' ? Buffer.from('') : undefined;
      expect((await test.call(method, route, body)).json).toEqual({
        error_code: 'INVALID_PARAMETER_VALUE',
        message: 'Invalid path'
      });
    }
  });
});
