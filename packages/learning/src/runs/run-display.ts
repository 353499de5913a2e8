import { type MimeBundle, renderCard, renderTable, textTable } from '@slipway/notebook';
import type { Run } from './run.js';
import { formatNumber } from '@slipway/wording';

const MARKS: Record<Run['status'], string> = {
  RUNNING: '● running',
  SCHEDULED: '○ queued',
  FINISHED: '✓ finished',
  FAILED: '✗ failed',
  KILLED: '■ killed'
};

/** A run as a quiet card: status, time, latest metrics. */
export function runBundle(run: Run): MimeBundle {
  const seconds = ((run.endTime ?? Date.now()) - run.startTime) / 1000;
  const title = `run ${run.name}`;
  const subtitle = `${run.experiment} · ${MARKS[run.status]} · ${formatNumber(seconds)} s`;
  const rows = [...run.metrics].map(([key, value]) => [key, formatNumber(value)]);
  return {
    'text/html': renderCard({ title, subtitle, body: rows.length > 0 ? renderTable(['metric', 'latest'], rows) : '' }),
    'text/plain': [`${title}: ${subtitle}`, ...(rows.length > 0 ? [textTable(['metric', 'latest'], rows)] : [])].join(
      '\n'
    )
  };
}
