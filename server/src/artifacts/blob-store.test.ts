import { createHash } from 'node:crypto';
import { mkdtemp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DigestMismatchError, InvalidRequestError, NotFoundError, TooLargeError } from '../errors.js';
import { LocalBlobStore } from './blob-store.js';

let folder: string;
let blobs: LocalBlobStore;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'slipway-blobs-'));
  blobs = await LocalBlobStore.open(folder);
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

async function* chunks(...parts: string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    yield Buffer.from(part);
  }
}

async function everyFile(): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter(entry => !entry.isDirectory()).map(entry => entry.name);
}

describe('a blob store', () => {
  it('keeps bytes under their hash, and gives them back', async () => {
    const stored = await blobs.put(chunks('ab', 'cd'), { sha256: digest('abcd') });
    expect(stored).toEqual({ sha256: digest('abcd'), size: 4, existed: false });
    expect(await blobs.size(stored.sha256)).toBe(4);
    expect((await blobs.read(stored.sha256)).toString()).toBe('abcd');
    const file = path.join(folder, stored.sha256.slice(0, 2), stored.sha256.slice(2));
    expect(await readFile(file, 'utf8')).toBe('abcd');
  });

  it('keeps the same bytes once', async () => {
    await blobs.put(chunks('abcd'));
    expect(await blobs.put(chunks('abcd'))).toMatchObject({ existed: true });
    expect(await everyFile()).toHaveLength(1);
  });

  it('refuses bytes that are not the announced ones, and keeps nothing of them', async () => {
    await expect(blobs.put(chunks('abcd'), { sha256: digest('other') })).rejects.toThrow(DigestMismatchError);
    expect(await everyFile()).toEqual([]);
  });

  it('refuses more bytes than allowed, and keeps nothing of them', async () => {
    await expect(blobs.put(chunks('abc', 'def'), { limit: 5 })).rejects.toThrow(TooLargeError);
    expect(await everyFile()).toEqual([]);
  });

  it('keeps nothing of an upload that breaks off', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half');
      throw new Error('connection lost');
    }
    await expect(blobs.put(broken())).rejects.toThrow('connection lost');
    expect(await everyFile()).toEqual([]);
  });

  it('does not know what was never stored', async () => {
    expect(await blobs.size(digest('nothing'))).toBeUndefined();
    await expect(blobs.read(digest('nothing'))).rejects.toThrow(NotFoundError);
  });

  it('takes no name but a hash', async () => {
    for (const name of ['../../etc/passwd', 'ab/cd', '', digest('x').toUpperCase()]) {
      await expect(blobs.read(name)).rejects.toThrow(InvalidRequestError);
    }
  });

  it.skipIf(process.platform === 'win32')('follows no link that was laid in its folder', async () => {
    const outside = path.join(folder, 'secret');
    await writeFile(outside, 'secret');
    const name = digest('link');
    await mkdir(path.join(folder, name.slice(0, 2)), { recursive: true });
    await symlink(outside, path.join(folder, name.slice(0, 2), name.slice(2)));
    await expect(blobs.read(name)).rejects.toThrow(NotFoundError);
  });
});
