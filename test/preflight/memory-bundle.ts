import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { BundleReader } from '../../server/dist/delivery/releases/ports.js';

export type Files = Map<string, Uint8Array>;

/** A bundle in memory, as preflight reads it. */
export class MemoryBundle implements BundleReader {
  constructor(
    readonly digest: string,
    private readonly contents: Files
  ) {}

  get files(): BundleReader['files'] {
    return [...this.contents].map(([name, bytes]) => ({ path: name, size: bytes.length, sha256: sha256(bytes) }));
  }

  read(name: string): Promise<Buffer> {
    return Promise.resolve(Buffer.from(this.contents.get(name)!));
  }

  open(name: string): Promise<Readable> {
    return Promise.resolve(Readable.from([this.contents.get(name)!]));
  }

  async copyTo(folder: string): Promise<void> {
    await mkdir(folder, { recursive: true });
    for (const [name, bytes] of this.contents) {
      await writeFile(path.join(folder, name), bytes);
    }
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
