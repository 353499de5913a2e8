import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, expect, it, vi } from 'vitest';
import { findServer } from './discovery.js';
import { dataFolder } from '../spool/folder.js';

let project: string;
let notebooks: string;

beforeEach(() => {
  vi.unstubAllEnvs();
  vi.stubEnv('SLIPWAY_URL', '');
  vi.stubEnv('SLIPWAY_TOKEN', '');
  vi.stubEnv('SLIPWAY_DATA', '');
  project = mkdtempSync(path.join(tmpdir(), 'slipway-discovery-'));
  notebooks = path.join(project, 'deep', 'notebooks');
  mkdirSync(notebooks, { recursive: true });
});

function announce(folder: string, url: string, token: string): void {
  const data = path.join(folder, '.slipway');
  mkdirSync(data, { recursive: true });
  writeFileSync(path.join(data, 'token'), `${token}\n`);
  const server = { url, pid: 1, token_file: path.join(data, 'token'), started_at: 1, version: '0' };
  writeFileSync(path.join(data, 'server.json'), JSON.stringify(server));
}

it('the nearest server file upward counts', () => {
  announce(project, 'http://127.0.0.1:1/', 'far');
  expect(findServer(notebooks)).toEqual({ url: 'http://127.0.0.1:1', token: 'far' });
  announce(path.join(project, 'deep'), 'http://127.0.0.1:2', 'near');
  expect(findServer(notebooks)).toEqual({ url: 'http://127.0.0.1:2', token: 'near' });
});

it('the environment comes first; its server may have its token in a file', () => {
  announce(project, 'http://127.0.0.1:1', 'from the file');
  vi.stubEnv('SLIPWAY_URL', 'http://127.0.0.1:1/');
  expect(findServer(notebooks)).toEqual({ url: 'http://127.0.0.1:1', token: 'from the file' });
  vi.stubEnv('SLIPWAY_TOKEN', 'given');
  expect(findServer(notebooks)?.token).toBe('given');
  vi.stubEnv('SLIPWAY_URL', 'http://127.0.0.1:9');
  vi.stubEnv('SLIPWAY_TOKEN', '');
  expect(findServer(notebooks)).toEqual({ url: 'http://127.0.0.1:9', token: '' });
});

it('where the data folder is named, a server of a folder around the notebook is another one', () => {
  announce(project, 'http://127.0.0.1:1', 'around');
  const other = mkdtempSync(path.join(tmpdir(), 'slipway-named-'));
  vi.stubEnv('SLIPWAY_DATA', path.join(other, '.slipway'));
  expect(findServer(notebooks)).toBeNull();
  announce(other, 'http://127.0.0.1:3', 'named');
  expect(findServer(notebooks)).toEqual({ url: 'http://127.0.0.1:3', token: 'named' });
});

it('a broken server file counts as none', () => {
  announce(path.join(project, 'deep'), 'http://127.0.0.1:2', 'near');
  writeFileSync(path.join(project, 'deep', '.slipway', 'server.json'), '{');
  expect(findServer(notebooks)).toBeNull();
});

it('the data folder is the one with a server, else the nearest, else one to be made here', () => {
  expect(dataFolder(notebooks)).toBe(path.join(notebooks, '.slipway'));
  mkdirSync(path.join(project, 'deep', '.slipway'));
  expect(dataFolder(notebooks)).toBe(path.join(project, 'deep', '.slipway'));
  announce(project, 'http://127.0.0.1:1', 'far');
  expect(dataFolder(notebooks)).toBe(path.join(project, '.slipway'));
});
