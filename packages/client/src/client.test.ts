import { describe, expect, it } from 'vitest';
import { FakeServer, jsonResponse } from '../testing/fake-server.js';
import { sampleRun } from '../testing/samples.js';
import { SlipwayClient } from './client.js';
import { asCallError, ContractError, RefusedError, UnreachableError } from './errors.js';
import { requestPath } from './request-path.js';

describe('a call of the client', () => {
  it('goes to the path of the contract and gives the parsed answer', async () => {
    const server = new FakeServer({ 'GET /api/v1/runs/run1': () => ({ ...sampleRun(), unknown_field: 1 }) });
    const run = await new SlipwayClient(server.transport).call('getRun', { params: { run_id: 'run1' } });
    expect(run).toEqual(sampleRun());
    expect(server.requests).toEqual(['GET /api/v1/runs/run1']);
  });

  it('sends query and body', async () => {
    const server = new FakeServer({
      'GET /api/v1/runs': ({ query }) => ({ runs: query.get('text') === 'a b' ? [sampleRun()] : [] }),
      'POST /api/v1/services/rain/test': ({ body }) => ({ status: 200, duration_ms: 3, body })
    });
    const client = new SlipwayClient(server.transport);
    const { runs } = await client.call('listRuns', { query: { text: 'a b', status: undefined } });
    expect(runs).toHaveLength(1);
    const answer = await client.call('testService', { params: { name: 'rain' }, body: { body: { wind: 3 } } });
    expect(answer.body).toEqual({ body: { wind: 3 } });
    expect(server.requests[0]).toBe('GET /api/v1/runs?text=a+b');
  });

  it('fails with the code, message and remedy of the server', async () => {
    const refusal = { error_code: 'NOT_FOUND', message: 'There is no run x.', remedy: 'Look at the list.' };
    const server = new FakeServer({ 'GET /api/v1/runs/x': () => jsonResponse(refusal, 404) });
    const failed = new SlipwayClient(server.transport).call('getRun', { params: { run_id: 'x' } });
    await expect(failed).rejects.toThrow(RefusedError);
    await expect(failed).rejects.toMatchObject({ code: 'NOT_FOUND', status: 404, remedy: 'Look at the list.' });
  });

  it.each([
    ['the network fails', () => Promise.reject(new TypeError('Failed to fetch'))],
    ['the proxy finds no server', () => Promise.resolve(new Response('could not connect', { status: 500 }))],
    ['JupyterLab has no proxy', () => Promise.resolve(jsonResponse({ message: 'Not Found' }, 404))],
    ['a login page answers', () => Promise.resolve(new Response('<html>', { status: 200 }))]
  ])('fails as unreachable when %s', async (_what, transport) => {
    const failed = new SlipwayClient(transport).call('listModels', {});
    await expect(failed).rejects.toThrow(UnreachableError);
  });

  it('fails with the invalid field when the answer has another form', async () => {
    const server = new FakeServer({ 'GET /api/v1/models': () => ({ models: [{ name: 'rain' }] }) });
    const failed = new SlipwayClient(server.transport).call('listModels', {});
    await expect(failed).rejects.toThrow(ContractError);
    await expect(failed).rejects.toThrow(/listModels.*models\.0\./);
  });

  it('fails with the reason of its signal when it is given up', async () => {
    const server = new FakeServer();
    const failed = new SlipwayClient(server.transport).call('listModels', { signal: AbortSignal.abort('enough') });
    await expect(failed).rejects.toBe('enough');
  });
});

describe('the event stream', () => {
  it('is asked for with exactly its type, and from the last event on', async () => {
    const server = new FakeServer();
    await new SlipwayClient(server.transport).openEvents('41', new AbortController().signal);
    expect(server.streams[0]?.headers.get('Accept')).toBe('text/event-stream');
    expect(server.streams[0]?.headers.get('Last-Event-ID')).toBe('41');
  });

  it('is unreachable when something else answers', async () => {
    const client = new SlipwayClient(() => Promise.resolve(new Response('<html>')));
    await expect(client.openEvents(null, new AbortController().signal)).rejects.toThrow(UnreachableError);
  });
});

describe('the path of a request', () => {
  it('encodes names that hold special signs', () => {
    expect(requestPath({ path: '/api/v1/models/{name}' }, { params: { name: 'rain & snow ü' } })).toBe(
      '/api/v1/models/rain%20%26%20snow%20%C3%BC'
    );
  });

  it('cannot be made without its parts', () => {
    expect(() => requestPath({ path: '/api/v1/models/{name}' }, {})).toThrow('{name}');
  });
});

describe('a foreign error', () => {
  it('counts as an unreachable server and keeps its cause', () => {
    const cause = new TypeError('Failed to fetch');
    expect(asCallError(cause)).toMatchObject({ code: 'SERVICE_UNAVAILABLE', detail: 'Failed to fetch', cause });
    const own = new UnreachableError('x');
    expect(asCallError(own)).toBe(own);
  });
});
