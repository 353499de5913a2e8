import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs';
import path from 'node:path';
import { makeSpoolFolder } from './folder.js';

const SUFFIX = '.jsonl';

/** The file of one session's records, one JSON object a line, which only grows. */
export class SpoolFile {
  #descriptor: number | null;

  private constructor(
    readonly file: string,
    descriptor: number
  ) {
    this.#descriptor = descriptor;
  }

  /**
   * Opens the spool of a session for the project of `directory`.
   *
   * @throws the file system's error when the folder cannot be written to.
   */
  static open(directory: string, sessionId: string): SpoolFile {
    const file = path.join(makeSpoolFolder(directory), sessionId + SUFFIX);
    return new SpoolFile(file, openSync(file, 'a', 0o600));
  }

  /** The session that a spool file belongs to; null for another kind of file. */
  static sessionOf(file: string): string | null {
    return file.endsWith(SUFFIX) ? path.basename(file, SUFFIX) : null;
  }

  /**
   * Appends one line. It is with the operating system when this returns, so it outlives a killed process.
   *
   * @throws the file system's error; the file may then end in a part of the line, which readers skip.
   */
  append(line: string): void {
    if (this.#descriptor === null) {
      throw new Error(`The spool ${this.file} is closed.`);
    }
    const bytes = Buffer.from(`${line}\n`);
    for (let written = 0; written < bytes.length;) {
      written += writeSync(this.#descriptor, bytes, written);
    }
  }

  close(): void {
    if (this.#descriptor === null) {
      return;
    }
    closeSync(this.#descriptor);
    this.#descriptor = null;
  }

  /** Deletes the file, all of which the server has. */
  remove(): void {
    this.close();
    removeSpool(this.file);
  }
}

/** Deletes a spool file; another kernel may have done so. */
export function removeSpool(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // Gone already, or not ours to delete: sending it again stores nothing twice.
  }
}
