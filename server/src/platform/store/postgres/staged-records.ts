import type {
  CellChange,
  CellStart,
  Delivery,
  KnownCell,
  KnownExperiment,
  KnownSession,
  RecordRows,
  SessionChange
} from '../writing/record-rows.js';
import { ColumnChanges } from './column-changes.js';
import type { LoadedRecords } from './record-loading.js';
import type { StagedRuns } from './staged-runs.js';

const SESSION_COLUMNS: Record<keyof SessionChange, string> = {
  kernel: 'text',
  language: 'text',
  notebook_path: 'text',
  started_at: 'bigint',
  ended_at: 'bigint',
  last_seen_at: 'bigint',
  state: 'text',
  pid: 'bigint',
  environment: 'text',
  recorder: 'text',
  cell_order: 'text',
  cell_count: 'bigint',
  last_seq: 'bigint',
  missing: 'text'
};

const CELL_COLUMNS: Record<keyof CellChange, string> = {
  position: 'bigint',
  execution_count: 'bigint',
  cell_id: 'text',
  message_id: 'text',
  source: 'text',
  source_sha256: 'text',
  started_at: 'bigint',
  start_told: 'bigint',
  status: 'text',
  duration_ms: 'float8',
  error: 'text',
  reads: 'text',
  writes: 'text',
  depends_on: 'text',
  files: 'text',
  end_told: 'bigint'
};

export interface StagedCell extends CellStart {
  readonly id: number;
  readonly uuid: string;
  readonly session: number;
}

/** The rows of sessions and cells in memory, loaded before and written after the rules have run. */
export class StagedRecords implements RecordRows {
  readonly sessionChanges = new ColumnChanges<SessionChange>('session', SESSION_COLUMNS);
  readonly cellChanges = new ColumnChanges<CellChange>('cell_execution', CELL_COLUMNS);
  readonly newCells: StagedCell[] = [];
  readonly deliveries = new Map<string, { session: number; sender: string; delivery: Delivery }>();
  readonly links = new Map<string, { cell: number; runId: string }>();
  readonly restored = new Map<number, number>();
  readonly #loaded: LoadedRecords;
  readonly #runs: StagedRuns;

  constructor(loaded: LoadedRecords, runs: StagedRuns) {
    this.#loaded = loaded;
    this.#runs = runs;
  }

  session(uuid: string): KnownSession | undefined {
    return this.#loaded.sessions.get(uuid);
  }

  addSession(uuid: string): KnownSession {
    throw new RangeError(`The session ${uuid} was not loaded.`);
  }

  changeSession(session: KnownSession, change: SessionChange): void {
    Object.assign(session, change);
    this.sessionChanges.add(session.id, change);
  }

  delivery(session: number, sender: string): Delivery | undefined {
    const name = senderName(session, sender);
    return this.deliveries.get(name)?.delivery ?? this.#loaded.deliveries.get(name);
  }

  putDelivery(session: number, sender: string, delivery: Delivery): void {
    this.deliveries.set(senderName(session, sender), { session, sender, delivery });
  }

  cell(uuid: string): KnownCell | undefined {
    return this.#loaded.cells.get(uuid);
  }

  addCell(uuid: string, session: number, start: CellStart): void {
    const id = this.#loaded.newCellIds.pop();
    if (id === undefined) {
      throw new RangeError('Too few ids were loaded for new cells.');
    }
    this.newCells.push({ ...start, id, uuid, session });
    this.#loaded.cells.set(uuid, { id, session, cell_id: start.cell_id, start_told: start.start_told, end_told: 0 });
  }

  changeCell(cell: KnownCell, change: CellChange): void {
    cell.cell_id = change.cell_id === undefined ? cell.cell_id : change.cell_id;
    cell.start_told = change.start_told ?? cell.start_told;
    cell.end_told = change.end_told ?? cell.end_told;
    this.cellChanges.add(cell.id, change);
  }

  linkCell(cell: number, runId: string): void {
    this.links.set(`${cell} ${runId}`, { cell, runId });
  }

  experiment(name: string): KnownExperiment | undefined {
    return this.#loaded.experiments.get(name);
  }

  addExperiment(name: string): KnownExperiment {
    throw new RangeError(`The experiment ${name} was not loaded.`);
  }

  restoreExperiment(experiment: KnownExperiment, at: number): void {
    experiment.life = 0;
    this.restored.set(experiment.id, at);
  }

  reviveRuns(session: number): readonly { readonly uuid: string; readonly exp: number }[] {
    // One whose end has just become known is not lost any more.
    const lost = this.#loaded.lostRuns.filter(
      run => run.session === session && !this.#runs.changes.has(run.id, 'lost')
    );
    for (const { id } of lost) {
      this.#runs.changes.add(id, { status: 1, end_time: null, failure: null, lost: 0 });
    }
    return lost;
  }
}

export function senderName(session: number, sender: string): string {
  return `${session} ${sender}`;
}
