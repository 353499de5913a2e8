import { createHash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import { CorruptBlobError } from '../errors.js';

/**
 * Passes bytes on while it hashes them. It always holds one chunk back, so that a reader who was told the length never
 * gets all of a file that is not what its name says.
 */
export class VerifiedContent extends Transform {
  readonly #sha256: string;
  readonly #hash = createHash('sha256');
  #held: Buffer | undefined;

  constructor(sha256: string) {
    super();
    this.#sha256 = sha256;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#hash.update(chunk);
    const ready = this.#held;
    this.#held = chunk;
    done(null, ready);
  }

  override _flush(done: TransformCallback): void {
    const found = this.#hash.digest('hex');
    if (found === this.#sha256) {
      done(null, this.#held);
    } else {
      done(corrupt(this.#sha256, found));
    }
  }
}

/** @throws CorruptBlobError */
export function verify(sha256: string, content: Buffer): Buffer {
  const found = createHash('sha256').update(content).digest('hex');
  if (found !== sha256) {
    throw corrupt(sha256, found);
  }
  return content;
}

function corrupt(sha256: string, found: string): CorruptBlobError {
  return new CorruptBlobError(`The stored file ${sha256} is damaged: its SHA-256 is now ${found}.`, {
    remedy: 'Restore it from a backup, or upload it again.'
  });
}
