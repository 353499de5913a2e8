import type { KeyValue, SpoolRecord } from '@slipway/contract';
import type { MetricEntry, StoreRecords, WriteOperation } from '../operations.js';
import { RUN_NAME_TAG } from '../writing/run-writer.js';

/** What operations may touch of one run. */
export interface RunDemand {
  /** Its experiment, where an operation makes the run. */
  experiment: number | string | undefined;
  /** Names that need a number when they are written. */
  readonly keys: Set<string>;
  readonly params: Set<string>;
  readonly metrics: Set<string>;
  readonly deletedTags: Set<string>;
}

/** What a group of operations may touch: the rows to load before the rules of writing can run without waiting. */
export interface Demand {
  readonly runs: ReadonlyMap<string, RunDemand>;
  readonly newRuns: number;
  /** By name, as records of kernels know them. */
  readonly experiments: ReadonlySet<string>;
  /** When the first record of each session was made. */
  readonly sessions: ReadonlyMap<string, number>;
  readonly senders: ReadonlySet<string>;
  readonly cells: ReadonlySet<string>;
  readonly newCells: number;
}

export function demandOf(operations: readonly WriteOperation[]): Demand {
  const gathering = new Gathering();
  for (const operation of operations) {
    gathering.add(operation);
  }
  return gathering;
}

class Gathering implements Demand {
  readonly runs = new Map<string, RunDemand>();
  readonly experiments = new Set<string>();
  readonly sessions = new Map<string, number>();
  readonly senders = new Set<string>();
  readonly cells = new Set<string>();
  newRuns = 0;
  newCells = 0;

  add(operation: WriteOperation): void {
    switch (operation.kind) {
      case 'run.create':
        return this.#create(operation.run_id, operation.experiment_id, operation.tags);
      case 'run.log':
        return this.#log(operation.run_id, operation);
      case 'run.update':
        this.#run(operation.run_id).keys.add(RUN_NAME_TAG);
        return;
      case 'run.delete-tag':
        this.#run(operation.run_id).deletedTags.add(operation.key);
        return;
      case 'run.lifecycle':
      case 'run.inputs':
        this.#run(operation.run_id);
        return;
      case 'experiment.lifecycle':
        return;
      case 'records':
        return this.#records(operation);
    }
  }

  #run(uuid: string): RunDemand {
    let run = this.runs.get(uuid);
    if (run === undefined) {
      run = { experiment: undefined, keys: new Set(), params: new Set(), metrics: new Set(), deletedTags: new Set() };
      this.runs.set(uuid, run);
    }
    return run;
  }

  #create(uuid: string, experiment: number | string, tags: readonly KeyValue[]): void {
    const run = this.#run(uuid);
    run.experiment ??= experiment;
    run.keys.add(RUN_NAME_TAG);
    tags.forEach(tag => run.keys.add(tag.key));
    this.newRuns += 1;
  }

  #log(
    uuid: string,
    {
      metrics,
      params,
      tags
    }: { metrics: readonly MetricEntry[]; params: readonly KeyValue[]; tags: readonly KeyValue[] }
  ): void {
    const run = this.#run(uuid);
    let last: string | undefined;
    for (const { key } of metrics) {
      if (key !== last) {
        run.metrics.add(key);
        last = key;
      }
    }
    params.forEach(param => run.params.add(param.key));
    tags.forEach(tag => run.keys.add(tag.key));
  }

  #records({ session_id, sender, records }: StoreRecords): void {
    if (!this.sessions.has(session_id)) {
      this.sessions.set(session_id, records[0]?.at ?? Date.now());
    }
    if (sender !== undefined) {
      this.senders.add(sender);
    }
    records.forEach(record => this.#record(record));
  }

  #record(record: SpoolRecord): void {
    switch (record.type) {
      case 'cell.started':
        this.cells.add(record.cell.execution_id);
        this.newCells += 1;
        return;
      case 'cell.finished':
        this.cells.add(record.cell.execution_id);
        record.cell.run_ids.forEach(id => this.#run(id));
        return;
      case 'run.started':
        this.experiments.add(record.experiment_name);
        return this.#create(record.run_id, record.experiment_name, record.tags);
      case 'run.logged':
        return this.#log(record.run_id, record);
      case 'run.finished':
      case 'run.input':
        this.#run(record.run_id);
        return;
      case 'session.started':
      case 'session.ended':
      case 'session.seen':
      case 'cell.outputs':
        return;
    }
  }
}
