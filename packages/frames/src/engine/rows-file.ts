import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder } from '@slipway/notebook';

/** Rows from elsewhere in a temporary file, one JSON object a line, for DuckDB to read. */
export interface RowsFile {
  readonly file: string;
  readonly count: number;
  remove(): Promise<void>;
}

/** Writes rows one after the other, so that their number does not matter. Leaves nothing behind when `rows` throws. */
export async function writeRowsFile(
  rows: Iterable<Record<string, unknown>> | AsyncIterable<Record<string, unknown>>
): Promise<RowsFile> {
  const folder = await temporaryFolder('rows');
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const file = path.join(folder, 'rows.ndjson');
  const out = createWriteStream(file);
  let count = 0;
  try {
    for await (const row of rows) {
      count++;
      if (!out.write(`${JSON.stringify(row)}\n`)) await once(out, 'drain');
    }
  } catch (error) {
    out.destroy();
    await remove();
    throw error;
  }
  out.end();
  await once(out, 'close');
  return { file, count, remove };
}
