import type { WriteOperation, WriteResult } from '../store/operations.js';
import type { Store } from '../store/store.js';
import { Counter } from '@slipway/telemetry';

/** What was written on the busy paths since the start. */
export class WriteMeter {
  readonly writes = new Counter('slipway_writes_total', 'Operations of the busy paths that were committed, by kind.');
  readonly points = new Counter('slipway_metric_points_stored_total', 'Metric points committed.');
  /** Operations that wait for their commit. */
  waiting = 0;

  count(operation: WriteOperation): void {
    this.writes.add(1, { kind: operation.kind });
    const points = pointsOf(operation);
    if (points > 0) {
      this.points.add(points);
    }
  }
}

/** The same store, counting what is written to it. */
export function metered(store: Store, meter: WriteMeter): Store {
  const write = <O extends WriteOperation>(operation: O): Promise<WriteResult<O>> => {
    meter.waiting += 1;
    return store.write(operation).then(
      result => {
        meter.waiting -= 1;
        meter.count(operation);
        return result;
      },
      (error: unknown) => {
        meter.waiting -= 1;
        throw error;
      }
    );
  };
  return {
    reads: store.reads,
    writes: store.writes,
    relay: store.relay,
    write,
    findRuns: query => store.findRuns(query),
    forget: () => store.forget(),
    continueIds: transaction => store.continueIds(transaction),
    size: () => store.size(),
    close: () => store.close()
  };
}

function pointsOf(operation: WriteOperation): number {
  switch (operation.kind) {
    case 'run.log':
      return operation.metrics.length;
    case 'records':
      return operation.records.reduce(
        (sum, record) => sum + (record.type === 'run.logged' ? record.metrics.length : 0),
        0
      );
    default:
      return 0;
  }
}
