import { z } from 'zod';
import type { RunOrder, RunPosition } from '../../../platform/store/run-query.js';
import { invalidParameter } from '../errors.js';

const Token = z.object({
  after: z.array(z.union([z.number(), z.string(), z.null()])),
  start_time: z.number().int(),
  run_id: z.string()
});

/** Where a page of runs ended; opaque to clients. */
export function encodeRunPosition({ values, start_time, run_id }: RunPosition): string {
  return Buffer.from(JSON.stringify({ after: values, start_time, run_id })).toString('base64');
}

/** @param token empty: the first page. @throws MlflowError when it is not ours, or belongs to a search in another order. */
export function decodeRunPosition(token: string, order: readonly RunOrder[]): RunPosition | undefined {
  if (token === '') {
    return undefined;
  }
  const decoded = Buffer.from(token, 'base64').toString();
  try {
    const { after, start_time, run_id } = Token.parse(JSON.parse(decoded));
    if (after.length === order.length && after.every((value, index) => fits(value, order[index]))) {
      return { values: after, start_time, run_id };
    }
  } catch {
    // Said below.
  }
  throw invalidParameter(`Invalid page token, decoded value=b'${decoded}'`);
}

/** Whether a run can have this value of what it is sorted by. */
function fits(value: string | number | null, order: RunOrder | undefined): boolean {
  const field = order?.field;
  const isNumber = field?.entity === 'metric' || field?.key === 'start_time' || field?.key === 'end_time';
  return value === null || (isNumber ? typeof value === 'number' || value === 'NaN' : typeof value === 'string');
}
