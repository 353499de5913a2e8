import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import path from 'node:path';
import { uploadFile } from '@slipway/notebook/server';
import { temporaryFolder } from '@slipway/notebook';
import { execute, queryRows, quoteName, quoteText } from '../engine/engine.js';
import type { Frame } from '../frame/frame.js';
import { LARGE } from '../profile/figures.js';

/** Rows whose hashes are in memory at a time. */
const BLOCK_ROWS = 1 << 13;

/**
 * Uploads the rows of a frame as Parquet, by way of a file, so that their number does not matter.
 *
 * @returns SHA-256 of the bytes.
 * @throws SlipwayError SERVER_UNREACHABLE, SERVER_REFUSED.
 */
export async function uploadContent(frame: Pick<Frame, 'table' | 'rowCount'>, directory: string): Promise<string> {
  const folder = await temporaryFolder('content');
  const file = path.join(folder, 'rows.parquet');
  try {
    await writeParquet(frame, file);
    const sha256 = await hashOfFile(file);
    await uploadFile(directory, sha256, file);
    return sha256;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeParquet(frame: Pick<Frame, 'table' | 'rowCount'>, file: string): Promise<void> {
  const copy = `copy ${quoteName(frame.table)} to ${quoteText(file)} (format parquet, compression zstd)`;
  if (frame.rowCount <= LARGE) {
    return execute(copy);
  }
  // Several threads that must keep the order hold hundreds of megabytes that wait for their turn.
  usualThreads ??= queryRows("select current_setting('threads') as threads").then(rows => Number(rows[0]!['threads']));
  const usual = await usualThreads;
  await execute('set threads = 1');
  try {
    await execute(copy);
  } finally {
    await execute(`set threads = ${usual}`);
  }
}

/** Asked once, before it is changed: frames may be registered side by side. */
let usualThreads: Promise<number> | undefined;

async function hashOfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  // One buffer for all: those of a stream stay in memory until the garbage is collected.
  const buffer = Buffer.allocUnsafe(1 << 20);
  const handle = await open(file);
  try {
    for (;;) {
      const { bytesRead } = await handle.read(buffer);
      if (bytesRead === 0) {
        return hash.digest('hex');
      }
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
}

/**
 * SHA-256 over the schema and the SHA-256 of all rows' SHA-256 as JSON, in order: independent of file format and writer. Rows
 * are looked at block by block.
 */
export async function digestOf(frame: Pick<Frame, 'table' | 'columns' | 'rowCount'>): Promise<string> {
  const rows = createHash('sha256');
  for (let from = 0; from < frame.rowCount; from += BLOCK_ROWS) {
    // Row numbers of a table that is never changed run from 0.
    const [block] = await queryRows(
      `select string_agg(sha256(cast(to_json(t) as varchar)), '' order by rowid) as hashes from ${quoteName(frame.table)} t ` +
        `where rowid >= ${from} and rowid < ${from + BLOCK_ROWS}`
    );
    rows.update(String(block!['hashes']));
  }
  const schema = frame.columns.map(c => `${c.name}:${c.type}`).join(',');
  return createHash('sha256')
    .update(`${schema}\n${rows.digest('hex')}`)
    .digest('hex');
}
