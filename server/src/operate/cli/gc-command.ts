import { counted } from '@slipway/wording';
import { parseOptions, UsageError } from './options.js';
import { CommandClient } from './server-client.js';

export const gcHelp = `slipway gc [--deleted-before DAYS] [--grace HOURS] [--dry-run] [--data DIR]

Permanently deletes runs and experiments that were deleted long ago, and files that nothing refers to any more. The
server may be at work meanwhile. By itself it takes such files once a day, and deleted runs only when it was started with
--keep-deleted.

  --deleted-before DAYS  runs and experiments that were deleted more than so many days ago (default: none)
  --grace HOURS          files that were uploaded within so many hours stay (default: 24)
  --dry-run              say what would go, and take nothing
  --data DIR             data folder of the server
`;

/** A collection may have much to do. */
const PATIENCE_MS = 3_600_000;

/** @returns the exit code. */
export async function gcCommand(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, {
    data: { type: 'string' },
    'deleted-before': { type: 'string' },
    grace: { type: 'string' },
    'dry-run': { type: 'boolean', default: false }
  });
  const server = await CommandClient.find(options.data);
  const report = await server.call(
    'collectGarbage',
    {
      body: {
        deleted_before_days: parseAmount('--deleted-before', options['deleted-before']) ?? null,
        grace_hours: parseAmount('--grace', options.grace) ?? 24,
        dry_run: options['dry-run']
      }
    },
    PATIENCE_MS
  );
  const verb = options['dry-run'] ? 'Would go' : 'Gone';
  const megabytes = (report.bytes / 1024 / 1024).toFixed(1);
  console.log(
    `${verb}: ${counted(report.runs, 'run')}, ${counted(report.experiments, 'experiment')}, ${counted(report.blobs, 'file')} (${megabytes} MB).`
  );
  return 0;
}

/** @throws UsageError unless it is a number from 0 up. */
export function parseAmount(option: string, text: string | undefined): number | undefined {
  if (text === undefined) {
    return undefined;
  }
  const amount = Number(text);
  if (text.trim() === '' || !Number.isFinite(amount) || amount < 0) {
    throw new UsageError(`${option} takes a number of at least 0, not '${text}'.`);
  }
  return amount;
}
