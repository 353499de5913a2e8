import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startTestServer } from '../testing/test-server.js';
import { makeUser } from '../testing/two-projects.js';
import { exceedsDepth } from './json-depth.js';

describe('the depth of a JSON text', () => {
  it('is found as it is when the text is parsed, whatever brackets stand in its strings', () => {
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
      fc.property(fc.string({ unit: 'binary' }), text => {
        expect(typeof exceedsDepth(text, 3)).toBe('boolean');
      })
    );
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
