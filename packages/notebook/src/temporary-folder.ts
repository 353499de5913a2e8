import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Milliseconds after which a temporary folder that was not changed, and whose process ended, is deleted. */
const STALE_MS = 60 * 60_000;
/** What folders are made for; `frames` is the engine's own. */
const PURPOSES = ['frames', 'download', 's3', 'rows', 'content', 'training'] as const;
/** `slipway-rows-4711-AbCdEf`: what it is for, and the process that made it. */
const NAME = new RegExp(`^slipway-(?:${PURPOSES.join('|')})-(\\d+)(?:-|$)`);

let sweeping: Promise<void> | undefined;

/**
 * Makes a folder for files that live only while they are worked on. Its maker deletes it; those of processes that
 * were killed are deleted by the next process that makes one.
 */
export async function temporaryFolder(purpose: (typeof PURPOSES)[number]): Promise<string> {
  void sweepTemporaryFolders();
  return mkdtemp(path.join(tmpdir(), `slipway-${purpose}-${process.pid}-`));
}

/** Deletes folders of processes that are gone, once in the life of this one. Never throws. */
export function sweepTemporaryFolders(): Promise<void> {
  sweeping ??= sweep(tmpdir()).catch(() => undefined);
  return sweeping;
}

/** Deletes in `place` what processes that are gone have left an hour ago or more. */
export async function sweep(place: string): Promise<void> {
  for (const name of await readdir(place)) {
    const pid = Number(NAME.exec(name)?.[1]);
    if (Number.isNaN(pid) || isAlive(pid)) {
      continue;
    }
    const folder = path.join(place, name);
    // Where several containers share the folder, the process may live in another of them.
    const touched = await stat(folder).catch(() => null);
    if (touched === null || Date.now() - touched.mtimeMs < STALE_MS) {
      continue;
    }
    // Another user's cannot be deleted, and need not be.
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
