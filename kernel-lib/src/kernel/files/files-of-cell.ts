import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RecordedFile } from '@slipway/contract';
import type { FileUse } from './file-calls.js';

/** Bytes: a digest of a larger file would keep the next cell waiting. */
const LARGEST_DIGESTED = 4 * 1024 * 1024;
const MAX_DIGESTED = 50;
const DIGESTS_TIMEOUT_MS = 250;

/** Paths that are not data of the user: packages, Slipway's own files, and what is not a regular file. */
const NOT_DATA = /(?:^|[\\/])(?:node_modules|\.slipway)(?:[\\/]|$)|^\/(?:dev|proc|sys)(?:\/|$)/;

/** The files that the code of one cell reads and writes through `node:fs`. */
export class FilesOfCell {
  readonly read = new Set<string>();
  readonly written = new Set<string>();
  readonly #places = new Map<string, string>();

  /** @param directory folder of the notebook: names of files in it are relative. */
  constructor(private readonly directory: string) {}

  note(file: string, use: FileUse): void {
    const place = path.resolve(file);
    if (NOT_DATA.test(place) || (isIn(tmpdir(), place) && !isIn(this.directory, place))) {
      return;
    }
    const name = isIn(this.directory, place) ? path.relative(this.directory, place) || '.' : place;
    this.#places.set(name, place);
    this[use].add(name.split(path.sep).join('/'));
  }

  /** Size and digest of those that exist now, are files, and are not large; never rejects. */
  async describe(): Promise<RecordedFile[]> {
    if (this.#places.size === 0) {
      return [];
    }
    let timer: NodeJS.Timeout | undefined;
    const files: RecordedFile[] = [];
    const all = [...this.#places].slice(0, MAX_DIGESTED).map(async ([name, place]) => {
      const described = await describe(place).catch(() => null);
      if (described) {
        files.push({ name: name.split(path.sep).join('/'), ...described });
      }
    });
    const late = new Promise<void>(resolve => (timer = setTimeout(resolve, DIGESTS_TIMEOUT_MS)));
    // A file on a slow drive must not block the notebook.
    await Promise.race([Promise.all(all), late]);
    clearTimeout(timer);
    return files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }
}

async function describe(place: string): Promise<Omit<RecordedFile, 'name'> | null> {
  const { size, isFile } = await stat(place).then(stats => ({ size: stats.size, isFile: stats.isFile() }));
  if (!isFile) {
    return null;
  }
  if (size > LARGEST_DIGESTED) {
    return { size, sha256: null };
  }
  return {
    size,
    sha256: createHash('sha256')
      .update(await readFile(place))
      .digest('hex')
  };
}

function isIn(folder: string, place: string): boolean {
  const relative = path.relative(folder, place);
  return !relative.startsWith('..') && !path.isAbsolute(relative);
}
