import type { DatasetVersion } from '@slipway/contract';
import { call, requireServer } from '@slipway/notebook/server';
import { notebook, SlipwayError } from '@slipway/notebook';
import { digestOf, uploadContent } from './content.js';
import { profileBundle } from '../frame/frame-display.js';
import type { Frame } from '../frame/frame.js';
import { profileOf } from '../profile/profile.js';
import { checkQuality } from '../profile/quality.js';

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
    const content = await uploadContent(frame, book.directory);
    registered = await call(book.directory, 'createDatasetVersion', {
      params: { name },
      body: {
        content_sha256: content,
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
