import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startTestServer } from '../../../testing/test-server.js';
import { makeUser } from '../../../testing/two-projects.js';
import { exceedsDepth } from './json-depth.js';

describe('the depth of a JSON text', () => {
  it('is found as it is when the text is parsed, whatever brackets its strings hold', () => {
    const depthOf = (value: unknown): number =>
      typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
    const text = fc.string({ unit: fc.constantFrom('[', '{', '"', '\\', ']', '}', 'a', '\n') });
    const { tree } = fc.letrec<{ tree: unknown }>(tie => ({
      tree: fc.oneof(text, fc.array(tie('tree'), { maxLength: 3 }), fc.dictionary(text, tie('tree'), { maxKeys: 3 }))
    }));
    fc.assert(
      fc.property(tree, fc.nat(5), (value, limit) => {
        expect(exceedsDepth(JSON.stringify(value), limit)).toBe(depthOf(value) > limit);
        expect(exceedsDepth(JSON.stringify(value, null, 2), limit)).toBe(depthOf(value) > limit);
      })
    );
  });

  it('ends with any text, JSON or not', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        expect(typeof exceedsDepth(text, 3)).toBe('boolean');
      })
    );
  });
});

describe('a request whose answer is slow', () => {
  it('is not given up: only bodies are waited for', async () => {
    const api = await startTestServer({ limits: { idleBodyMs: 150, jsonBodyMs: 150 } });
    const reader = new AbortController();
    const events = await fetch(new URL('/api/v1/events', api.server.url), {
      headers: { authorization: `Bearer ${api.server.token}`, accept: 'text/event-stream' },
      signal: reader.signal
    });
    await new Promise(resolve => setTimeout(resolve, 500));
    await api.call('POST', '/api/2.0/mlflow/runs/create', { experiment_id: '0', start_time: 1 });
    const chunks: string[] = [];
    for await (const chunk of events.body as unknown as AsyncIterable<Uint8Array>) {
      chunks.push(new TextDecoder().decode(chunk));
      if (chunks.join('').includes('run.changed')) {
        break;
      }
    }
    expect(chunks.join('')).toContain('run.changed');
    reader.abort();
    await api.stop();
  });
});

describe('a user who sends too many requests', () => {
  it('is told to wait, and nobody else is', async () => {
    const api = await startTestServer({ auth: 'users', limits: { requestsPerSecond: 2 } });
    const busy = await makeUser(api, 'busy', { default: 'viewer' });
    const calm = await makeUser(api, 'calm', { default: 'viewer' });
    const ask = async (secret: string): Promise<number> =>
      (await api.call('GET', '/api/v1/runs', undefined, { authorization: `Bearer ${secret}` })).status;
    const statuses = await Promise.all(Array.from({ length: 30 }, () => ask(busy)));
    expect(statuses.filter(status => status === 200).length).toBeGreaterThanOrEqual(10);
    expect(statuses).toContain(429);
    expect(await ask(calm)).toBe(200);
    expect((await api.call('GET', '/api/v1/runs')).status).toBe(200);
    await api.stop();
  });
});
