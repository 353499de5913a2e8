import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../../testing/test-server.js';

let api: TestServer;
beforeEach(async () => {
  api = await startTestServer({ artifacts: { quota: 1000 } });
});
afterEach(async () => {
  await api.stop();
});

describe('a server with an artifact quota', () => {
  it('takes what fits, and then says what to do', async () => {
    const { sha256 } = await api.upload('a'.repeat(600));
    await expect(api.upload('b'.repeat(600))).rejects.toThrow('larger than 400 bytes');
    await api.upload('c'.repeat(400));
    await expect(api.upload('d')).rejects.toThrow('--artifact-quota');
    expect((await api.call('GET', `/api/v1/blobs/${sha256}`)).text).toHaveLength(600);
  });

  it('counts the same content once', async () => {
    for (let time = 0; time < 3; time += 1) {
      await api.upload('a'.repeat(400));
    }
    await api.upload('b'.repeat(600));
    await expect(api.upload('c')).rejects.toThrow('used up');
  });
});
