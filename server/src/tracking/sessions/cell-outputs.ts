import { createHash } from 'node:crypto';
import { CellOutput, type OutputsReport, type OutputsSummary, type RecordedOutputs } from '@slipway/contract';
import type { Insertable } from 'kysely';
import { z } from 'zod';
import type { BlobStore } from '../../platform/artifacts/blob-store.js';
import { NotFoundError } from '../../platform/errors.js';
import type { Store } from '../../platform/store/store.js';
import type { CellOutputTable } from '../../platform/store/tables.js';
import { LargeContents } from './large-contents.js';
import { isLaterReport } from '../../platform/store/predicates/session-predicates.js';

const Outputs = z.array(CellOutput);

/**
 * The outputs of cells. Kernel and pages report them, each as often as they change. Of all reports of one execution the
 * best holds: the kernel's before a page's, then the one that had seen most. Which is best does not depend on the order in
 * which they arrive, so a report may come late, early, or again.
 */
export class CellOutputs {
  readonly #store: Store;
  readonly #contents: LargeContents;

  constructor(store: Store, blobs: BlobStore) {
    this.#store = store;
    this.#contents = new LargeContents(store, blobs);
  }

  /** When it resolves, what was reported is on the disk. */
  async keep(session_id: string, reports: readonly OutputsReport[], fromKernel: boolean): Promise<void> {
    if (reports.length === 0) {
      return;
    }
    const rows: Insertable<CellOutputTable>[] = [];
    // One that will be replaced at once need not be stored.
    for (const report of latestOfEach(reports)) {
      const outputs = await this.#contents.keepOutputs(session_id, report.outputs);
      rows.push({
        session_id,
        execution_id: report.execution_id,
        from_kernel: fromKernel ? 1 : 0,
        revision: report.revision,
        digest: digestOf(outputs),
        output_count: outputs.length,
        left_out: report.left_out,
        outputs: JSON.stringify(outputs)
      });
    }
    await this.#store.writes.transaction().execute(async transaction => {
      for (const row of rows) {
        await transaction
          .insertInto('cell_output')
          .values(row)
          .onConflict(conflict =>
            conflict.columns(['session_id', 'execution_id']).doUpdateSet(row).where(isLaterReport())
          )
          .execute();
      }
    });
  }

  /** @throws NotFoundError when nothing is on record for the execution. */
  async read(session_id: string, execution_id: string): Promise<RecordedOutputs> {
    const row = await this.#store.reads
      .selectFrom('cell_output')
      .where('session_id', '=', session_id)
      .where('execution_id', '=', execution_id)
      .select(['digest', 'left_out', 'outputs'])
      .executeTakeFirst();
    if (row === undefined) {
      throw new NotFoundError(`No outputs of the cell execution ${execution_id} are on record.`);
    }
    const { digest, left_out } = row;
    return { execution_id, digest, left_out, outputs: Outputs.parse(JSON.parse(row.outputs)) };
  }

  /** What there is of each execution of a session. */
  async summaries(session_id: string): Promise<Map<string, OutputsSummary>> {
    const rows = await this.#store.reads
      .selectFrom('cell_output')
      .where('session_id', '=', session_id)
      .select(['execution_id', 'digest', 'output_count', 'left_out'])
      .execute();
    return new Map(
      rows.map(({ execution_id, digest, output_count, left_out }) => [
        execution_id,
        { count: output_count, digest, left_out }
      ])
    );
  }
}

function latestOfEach(reports: readonly OutputsReport[]): Iterable<OutputsReport> {
  const latest = new Map<string, OutputsReport>();
  for (const report of reports) {
    if (report.revision >= (latest.get(report.execution_id)?.revision ?? 0)) {
      latest.set(report.execution_id, report);
    }
  }
  return latest.values();
}

/** Equal for two executions that showed the same: counts, metadata and tracebacks differ from run to run. */
function digestOf(outputs: readonly CellOutput[]): string {
  const hash = createHash('sha256');
  for (const output of outputs) {
    hash.update(JSON.stringify(essence(output)));
  }
  return hash.digest('hex');
}

function essence(output: CellOutput): readonly unknown[] {
  switch (output.output_type) {
    case 'stream':
      return ['stream', output.name, output.text];
    case 'error':
      return ['error', output.ename, output.evalue];
    case 'display_data':
    case 'execute_result': {
      const contents = { ...output.data, ...output.blobs };
      return ['shown', Object.entries(contents).sort(([a], [b]) => (a < b ? -1 : 1))];
    }
  }
}
