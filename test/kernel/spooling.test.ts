import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { SpoolRecord } from '@slipway/contract';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findLeftovers, sendLeftovers } from '../../packages/recording/src/sending/leftovers.js';
import { RecordSource } from '../../packages/recording/src/sending/record-source.js';
import { Recorder } from '../../packages/recording/src/spool/recorder.js';
import { Sender } from '../../packages/recording/src/sending/sender.js';
import { RecordServer } from './record-server.js';
import { temporaryFolder } from '../harness/temporary-folder.js';

const SESSION = 'session-0001';
let directory: string;
let server: RecordServer;
let warnings: string[];
let stopSending: () => Promise<void>;

beforeEach(() => {
  directory = temporaryFolder('slipway spool ü-');
  server = new RecordServer();
  warnings = [];
  stopSending = () => Promise.resolve();
  delete process.env['SLIPWAY_URL'];
});

afterEach(async () => {
  await stopSending();
  await server.stop();
});

function startRecording(sessionId = SESSION): Recorder {
  const warn = (message: string): void => void warnings.push(message);
  const recorder = new Recorder({ sessionId, directory, warn });
  const source = new RecordSource(recorder.spoolFile, warn);
  const sender = new Sender({ sessionId, directory, source, keepAliveMs: null, warn });
  const running = sender.run();
  stopSending = () => {
    sender.stop();
    return running;
  };
  recorder.connect({
    wake: () => sender.wake(),
    hold: record => {
      source.hold(record);
      sender.wake();
    },
    flush: (timeoutMs, options) => sender.flush(timeoutMs, options)
  });
  return recorder;
}

function recordSeen(recorder: Recorder, count: number): void {
  for (let i = 0; i < count; i++) {
    recorder.record({ type: 'session.seen', notebook_path: `n${i}.ipynb` });
  }
}

const spoolFolder = (): string => path.join(directory, '.slipway', 'spool');
const numbers = (records: readonly SpoolRecord[]): number[] => records.map(({ seq }) => seq);
const oneTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

it('sends every record once and in order, and deletes the spool at the end', async () => {
  await server.start();
  server.announceIn(directory);
  const recorder = startRecording();
  recordSeen(recorder, 1200);
  expect(await recorder.flush(10_000)).toBe(true);
  expect(numbers(server.records())).toEqual(oneTo(1200));
  expect(existsSync(path.join(spoolFolder(), `${SESSION}.jsonl`))).toBe(true);
  await recorder.close(1000);
  expect(readdirSync(spoolFolder())).toEqual([]);
  expect(server.duplicates).toBe(0);
});

it('keeps everything while the server is away, and sends it once when it comes, wherever it then answers', async () => {
  const recorder = startRecording();
  recordSeen(recorder, 700);
  expect(await recorder.flush(50)).toBe(false);
  await server.start();
  server.announceIn(directory);
  expect(await recorder.flush(10_000)).toBe(true);

  await server.stop();
  recordSeen(recorder, 5);
  const second = new RecordServer();
  second.sessions.set(SESSION, [...server.records()]);
  await second.start();
  second.announceIn(directory);
  expect(await recorder.flush(10_000)).toBe(true);
  expect(numbers(second.records())).toEqual(oneTo(705));
  await second.stop();
});

it('stores nothing twice when answers are lost', async () => {
  await server.start();
  server.announceIn(directory);
  server.answersToLose = 2;
  const recorder = startRecording();
  recordSeen(recorder, 600);
  expect(await recorder.flush(10_000)).toBe(true);
  expect(numbers(server.records())).toEqual(oneTo(600));
  expect(server.duplicates).toBeGreaterThan(0);
});

it('leaves out a record that the server refuses, and says so once', async () => {
  await server.start();
  server.announceIn(directory);
  server.refuse = ({ seq }) => (seq === 3 || seq === 5 ? 'no such run' : null);
  const recorder = startRecording();
  recordSeen(recorder, 6);
  expect(await recorder.flush(10_000)).toBe(true);
  expect(numbers(server.records())).toEqual([1, 2, 4, 6]);
  expect(warnings).toEqual(['The Slipway server refused a record of this notebook: no such run']);
});

it('sends everything again to a server that has lost what it had', async () => {
  await server.start();
  server.announceIn(directory);
  const recorder = startRecording();
  recordSeen(recorder, 10);
  await recorder.flush(10_000);
  await server.stop();
  server.sessions.clear();
  await server.start();
  server.announceIn(directory);
  recordSeen(recorder, 1);
  expect(await recorder.flush(10_000)).toBe(true);
  expect(numbers(server.records())).toEqual(oneTo(11));
});

it('goes on in memory with one warning when the folder cannot be written', async () => {
  writeFileSync(path.join(directory, '.slipway'), 'a file where the folder should be');
  const recorder = startRecording();
  recordSeen(recorder, 30);
  await server.start();
  process.env['SLIPWAY_URL'] = server.url;
  process.env['SLIPWAY_TOKEN'] = 'a token for tests';
  expect(await recorder.flush(10_000)).toBe(true);
  expect(numbers(server.records())).toEqual(oneTo(30));
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain('records are kept in memory only');
});

it.runIf(existsSync('/dev/full'))('goes on in memory when the disk is full', async () => {
  await server.start();
  server.announceIn(directory);
  mkdirSync(spoolFolder(), { recursive: true });
  symlinkSync('/dev/full', path.join(spoolFolder(), `${SESSION}.jsonl`));
  const recorder = startRecording();
  recordSeen(recorder, 30);
  expect(await recorder.flush(10_000)).toBe(true);
  expect(numbers(server.records())).toEqual(oneTo(30));
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain('no space left');
});

it('leaves out a line that is not a record and a torn last line, and sends the rest', async () => {
  await server.start();
  server.announceIn(directory);
  mkdirSync(spoolFolder(), { recursive: true });
  const line = (seq: number): string => JSON.stringify({ type: 'session.seen', seq, at: 1 });
  const file = path.join(spoolFolder(), `${SESSION}.jsonl`);
  writeFileSync(file, `garbage\n${line(1)}\n{"type":"session.seen"}\n${line(2)}\n{"type":"sess`);
  const source = new RecordSource(file, message => warnings.push(message));
  const sender = new Sender({ sessionId: SESSION, directory, source, keepAliveMs: null, warn: () => undefined });
  const running = sender.run();
  expect(await sender.flush(10_000)).toBe(true);
  expect(numbers(server.records())).toEqual([1, 2]);
  expect(warnings).toHaveLength(1);
  sender.stop();
  await running;
});

it('sends a line that is longer than a read', async () => {
  await server.start();
  server.announceIn(directory);
  const recorder = startRecording();
  recorder.record({ type: 'session.seen', notebook_path: 'x'.repeat(2_000_000) });
  recordSeen(recorder, 3);
  expect(await recorder.flush(10_000)).toBe(true);
  expect(numbers(server.records())).toEqual([1, 2, 3, 4]);
});

it('does not hand its token to a server file in which it is not the token', async () => {
  await server.start();
  server.announceIn(directory);
  const file = path.join(directory, '.slipway', 'server.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"token_file"', '"other"'));
  const recorder = startRecording();
  recordSeen(recorder, 1);
  expect(await recorder.flush(100)).toBe(false);
});

it('sends what a dead session left behind and deletes it, and leaves a living session alone', async () => {
  await server.start();
  server.announceIn(directory);
  mkdirSync(spoolFolder(), { recursive: true });
  const session = { kernel: 'slipway', language: 'typescript', notebook_path: '', started_at: 1, environment: null };
  const spoolOf = (name: string, pid: number): string => {
    const file = path.join(spoolFolder(), `${name}.jsonl`);
    const started = { type: 'session.started', seq: 1, at: 1, session: { ...session, pid } };
    writeFileSync(file, `${JSON.stringify(started)}\n${JSON.stringify({ type: 'session.seen', seq: 2, at: 2 })}\n`);
    return file;
  };
  const dead = spoolOf('dead-session', 2 ** 22 + 12345);
  const alive = spoolOf('alive-session', process.ppid);
  expect(findLeftovers(directory, SESSION).map(({ sessionId }) => sessionId)).toEqual(['dead-session']);
  await sendLeftovers(directory, SESSION, () => undefined);
  expect(numbers(server.records('dead-session'))).toEqual([1, 2]);
  expect([existsSync(dead), existsSync(alive)]).toEqual([false, true]);
});
