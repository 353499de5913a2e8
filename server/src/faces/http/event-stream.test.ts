import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../../testing/test-server.js';

let api: TestServer;
let readers: AbortController[];
beforeEach(async () => {
  readers = [];
  api = await startTestServer();
});
afterEach(async () => {
  for (const reader of readers) {
    reader.abort();
  }
  await api.stop();
});

/** Reads the stream until the text contains what is waited for. */
async function readUntil(wanted: string, headers: Record<string, string> = {}): Promise<string> {
  const reader = new AbortController();
  readers.push(reader);
  const response = await fetch(new URL('/api/v1/events', api.server.url), {
    headers: { authorization: `Bearer ${api.server.token}`, accept: 'text/event-stream', ...headers },
    signal: reader.signal
  });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    if (text.includes(wanted)) {
      return text;
    }
  }
  throw new Error(`The stream ended without ${wanted}: ${text}`);
}

async function makeRun(name: string): Promise<void> {
  await api.call('POST', '/api/2.0/mlflow/runs/create', { experiment_id: '0', run_name: name, start_time: 1 });
}

describe('the event stream', () => {
  it('tells of a run that another client made', async () => {
    // Comes first in the stream, so the reader is listening when the run is made.
    const opened = readUntil('reset', { 'last-event-id': '1' });
    const id = /id: (\d+)/.exec(await opened)?.[1] ?? '';
    await makeRun('elm');
    expect(await readUntil('run.changed', { 'last-event-id': id })).toMatch(
      /id: \d+\ndata: \{"type":"run.changed","run_id":"\w+","experiment_id":"0"\}\n\n/
    );
  });

  it('tells a reader that listens, at once', async () => {
    const reading = readUntil('run.changed', { 'last-event-id': '1' });
    await readUntil('reset', { 'last-event-id': '1' });
    await makeRun('fir');
    expect(await reading).toContain('reset');
  });

  it('is refused to a request that would accept something else too', async () => {
    const answer = await api.call('GET', '/api/v1/events', undefined, { accept: 'text/event-stream, */*' });
    expect(answer).toMatchObject({ status: 400, json: { where: 'headers.accept' } });
  });

  it('does not keep the server from stopping', async () => {
    const ended = readUntil('never').catch((error: unknown) => String(error));
    await readUntil('retry');
    await api.server.close();
    expect(await ended).toContain('The stream ended');
    api = await startTestServer();
  });
});
