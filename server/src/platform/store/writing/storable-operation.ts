import type { KeyValue } from '@slipway/contract';
import type { MetricEntry, WriteOperation } from '../operations.js';
import { refuseUnstorable, toStorable } from '../storable-text.js';

/**
 * The operation with only such text as both databases can hold.
 *
 * @throws InvalidRequestError for a name or value that none can; in the records of a notebook, which must not be lost,
 *   what cannot be held is replaced instead.
 */
export function storableOperation<O extends WriteOperation>(operation: O): O {
  if (operation.kind === 'records') {
    return toStorable(operation);
  }
  for (const value of Object.values(operation)) {
    refuseUnstorable(value);
  }
  if (operation.kind === 'run.log') {
    refuseKeys(operation.metrics);
    operation.params.forEach(refuseEntry);
  }
  if (operation.kind === 'run.log' || operation.kind === 'run.create') {
    operation.tags.forEach(refuseEntry);
  }
  if (operation.kind === 'run.inputs') {
    operation.inputs.forEach(input => Object.values(input).forEach(refuseUnstorable));
  }
  return operation;
}

function refuseKeys(metrics: readonly MetricEntry[]): void {
  let last: string | undefined;
  for (const { key } of metrics) {
    // The points of one metric come together, a thousand at a time.
    if (key !== last) {
      refuseUnstorable(key);
      last = key;
    }
  }
}

function refuseEntry({ key, value }: KeyValue): void {
  refuseUnstorable(key);
  refuseUnstorable(value);
}
