import type { SpoolRecord } from '@slipway/contract';
import { InvalidStateError, NotFoundError, SlipwayError } from '../../errors.js';
import type { RecordsResult, StoreRecords } from '../operations.js';
import { SequenceTracker } from '../sequence.js';
import type { CellStart, Delivery, KnownSession, RecordRows, SessionChange } from './record-rows.js';
import type { RunWriter } from './run-writer.js';

/** A record younger than this says that its kernel is alive now; an older one comes from a spool. */
const FRESH_MS = 60_000;

/** Precedence of reports by source: a page may have opened while the cell was running. */
const Told = { pageThatCameLate: 0, page: 1, kernel: 2 } as const;

type RecordOf<T extends SpoolRecord['type']> = Extract<SpoolRecord, { type: T }>;

/** A batch while it is stored. */
interface Batch {
  readonly session: KnownSession;
  /** Sent by a page: several may see the same, and a repeated report is not an error. */
  readonly watched: boolean;
  readonly runs: Map<string, number>;
  readonly cells: Set<string>;
}

/** The rules by which records of kernels and pages are stored, in whatever database. */
export class RecordWriter {
  readonly #rows: RecordRows;
  readonly #runs: RunWriter;

  constructor(rows: RecordRows, runs: RunWriter) {
    this.#rows = rows;
    this.#runs = runs;
  }

  /** Records that cannot be stored are named in `refused`, and count as delivered. */
  store(stored: StoreRecords, now = Date.now()): RecordsResult {
    const { session_id, sender, records } = stored;
    // A session whose first record was lost still gets a row, so that nothing else of it is.
    const session = this.#rows.session(session_id) ?? this.#rows.addSession(session_id, records[0]?.at ?? now);
    const batch: Batch = { session, watched: sender !== undefined, runs: new Map(), cells: new Set() };
    const delivered = this.#delivered(session, sender);
    const tracker = SequenceTracker.restore(delivered.last_seq, delivered.missing);
    const refused: { seq: number; message: string }[] = [];
    let seenAt = 0;
    for (const record of records) {
      if (tracker.has(record.seq)) {
        continue;
      }
      try {
        this.#apply(record, batch);
      } catch (error) {
        if (!(error instanceof SlipwayError)) {
          throw error;
        }
        refused.push({ seq: record.seq, message: error.message });
      }
      tracker.add(record.seq);
      seenAt = Math.max(seenAt, record.at > now - FRESH_MS ? now : record.at);
    }
    this.#advance(batch, sender, { last_seq: tracker.highest, missing: tracker.holes }, seenAt);
    if (session.state === 'lost' && seenAt === now) {
      this.#revive(batch);
    }
    return {
      acknowledged_seq: tracker.highest,
      refused,
      changed: {
        runs: [...batch.runs].map(([run_id, experiment_id]) => ({ run_id, experiment_id })),
        cells: [...batch.cells]
      }
    };
  }

  /** What has arrived from this sender before. */
  #delivered(session: KnownSession, sender: string | undefined): Delivery {
    return sender === undefined ? session : (this.#rows.delivery(session.id, sender) ?? { last_seq: 0, missing: '[]' });
  }

  #advance({ session }: Batch, sender: string | undefined, delivery: Delivery, seenAt: number): void {
    const seen: SessionChange = { last_seen_at: Math.max(session.last_seen_at, seenAt) };
    if (sender === undefined) {
      this.#rows.changeSession(session, { ...seen, ...delivery });
    } else {
      this.#rows.putDelivery(session.id, sender, delivery);
      this.#rows.changeSession(session, seen);
    }
  }

  #revive({ session, runs }: Batch): void {
    this.#rows.changeSession(session, { state: 'alive', ended_at: null });
    for (const run of this.#rows.reviveRuns(session.id)) {
      runs.set(run.uuid, run.exp);
    }
  }

  #apply(record: SpoolRecord, batch: Batch): void {
    switch (record.type) {
      case 'session.started':
        return this.#started(batch.session, record);
      case 'session.ended':
        return this.#rows.changeSession(batch.session, { state: 'ended', ended_at: record.at });
      case 'session.seen':
        return this.#seen(batch.session, record);
      case 'cell.started':
        batch.cells.add(record.cell.execution_id);
        return this.#cellStarted(batch, record);
      case 'cell.finished':
        return this.#cellFinished(batch, record);
      case 'cell.outputs':
        // Kept by the domain, which stores large contents apart.
        batch.cells.add(record.cell.execution_id);
        return;
      case 'run.started':
        return this.#runStarted(batch, record);
      case 'run.logged': {
        const { experiment_id } = this.#runs.log({ ...record, kind: 'run.log' });
        batch.runs.set(record.run_id, experiment_id);
        return;
      }
      case 'run.finished': {
        const { run_id, status, end_time, failure } = record;
        const { experiment_id } = this.#runs.update({ kind: 'run.update', run_id, status, end_time, failure });
        batch.runs.set(run_id, experiment_id);
        return;
      }
      case 'run.input': {
        const inputs = [{ ...record.dataset, details: null }];
        const { experiment_id } = this.#runs.addInputs({ kind: 'run.inputs', run_id: record.run_id, inputs });
        batch.runs.set(record.run_id, experiment_id);
        return;
      }
    }
  }

  #started(session: KnownSession, { session: started }: RecordOf<'session.started'>): void {
    const { kernel, language, notebook_path, pid, environment } = started;
    this.#rows.changeSession(session, {
      ...{ kernel, language, notebook_path, pid },
      started_at: Math.min(session.started_at, started.started_at),
      environment: environment === null ? null : JSON.stringify(environment),
      recorder: started.recorder ?? 'kernel'
    });
  }

  #seen(session: KnownSession, { notebook_path, environment, cell_order }: RecordOf<'session.seen'>): void {
    this.#rows.changeSession(session, {
      ...(notebook_path === undefined ? {} : { notebook_path }),
      ...(environment === undefined ? {} : { environment: JSON.stringify(environment) }),
      ...(cell_order === undefined ? {} : { cell_order: JSON.stringify(cell_order) })
    });
  }

  #cellStarted({ session, watched }: Batch, { cell }: RecordOf<'cell.started'>): void {
    const { execution_count, cell_id, message_id, source, source_sha256, started_at } = cell;
    const start: CellStart = {
      ...{ position: cell.order, execution_count, cell_id, message_id, source, source_sha256, started_at },
      start_told: watched ? Told.page : Told.kernel
    };
    const known = this.#rows.cell(cell.execution_id);
    if (known === undefined) {
      this.#rows.addCell(cell.execution_id, session.id, start);
      this.#rows.changeSession(session, { cell_count: session.cell_count + 1 });
      return;
    }
    const ours = known.session === session.id;
    if (watched) {
      // The page that sent the cell knows its id; one that only saw it run may have been first.
      if (ours && known.cell_id === null) {
        this.#rows.changeCell(known, { cell_id });
      }
      return;
    }
    if (!ours || known.start_told >= Told.kernel) {
      throw new InvalidStateError(`The cell execution ${cell.execution_id} exists already.`);
    }
    // A page was faster than the kernel itself.
    this.#rows.changeCell(known, { ...start, cell_id: cell_id ?? known.cell_id });
  }

  #cellFinished({ session, watched, cells, runs }: Batch, { cell }: RecordOf<'cell.finished'>): void {
    const known = this.#rows.cell(cell.execution_id);
    if (known === undefined || known.session !== session.id) {
      throw new NotFoundError(`The cell execution ${cell.execution_id} is not known in this session.`);
    }
    const { status, duration_ms, error, reads, writes, depends_on, files } = cell;
    const told = !watched ? Told.kernel : duration_ms === null ? Told.pageThatCameLate : Told.page;
    if (told >= known.end_told) {
      this.#rows.changeCell(known, {
        status,
        ...(duration_ms === null ? {} : { duration_ms }),
        error: error === null ? null : JSON.stringify(error),
        reads: JSON.stringify(reads),
        writes: JSON.stringify(writes),
        depends_on: depends_on === undefined ? null : JSON.stringify(depends_on),
        files: files === undefined ? null : JSON.stringify(files),
        end_told: told
      });
    }
    cells.add(cell.execution_id);
    for (const runId of cell.run_ids) {
      this.#rows.linkCell(known.id, runId);
      const run = this.#runs.find(runId);
      if (run !== undefined) {
        runs.set(runId, run.exp);
      }
    }
  }

  #runStarted({ session, runs }: Batch, record: RecordOf<'run.started'>): void {
    const { run_id, name, user, start_time, tags } = record;
    if (this.#runs.find(run_id) !== undefined) {
      throw new InvalidStateError(`The run ${run_id} exists already.`);
    }
    const experiment_id = this.#experiment(record.experiment_name, record.at);
    this.#runs.create(
      { kind: 'run.create', run_id, experiment_id, name, user, start_time, status: 'RUNNING', tags },
      session.id
    );
    runs.set(run_id, experiment_id);
  }

  #experiment(name: string, at: number): number {
    const known = this.#rows.experiment(name) ?? this.#rows.addExperiment(name, at);
    if (known.life !== 0) {
      this.#rows.restoreExperiment(known, at);
    }
    return known.id;
  }
}
