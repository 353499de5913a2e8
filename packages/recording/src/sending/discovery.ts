import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { ServerFile } from '@slipway/contract';
import { DATA_FOLDER, foldersUpward, namedDataFolder } from '../spool/folder.js';

/** Where the metadata server answers, and the bearer token that it expects. */
export interface ServerAddress {
  readonly url: string;
  readonly token: string;
}

/**
 * Finds the metadata server: `SLIPWAY_URL` and `SLIPWAY_TOKEN` when they are set, else `server.json` in the data folder
 * that `SLIPWAY_DATA` names, else the nearest `.slipway/server.json` upward from `directory`. Reads the disk at each call,
 * because a restarted server may have another address or token. Never throws; a file that cannot be read or trusted counts
 * as absent.
 */
export function findServer(directory: string): ServerAddress | null {
  const url = process.env['SLIPWAY_URL'];
  if (url) {
    return { url: withoutSlash(url), token: process.env['SLIPWAY_TOKEN'] || tokenOfServerAt(directory, url) };
  }
  return serversOf(directory).next().value ?? null;
}

/** The token of the server file nearest to `directory` that names `url`; empty when there is none. */
function tokenOfServerAt(directory: string, url: string): string {
  for (const server of serversOf(directory)) {
    if (server.url === withoutSlash(url)) {
      return server.token;
    }
  }
  return '';
}

/** The servers that `directory` belongs to, nearest first. */
function* serversOf(directory: string): Generator<ServerAddress, undefined> {
  const named = namedDataFolder();
  const folders = named ? [named] : [...foldersUpward(directory)].map(folder => path.join(folder, DATA_FOLDER));
  for (const folder of folders) {
    const server = readServerFile(path.join(folder, 'server.json'));
    if (server) {
      yield server;
    }
  }
}

function readServerFile(file: string): ServerAddress | null {
  try {
    if (!isOurs(file)) {
      return null;
    }
    const server = ServerFile.parse(JSON.parse(readFileSync(file, 'utf8')));
    return { url: withoutSlash(server.url), token: readFileSync(server.token_file, 'utf8').trim() };
  } catch {
    return null;
  }
}

/**
 * A server file names a token file that is read and sent to the URL in it. In a folder that others can write to
 * (`/tmp`, a shared drive) it could be somebody else's, so only our own or root's counts.
 */
function isOurs(file: string): boolean {
  const { uid } = statSync(file);
  return process.getuid === undefined || uid === process.getuid() || uid === 0;
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
