import type pg from 'pg';
import { ServiceUnavailableError, SlipwayError } from '../../errors.js';
import type { SetExperimentLifecycle, WriteOperation } from '../operations.js';
import { Mutex } from '../writing/mutex.js';
import { OperationWriter, type AnyResult } from '../writing/operation-writer.js';
import type { GroupCommit, Outcome } from '../writing/write-queue.js';
import { demandOf } from './demand.js';
import { isCollision, isRefusedValue, toOurError } from './failures.js';
import { KnownIds } from './known-ids.js';
import { flushRecords } from './record-flushing.js';
import { loadRecords } from './record-loading.js';
import { flushRuns } from './run-flushing.js';
import { loadRuns, type IdCaches } from './run-loading.js';
import { StagedRecords } from './staged-records.js';
import { StagedRuns } from './staged-runs.js';
import { WriteClient, type WriteStatement } from './write-client.js';

const MOST_ATTEMPTS = 10;
const MOST_IDS = 200_000;

interface Applied {
  readonly outcomes: readonly Outcome<AnyResult>[];
  readonly last: readonly WriteStatement[];
}

/** Applies a group of operations in one transaction of set-based statements. */
export class PostgresGroupCommit implements GroupCommit<WriteOperation, AnyResult> {
  readonly #pool: pg.Pool;
  readonly #mutex = new Mutex();
  readonly #statements = new Map<string, string>();
  readonly #caches: IdCaches = { keys: new KnownIds(MOST_IDS), series: new KnownIds(MOST_IDS) };

  /** @param pool of one connection. */
  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  whenFree(): Promise<void> | undefined {
    const busy = this.#mutex.held;
    const acquired = this.#mutex.acquire();
    return busy ? acquired : undefined;
  }

  done(): void {
    this.#mutex.release();
  }

  async commit(operations: readonly WriteOperation[]): Promise<Outcome<AnyResult>[]> {
    try {
      return await this.#untilNoCollision(operations);
    } catch (error) {
      if (!isRefusedValue(error) || operations.length === 1) {
        throw toOurError(error);
      }
    }
    // One of them brought a value that the database cannot hold: each for itself, so that the others do not suffer.
    const outcomes: Outcome<AnyResult>[] = [];
    for (const operation of operations) {
      try {
        outcomes.push(...(await this.#untilNoCollision([operation])));
      } catch (error) {
        outcomes.push({ ok: false, error: toOurError(error) });
      }
    }
    return outcomes;
  }

  async #untilNoCollision(operations: readonly WriteOperation[]): Promise<Outcome<AnyResult>[]> {
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
      try {
        return await this.#transaction(operations);
      } catch (error) {
        if (!isCollision(error)) {
          throw error;
        }
      }
    }
    throw new ServiceUnavailableError('Other servers keep changing the same rows; nothing was changed.', {
      remedy: 'Send the request again.'
    });
  }

  async #transaction(operations: readonly WriteOperation[]): Promise<Outcome<AnyResult>[]> {
    const connection = await this.#pool.connect();
    const ignore = (): void => undefined;
    connection.on('error', ignore);
    const client = new WriteClient(connection, this.#statements);
    let broken = false;
    try {
      const outcomes: Outcome<AnyResult>[] = [];
      let last: readonly WriteStatement[] = [];
      for (const part of inParts(operations)) {
        await client.runAll(last);
        const applied = await this.#apply(client, part);
        outcomes.push(...applied.outcomes);
        last = applied.last;
      }
      await client.commit(last);
      this.#caches.keys.committed();
      this.#caches.series.committed();
      return outcomes;
    } catch (error) {
      this.#caches.keys.undone();
      this.#caches.series.undone();
      await client.rollback().catch(() => (broken = true));
      throw error;
    } finally {
      connection.off('error', ignore);
      connection.release(broken);
    }
  }

  /** @returns also what is still to be written. */
  async #apply(client: WriteClient, operations: readonly WriteOperation[]): Promise<Applied> {
    const [first] = operations;
    if (first?.kind === 'experiment.lifecycle') {
      await changeExperiment(client, first);
      return { outcomes: [{ ok: true, value: undefined }], last: [] };
    }
    const demand = demandOf(operations);
    const records = await loadRecords(client, demand);
    const experiments = new Map([...records.experiments].map(([name, { id }]) => [name, id]));
    const runs = new StagedRuns(await loadRuns(client, demand, experiments, this.#caches), this.#caches);
    const staged = new StagedRecords(records, runs);
    const writer = new OperationWriter(runs, staged);
    const outcomes = operations.map(operation => attempt(writer, operation));
    await flushRecords(client, staged);
    return { outcomes, last: await flushRuns(client, runs) };
  }
}

function attempt(writer: OperationWriter, operation: WriteOperation): Outcome<AnyResult> {
  try {
    return { ok: true, value: writer.apply(operation) };
  } catch (error) {
    // Ours are thrown before anything is staged.
    if (error instanceof SlipwayError) {
      return { ok: false, error };
    }
    throw error;
  }
}

/** What changes an experiment changes all of its runs, which are not loaded: it is applied alone, in its turn. */
function inParts(operations: readonly WriteOperation[]): WriteOperation[][] {
  const parts: WriteOperation[][] = [];
  let open: WriteOperation[] | undefined;
  for (const operation of operations) {
    if (operation.kind === 'experiment.lifecycle') {
      parts.push([operation]);
      open = undefined;
    } else if (open === undefined) {
      open = [operation];
      parts.push(open);
    } else {
      open.push(operation);
    }
  }
  return parts;
}

async function changeExperiment(client: WriteClient, change: SetExperimentLifecycle): Promise<void> {
  const life = change.deleted ? 1 : 0;
  const now = Date.now();
  const deletedAt = change.deleted ? now : null;
  await client.run('update experiment set life = $2, updated_at = $3, deleted_at = $4 where id = $1', [
    change.experiment_id,
    life,
    now,
    deletedAt
  ]);
  await client.run('update run set life = $2, deleted_at = $3 where exp = $1', [change.experiment_id, life, deletedAt]);
}
