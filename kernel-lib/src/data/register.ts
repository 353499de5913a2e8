import { createHash, randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DatasetVersion } from '@slipway/contract';
import { call, requireServer, uploadBlob } from '../client/client.js';
import { SlipwayError } from '../errors.js';
import { notebook } from '../notebook/standalone.js';
import { execute, queryRows, quoteName, quoteText } from './engine.js';
import { profileBundle } from './frame-display.js';
import type { Frame } from './frame.js';
import { profileOf } from './profile.js';
import { checkQuality } from './quality.js';

/**
 * Profiles and checks a frame, registers it as the next version of dataset `name` (the same rows give the same version
 * again) and shows the result. When the server is away the frame can be used all the same, with one message.
 */
export async function saveFrame(frame: Frame, name: string): Promise<Frame> {
  const book = notebook();
  const profile = await profileOf(frame);
  const checks = await checkQuality(frame.table, frame.columns, profile, frame.time);
  let registered: DatasetVersion | null = null;
  try {
    requireServer(book.directory);
    const content = await parquetOf(frame);
    await uploadBlob(book.directory, content.sha256, content.bytes);
    registered = await call(book.directory, 'createDatasetVersion', {
      params: { name },
      body: {
        content_sha256: content.sha256,
        digest: await digestOf(frame),
        row_count: frame.rowCount,
        columns: [...frame.columns],
        time_column: frame.time,
        source: frame.lineage.source,
        derivation: frame.lineage.steps.length > 0 ? frame.lineage.steps.join('; ') : null,
        parents: [...frame.lineage.parents],
        profile: [...profile],
        checks,
        session_id: book.sessionId,
        cell_execution_id: book.cell?.executionId ?? null
      }
    });
  } catch (error) {
    if (!(error instanceof SlipwayError)) throw error;
    if (error.code !== 'SERVER_UNREACHABLE') throw error;
    book.warn(`${name} was not registered: ${error.message}`);
  }
  const version = registered ? { name, version: registered.version } : null;
  const saved = await frame.withVersion(name, version);
  if (version) book.noteWrite(`dataset:${name}@${version.version}`);
  book.display(profileBundle(saved, profile, checks, registered));
  return saved;
}

async function parquetOf(frame: Frame): Promise<{ bytes: Uint8Array; sha256: string }> {
  const file = path.join(tmpdir(), `slipway-${randomUUID()}.parquet`);
  try {
    await execute(`copy ${quoteName(frame.table)} to ${quoteText(file)} (format parquet, compression zstd)`);
    const bytes = await readFile(file);
    return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
  } finally {
    await rm(file, { force: true });
  }
}

/** SHA-256 over the schema and, in order, the SHA-256 of each row as JSON: independent of file format and writer. */
async function digestOf(frame: Frame): Promise<string> {
  const rows = await queryRows(
    `select sha256(coalesce(string_agg(h, '' order by i), '')) as digest from (select row_number() over () as i, ` +
      `sha256(cast(to_json(t) as varchar)) as h from ${quoteName(frame.table)} t)`
  );
  const schema = frame.columns.map(c => `${c.name}:${c.type}`).join(',');
  return createHash('sha256')
    .update(`${schema}\n${String(rows[0]!['digest'])}`)
    .digest('hex');
}
