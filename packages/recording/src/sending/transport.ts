import { ErrorBody, RecordBatchAnswer, routes, type RecordBatch } from '@slipway/contract';
import type { ServerAddress } from './discovery.js';

const TIMEOUT_MS = 10_000;
/** Answers that no repetition of the same request will change. */
const REFUSALS = new Set([400, 413, 422]);

/** What became of a batch. */
export type PostResult =
  | { readonly kind: 'stored'; readonly answer: RecordBatchAnswer }
  /** The server understood and will never take this batch as it is. */
  | { readonly kind: 'refused'; readonly message: string }
  /** Not there, restarting, or not our server. */
  | { readonly kind: 'away' };

/** Sends a batch of records to the server at `server`; never rejects. */
export async function postRecords(server: ServerAddress, batch: RecordBatch): Promise<PostResult> {
  try {
    const response = await fetch(server.url + routes.postRecords.path, {
      method: routes.postRecords.method,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${server.token}` },
      body: JSON.stringify(batch),
      signal: AbortSignal.timeout(TIMEOUT_MS)
    });
    const body: unknown = await response.json();
    if (response.ok) {
      return { kind: 'stored', answer: RecordBatchAnswer.parse(body) };
    }
    const error = ErrorBody.safeParse(body);
    return REFUSALS.has(response.status) && error.success
      ? { kind: 'refused', message: error.data.message }
      : { kind: 'away' };
  } catch {
    return { kind: 'away' };
  }
}
