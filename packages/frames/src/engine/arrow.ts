import type { Table } from 'apache-arrow';

export type ArrowTable = Table;

/** Whether a value is an Arrow table, of whichever copy of the library. */
export function isArrowTable(value: unknown): value is ArrowTable {
  return (
    typeof value === 'object' && value !== null && 'schema' in value && 'batches' in value && 'getChildAt' in value
  );
}
