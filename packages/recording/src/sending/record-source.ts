import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { SpoolRecord } from '@slipway/contract';
import { messageOf } from '@slipway/wording';

const NEWLINE = 0x0a;
const FIRST_READ_BYTES = 256 * 1024;
const LARGEST_READ_BYTES = 64 * 1024 * 1024;
/** Without a spool file, this many records wait in memory; then the oldest are given up. */
const MAX_HELD = 20_000;

/** Some records of a session in the order of `seq`, with the place in the source after each of them. */
export interface SourceBatch {
  readonly records: readonly SpoolRecord[];
  readonly ends: readonly number[];
  readonly origin: 'file' | 'memory';
}

/**
 * The records of one session that the server has not acknowledged: first those in the spool file, then those that could
 * not be written there and wait in memory. Reads the file in pieces, so that its size does not matter.
 */
export class RecordSource {
  readonly #descriptor: number | null;
  readonly #held: SpoolRecord[] = [];
  readonly #warn: (message: string) => void;
  #offset = 0;
  #hasWarned = false;

  /** @param spoolFile null when there is none and all records are held in memory. */
  constructor(spoolFile: string | null, warn: (message: string) => void) {
    this.#warn = warn;
    // Opened at once: what is in it can be read even when somebody deletes the folder.
    this.#descriptor = spoolFile === null ? null : openSync(spoolFile, 'r');
  }

  /** Takes a record that could not be written to the file. */
  hold(record: SpoolRecord): void {
    this.#held.push(record);
    if (this.#held.length <= MAX_HELD) {
      return;
    }
    this.#held.shift();
    this.#warnOnce(
      `More than ${MAX_HELD} records wait for the Slipway server in memory; the oldest are being dropped.`
    );
  }

  /** The next records that are not acknowledged, at most `limit`; null when there are none now. */
  next(limit: number): SourceBatch | null {
    const fromFile = this.#readFile(limit);
    if (fromFile) {
      return fromFile;
    }
    if (this.#held.length === 0) {
      return null;
    }
    const records = this.#held.slice(0, limit);
    return { records, ends: records.map((_, i) => i + 1), origin: 'memory' };
  }

  /** The server has the records of `batch` up to and with `seq`; they are not given out again. */
  acknowledge(batch: SourceBatch, seq: number): void {
    const count = batch.records.filter(record => record.seq <= seq).length;
    const end = batch.ends[count - 1];
    if (end === undefined) {
      return;
    }
    if (batch.origin === 'file') {
      this.#offset = end;
    } else {
      this.#held.splice(0, count);
    }
  }

  /** Starts again: the server has lost what it had. Only a file can be read twice. */
  rewind(): void {
    this.#offset = 0;
  }

  close(): void {
    if (this.#descriptor !== null) {
      closeSync(this.#descriptor);
    }
  }

  #readFile(limit: number): SourceBatch | null {
    if (this.#descriptor === null) {
      return null;
    }
    let size = FIRST_READ_BYTES;
    for (;;) {
      const available = fstatSync(this.#descriptor).size - this.#offset;
      if (available <= 0) {
        return null;
      }
      const bytes = Buffer.alloc(Math.min(size, available));
      const piece = bytes.subarray(0, readSync(this.#descriptor, bytes, 0, bytes.length, this.#offset));
      const batch = this.#parseLines(piece, limit);
      if (batch) {
        return batch;
      }
      // No whole line: a long one, or a torn one at the end of the file.
      if (size >= available || size >= LARGEST_READ_BYTES) {
        return null;
      }
      size *= 4;
    }
  }

  /** Null when `piece` has no whole line. Lines that are not records are skipped permanently. */
  #parseLines(piece: Buffer, limit: number): SourceBatch | null {
    const records: SpoolRecord[] = [];
    const ends: number[] = [];
    let start = 0;
    for (let end = piece.indexOf(NEWLINE); end >= 0 && records.length < limit; end = piece.indexOf(NEWLINE, start)) {
      const record = this.#parse(piece.toString('utf8', start, end));
      start = end + 1;
      if (record) {
        records.push(record);
        ends.push(this.#offset + start);
      } else if (records.length === 0) {
        this.#offset += start;
        return this.#readFile(limit);
      } else {
        ends[ends.length - 1] = this.#offset + start;
      }
    }
    return records.length > 0 ? { records, ends, origin: 'file' } : null;
  }

  #parse(line: string): SpoolRecord | null {
    try {
      return SpoolRecord.parse(JSON.parse(line));
    } catch (error) {
      this.#warnOnce(`A record of this notebook could not be read and was left out (${firstLine(error)}).`);
      return null;
    }
  }

  #warnOnce(message: string): void {
    if (this.#hasWarned) {
      return;
    }
    this.#hasWarned = true;
    this.#warn(message);
  }
}

function firstLine(error: unknown): string {
  const text = messageOf(error);
  return text.replace(/\s+/g, ' ').slice(0, 200);
}
