import type { ColumnProfile, DatasetVersion, QualityCheck } from '@slipway/contract';
import { call, requireServer } from '@slipway/notebook/server';
import { notebook, SlipwayError } from '@slipway/notebook';
import { digestOf, uploadContent } from './content.js';
import { profileBundle } from '../frame/frame-display.js';
import { withVersion, type Frame } from '../frame/frame.js';
import { profileOf } from '../profile/profile.js';
import { checkQuality } from '../profile/quality.js';

/**
 * Registers a frame as the next version of dataset `name`, with profile and checks, and shows it; the same rows give the
 * same version again. When the server is away the frame can be used all the same, with one message.
 *
 * @param rows the table to register, where that is another one than the frame's: the same rows in another order.
 */
export async function registerFrame(frame: Frame, name: string, rows: string = frame.table): Promise<Frame> {
  const book = notebook();
  const profile = await profileOf(frame);
  const checks = await checkQuality(frame, profile);
  const registered = await upload(frame, name, rows, profile, checks).catch((error: unknown) => {
    if (!(error instanceof SlipwayError) || error.code !== 'SERVER_UNREACHABLE') {
      throw error;
    }
    book.warn(`${name} was not registered: ${error.message}`);
    return null;
  });
  const version = registered ? { name, version: registered.version } : null;
  const saved = withVersion(frame, name, version);
  if (version) {
    book.noteWrite(`dataset:${name}@${version.version}`);
  }
  book.display(profileBundle(saved, profile, checks, registered));
  return saved;
}

/** Sends the rows, then what is said of them. */
async function upload(
  frame: Frame,
  name: string,
  table: string,
  profile: readonly ColumnProfile[],
  checks: readonly QualityCheck[]
): Promise<DatasetVersion> {
  const book = notebook();
  requireServer(book.directory);
  const { columns, rowCount } = frame;
  const content = await uploadContent({ table, rowCount }, book.directory);
  return call(book.directory, 'createDatasetVersion', {
    params: { name },
    body: {
      content_sha256: content,
      digest: await digestOf({ table, columns, rowCount }),
      row_count: rowCount,
      columns: [...columns],
      time_column: frame.time,
      source: frame.lineage.source,
      derivation: frame.lineage.steps.length > 0 ? frame.lineage.steps.join('; ') : null,
      parents: [...frame.lineage.parents],
      profile: [...profile],
      checks: [...checks],
      session_id: book.sessionId,
      cell_execution_id: book.cell?.executionId ?? null
    }
  });
}
