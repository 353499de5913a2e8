import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { hostname, uptime } from 'node:os';
import path from 'node:path';
import { SpoolRecord } from '@slipway/contract';
import { spoolFolders } from '../spool/folder.js';
import { RecordSource } from './record-source.js';
import { Sender } from './sender.js';
import { removeSpool, SpoolFile } from '../spool/spool-file.js';

const SEND_TIMEOUT_MS = 60_000;
/** A spool whose owner cannot be told (another machine, a torn first line) is left alone until it is this old. */
const UNKNOWN_OWNER_AGE_MS = 24 * 3600_000;
const HEAD_BYTES = 64 * 1024;

/** A spool that a session left behind when it died, or ended while the server was away. */
export interface Leftover {
  readonly sessionId: string;
  readonly file: string;
}

/** Spools near `directory` whose sessions are dead. */
export function findLeftovers(directory: string, ownSessionId: string): Leftover[] {
  return spoolFolders(directory).flatMap(folder =>
    namesIn(folder).flatMap(name => {
      const file = path.join(folder, name);
      const sessionId = SpoolFile.sessionOf(file);
      return sessionId && sessionId !== ownSessionId && isDead(file) ? [{ sessionId, file }] : [];
    })
  );
}

/** Sends the leftovers near `directory` one after the other and deletes those that the server has. */
export async function sendLeftovers(
  directory: string,
  ownSessionId: string,
  warn: (message: string) => void
): Promise<void> {
  for (const leftover of findLeftovers(directory, ownSessionId)) {
    try {
      if (await sendLeftover(leftover, directory, warn)) {
        removeSpool(leftover.file);
      }
    } catch {
      // Another kernel was faster and has deleted it.
    }
  }
}

async function sendLeftover(leftover: Leftover, directory: string, warn: (message: string) => void): Promise<boolean> {
  const { sessionId, file } = leftover;
  const source = new RecordSource(file, warn);
  const sender = new Sender({ sessionId, directory, source, keepAliveMs: null, warn });
  const running = sender.run();
  const complete = await sender.flush(SEND_TIMEOUT_MS, { untilAway: true });
  sender.stop();
  await running;
  source.close();
  return complete;
}

/** True when the process that wrote the spool is gone: not running, or from before the machine was started. */
function isDead(file: string): boolean {
  try {
    const { mtimeMs } = statSync(file);
    const owner = ownerOf(file);
    if (!owner) {
      return Date.now() - mtimeMs > UNKNOWN_OWNER_AGE_MS;
    }
    return !isRunning(owner.pid) || mtimeMs < Date.now() - uptime() * 1000;
  } catch {
    return false;
  }
}

/** Process of this machine that wrote a spool, from its first record; null when it cannot be told. */
function ownerOf(file: string): { pid: number } | null {
  const descriptor = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(HEAD_BYTES);
    const head = bytes.toString('utf8', 0, readSync(descriptor, bytes, 0, HEAD_BYTES, 0));
    const record = SpoolRecord.parse(JSON.parse(head.slice(0, head.indexOf('\n'))));
    if (record.type !== 'session.started' || record.session.pid === null) {
      return null;
    }
    const isHere = (record.session.environment?.hostname ?? hostname()) === hostname();
    return isHere ? { pid: record.session.pid } : null;
  } catch {
    return null;
  } finally {
    closeSync(descriptor);
  }
}

function isRunning(pid: number): boolean {
  if (pid === process.pid) {
    return false;
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It runs, but for another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
