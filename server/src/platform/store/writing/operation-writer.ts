import type { WriteOperation, WriteResults } from '../operations.js';
import type { RecordRows } from './record-rows.js';
import { RecordWriter } from './record-writer.js';
import type { RunRows } from './run-rows.js';
import { RunWriter } from './run-writer.js';

export type AnyResult = WriteResults[keyof WriteResults];

/** Applies operations to the rows of one transaction. */
export class OperationWriter {
  readonly #runs: RunWriter;
  readonly #records: RecordWriter;

  constructor(runs: RunRows, records: RecordRows) {
    this.#runs = new RunWriter(runs);
    this.#records = new RecordWriter(records, this.#runs);
  }

  /** @throws one of our errors before anything is written. */
  apply(operation: WriteOperation): AnyResult {
    switch (operation.kind) {
      case 'run.create':
        this.#runs.create(operation, null);
        return undefined;
      case 'run.log':
        return this.#runs.log(operation);
      case 'run.update':
        return this.#runs.update(operation);
      case 'run.lifecycle':
        return this.#runs.setLifecycle(operation);
      case 'experiment.lifecycle':
        this.#runs.setExperimentLifecycle(operation);
        return undefined;
      case 'run.delete-tag':
        return this.#runs.deleteTag(operation);
      case 'run.inputs':
        return this.#runs.addInputs(operation);
      case 'records':
        return this.#records.store(operation);
    }
  }
}
