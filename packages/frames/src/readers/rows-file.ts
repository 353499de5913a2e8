import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder } from '@slipway/notebook';

/** A number that is written digit for digit: as float64 it could be another one. */
export class ExactNumber {
  constructor(readonly digits: string) {}
}

/** A value of a row, in the order of the columns. */
export type RowValue = string | number | bigint | boolean | null | undefined | ExactNumber | readonly RowValue[];

/** Rows from elsewhere in a temporary file, one JSON object a line, for DuckDB to read. */
export interface RowsFile {
  readonly file: string;
  readonly columns: readonly string[];
  readonly count: number;
  remove(): Promise<void>;
}

/** Writes rows one after the other, so that their number does not matter. Leaves nothing behind when `rows` throws. */
export async function writeRowsFile(
  columns: readonly string[],
  rows: Iterable<readonly RowValue[]> | AsyncIterable<readonly RowValue[]>
): Promise<RowsFile> {
  const folder = await temporaryFolder('rows');
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const file = path.join(folder, 'rows.ndjson');
  const out = createWriteStream(file);
  const keys = columns.map(column => JSON.stringify(column));
  let count = 0;
  try {
    for await (const row of rows) {
      count++;
      // Built by hand: an object would put columns that are named like whole numbers first.
      const line = `{${keys.map((key, i) => `${key}:${jsonOf(row[i])}`).join(',')}}\n`;
      if (!out.write(line)) {
        await once(out, 'drain');
      }
    }
  } catch (error) {
    out.destroy();
    await remove();
    throw error;
  }
  out.end();
  await once(out, 'close');
  return { file, columns, count, remove };
}

function jsonOf(value: RowValue): string {
  if (value === null || value === undefined) {
    return 'null';
  }
  if (value instanceof ExactNumber) {
    return value.digits;
  }
  if (typeof value === 'bigint') {
    return String(value);
  }
  if (Array.isArray(value)) {
    return `[${value.map(jsonOf).join(',')}]`;
  }
  // The engine reads these two, which JSON does not have; NaN is a missing value.
  if (value === Infinity || value === -Infinity) {
    return String(value);
  }
  return JSON.stringify(value);
}
