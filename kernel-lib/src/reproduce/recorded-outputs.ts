import { BINARY_MIME_TYPE, type CellOutput } from '@slipway/contract';
import { call, downloadBlob } from '@slipway/notebook/server';
import type { RecordedCell } from './session-record.js';

/** Number of outputs in one request. */
const AT_ONCE = 8;
const JSON_TYPE = /^application\/(?:json$|.*\+json$)/;

/** Outputs by execution, as a notebook file holds them. */
export type OutputsOfCells = ReadonlyMap<string, readonly object[]>;

/**
 * Reads from the server what cells have shown.
 *
 * @throws SlipwayError SERVER_UNREACHABLE, SERVER_REFUSED.
 */
export async function readOutputs(directory: string, cells: readonly RecordedCell[]): Promise<OutputsOfCells> {
  const found = new Map<string, object[]>();
  const waiting = cells.filter(({ outputs }) => outputs !== null).values();
  const work = async (): Promise<void> => {
    for (const { session_id, execution_id } of waiting) {
      const { outputs } = await call(directory, 'getCellOutputs', { params: { session_id, execution_id } });
      found.set(execution_id, await Promise.all(outputs.map(output => asInFile(directory, output))));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return found;
}

/** The output with its blobs put back in place. */
async function asInFile(directory: string, output: CellOutput): Promise<object> {
  if (!('blobs' in output) || output.blobs === undefined) {
    return output;
  }
  const { blobs, ...rest } = output;
  const data: Record<string, unknown> = { ...output.data };
  for (const [type, { sha256 }] of Object.entries(blobs)) {
    const bytes = Buffer.from(await downloadBlob(directory, sha256));
    if (BINARY_MIME_TYPE.test(type)) {
      data[type] = bytes.toString('base64');
    } else {
      data[type] = JSON_TYPE.test(type) ? (JSON.parse(bytes.toString()) as unknown) : bytes.toString();
    }
  }
  return { ...rest, data };
}
