import { createHash } from 'node:crypto';
import { call, uploadBlob } from '@slipway/notebook/server';
import { notebook } from '@slipway/notebook';
import { findServer } from '@slipway/recording/sending';
import type { TrainedModelParts } from '../train/trained-parts.js';
import { evaluationReport } from './evaluation-report.js';
import { firstLineOf } from '@slipway/wording';

/** How long it waits for the run's own records to arrive. */
const FLUSH_MS = 5000;
/** The report among the artifacts of its run. */
export const REPORT_FILE = 'evaluation.html';

/**
 * Puts the evaluation report among the artifacts of the run, in the background: nobody waits for it, and it breaks nothing.
 * Without a server there is none; `model.report()` has it all the same.
 */
export function attachReport(model: TrainedModelParts): void {
  const book = notebook();
  if (!findServer(book.directory)) {
    return;
  }
  const send = async (): Promise<void> => {
    const page = new TextEncoder().encode(evaluationReport(model));
    const sha256 = createHash('sha256').update(page).digest('hex');
    await uploadBlob(book.directory, sha256, page);
    await book.flush(FLUSH_MS);
    await call(book.directory, 'putRunArtifact', {
      params: { run_id: model.runId },
      body: { path: REPORT_FILE, sha256 }
    });
  };
  send().catch((error: unknown) => {
    const why = firstLineOf(error);
    book.warn(`The report of the evaluation was not put among the artifacts of the run: ${why}`);
  });
}
