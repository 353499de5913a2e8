import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { CorruptBlobError, DigestMismatchError, InvalidRequestError, NotFoundError, TooLargeError } from '../errors.js';
import { startTestS3, type TestS3 } from '../../../testing/s3-server.js';
import type { BlobStore } from './blob-store.js';
import { LocalBlobStore } from './local-blob-store.js';
import { S3BlobStore } from './s3-blob-store.js';
import { parseS3Location } from './s3-location.js';

interface Opened {
  readonly blobs: BlobStore;
  /** Where the bytes of blobs are stored on disk. */
  readonly contents: string;
  /** Where uploads are stored until they are complete. */
  readonly incoming: string;
}

let folder: string;
let s3: TestS3;
beforeAll(async () => {
  s3 = await startTestS3();
});
afterAll(() => s3.stop());
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'slipway-blobs-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

async function openLocal(): Promise<Opened> {
  return { blobs: await LocalBlobStore.open(folder), contents: folder, incoming: path.join(folder, 'incoming') };
}

/** Each test in a folder of its own of the one bucket. */
async function openS3(): Promise<Opened> {
  for (const [name, value] of Object.entries(s3.environment)) {
    vi.stubEnv(name, value);
  }
  const prefix = path.basename(folder);
  const location = parseS3Location(`s3://${s3.bucket}/${prefix}`, process.env);
  return { blobs: await S3BlobStore.open(location, folder), contents: path.join(s3.folder, prefix), incoming: folder };
}

const digest = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');

async function* chunks(...parts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    yield Buffer.from(part);
  }
}

async function filesIn(place: string): Promise<string[]> {
  const entries = await readdir(place, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter(entry => !entry.isDirectory()).map(entry => path.join(entry.parentPath, entry.name));
}

/** Changes one byte of what is stored, as a failing disk does. */
async function damage({ contents }: Opened): Promise<void> {
  for (const file of await filesIn(contents)) {
    const bytes = await readFile(file);
    if (bytes.length > 0 && !file.endsWith('.json') && !file.endsWith('.md5')) {
      bytes[0] = (bytes[0] ?? 0) ^ 1;
      await writeFile(file, bytes);
    }
  }
}

describe.each([
  ['in a local folder', openLocal],
  ['in S3', openS3]
])('a blob store %s', (_where, open) => {
  let opened: Opened;
  let blobs: BlobStore;
  beforeEach(async () => {
    opened = await open();
    blobs = opened.blobs;
  });

  it('keeps bytes under their hash, and gives them back', async () => {
    const stored = await blobs.put(chunks('ab', 'cd'), { sha256: digest('abcd') });
    expect(stored).toEqual({ sha256: digest('abcd'), size: 4, existed: false });
    expect(await blobs.size(stored.sha256)).toBe(4);
    expect((await blobs.read(stored.sha256)).toString()).toBe('abcd');
    const { size, stream } = await blobs.open(stored.sha256);
    expect([size, (await buffer(stream)).toString()]).toEqual([4, 'abcd']);
  });

  it('keeps a file of no bytes', async () => {
    const { sha256 } = await blobs.put(chunks());
    expect(await blobs.size(sha256)).toBe(0);
    expect(await buffer((await blobs.open(sha256)).stream)).toHaveLength(0);
  });

  it('streams files of many megabytes', async () => {
    const megabyte = randomBytes(1024 * 1024);
    const all = Array.from({ length: 40 }, () => megabyte);
    const { sha256, size } = await blobs.put(chunks(...all));
    expect(size).toBe(40 * 1024 * 1024);
    expect(digest(await buffer((await blobs.open(sha256)).stream))).toBe(sha256);
  });

  it('keeps the same bytes once', async () => {
    await blobs.put(chunks('abcd'));
    const before = await filesIn(opened.contents);
    expect(await blobs.put(chunks('abcd'))).toMatchObject({ existed: true });
    expect(await filesIn(opened.contents)).toEqual(before);
  });

  it('gives any range of a blob', async () => {
    const content = randomBytes(500);
    const { sha256 } = await blobs.put(chunks(content));
    await fc.assert(
      fc.asyncProperty(fc.nat(499), fc.nat(499), async (a, b) => {
        const range = { start: Math.min(a, b), end: Math.max(a, b) };
        const { size, stream } = await blobs.open(sha256, range);
        expect(size).toBe(500);
        expect(await buffer(stream)).toEqual(content.subarray(range.start, range.end + 1));
      }),
      { numRuns: 25 }
    );
  });

  it('refuses bytes that are not the announced ones, and keeps nothing of them', async () => {
    await expect(blobs.put(chunks('abcd'), { sha256: digest('other') })).rejects.toThrow(DigestMismatchError);
    expect([...(await filesIn(opened.contents)), ...(await filesIn(opened.incoming))]).toEqual([]);
  });

  it('refuses more bytes than allowed, and keeps nothing of them', async () => {
    await expect(blobs.put(chunks('abc', 'def'), { limit: 5 })).rejects.toThrow(TooLargeError);
    expect([...(await filesIn(opened.contents)), ...(await filesIn(opened.incoming))]).toEqual([]);
  });

  it('keeps nothing of an upload that breaks off', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half');
      throw new Error('connection lost');
    }
    await expect(blobs.put(broken())).rejects.toThrow('connection lost');
    expect([...(await filesIn(opened.contents)), ...(await filesIn(opened.incoming))]).toEqual([]);
  });

  it('keeps nothing that could not be counted', async () => {
    const claim = vi.fn(async () => {
      throw new Error('database is away');
    });
    await expect(blobs.put(chunks('abcd'), { claim })).rejects.toThrow('database is away');
    expect(claim).toHaveBeenCalledWith(digest('abcd'), 4);
    expect(await blobs.size(digest('abcd'))).toBeUndefined();
  });

  it('never gives all of a file that was damaged', async () => {
    const { sha256, size } = await blobs.put(chunks(randomBytes(200_000)));
    await damage(opened);
    await expect(blobs.read(sha256)).rejects.toThrow(CorruptBlobError);
    const { stream } = await blobs.open(sha256);
    let given = 0;
    await expect(async () => {
      for await (const chunk of stream) {
        given += (chunk as Buffer).length;
      }
    }).rejects.toThrow(CorruptBlobError);
    expect(given).toBeLessThan(size);
  });

  it('permanently deletes a blob', async () => {
    const { sha256 } = await blobs.put(chunks('abcd'));
    await blobs.remove(sha256);
    await blobs.remove(sha256);
    expect(await blobs.size(sha256)).toBeUndefined();
    expect(await blobs.put(chunks('abcd'))).toMatchObject({ existed: false });
  });

  it('does not know what was never stored', async () => {
    expect(await blobs.size(digest('nothing'))).toBeUndefined();
    await expect(blobs.read(digest('nothing'))).rejects.toThrow(NotFoundError);
    await expect(blobs.open(digest('nothing'))).rejects.toThrow(NotFoundError);
  });

  it('accepts only a hash as a name', async () => {
    for (const name of ['../../etc/passwd', 'ab/cd', '', digest('x').toUpperCase()]) {
      await expect(blobs.read(name)).rejects.toThrow(InvalidRequestError);
    }
  });
});

describe('a blob store in a local folder', () => {
  it.skipIf(process.platform === 'win32')('follows no link that was laid in its folder', async () => {
    const { blobs } = await openLocal();
    const outside = path.join(folder, 'secret');
    await writeFile(outside, 'secret');
    const name = digest('link');
    await mkdir(path.join(folder, name.slice(0, 2)), { recursive: true });
    await symlink(outside, path.join(folder, name.slice(0, 2), name.slice(2)));
    await expect(blobs.read(name)).rejects.toThrow(NotFoundError);
  });
});

describe('a blob store in S3', () => {
  it('says which bucket does not answer, and what to look at', async () => {
    await openS3();
    const missing = await S3BlobStore.open(parseS3Location('s3://nobucket', process.env), folder);
    await expect(missing.put(chunks('abcd'))).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      message: expect.stringContaining('s3://nobucket') as string,
      remedy: expect.stringContaining('credentials') as string
    });
  });
});

describe('the name of an S3 store', () => {
  it('holds a bucket, and may hold a folder', () => {
    expect(parseS3Location('s3://models', {})).toMatchObject({ bucket: 'models', prefix: '' });
    expect(parseS3Location('s3://models/a/b/', {})).toMatchObject({ bucket: 'models', prefix: 'a/b/' });
  });

  it('is refused when there is no bucket in it', () => {
    for (const uri of [
      's3://',
      's3:///a',
      'http://models',
      's3://a',
      's3://Models',
      's3://models?x=1',
      's3://models/a#b'
    ]) {
      expect(() => parseS3Location(uri, {})).toThrow(InvalidRequestError);
    }
  });
});
