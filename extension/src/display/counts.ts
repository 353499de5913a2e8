import type { TranslationBundle } from '@jupyterlab/translation';
import { formatCompactCount, formatCount } from '@slipway/wording';

/** A number of rows with its noun: `1 row`, `1,461 rows`. */
export function countOfRows(count: number, trans: TranslationBundle): string {
  return trans._n('%2 row', '%2 rows', count, formatCount(count));
}

/** A number of columns with its noun. */
export function countOfColumns(count: number, trans: TranslationBundle): string {
  return trans._n('%2 column', '%2 columns', count, formatCount(count));
}

/** A number of requests with its noun: `1 request`, `41.2 k requests`. */
export function countOfRequests(count: number, trans: TranslationBundle): string {
  return trans._n('%2 request', '%2 requests', count, formatCompactCount(count));
}
