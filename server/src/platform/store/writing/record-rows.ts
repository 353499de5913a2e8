/** What has arrived from one sender. */
export interface Delivery {
  readonly last_seq: number;
  /** JSON: holes below `last_seq`, see SequenceTracker. */
  readonly missing: string;
}

/** What the rules of writing must know of a notebook session. */
export interface KnownSession {
  readonly id: number;
  last_seq: number;
  missing: string;
  state: 'alive' | 'ended' | 'lost';
  started_at: number;
  last_seen_at: number;
  cell_count: number;
}

/** Columns of a session that change; absent ones stay as they are. */
export interface SessionChange {
  readonly kernel?: string;
  readonly language?: string;
  readonly notebook_path?: string;
  readonly started_at?: number;
  readonly ended_at?: number | null;
  readonly last_seen_at?: number;
  readonly state?: KnownSession['state'];
  readonly pid?: number | null;
  readonly environment?: string | null;
  readonly recorder?: string;
  readonly cell_order?: string;
  readonly cell_count?: number;
  readonly last_seq?: number;
  readonly missing?: string;
}

export interface KnownCell {
  readonly id: number;
  readonly session: number;
  cell_id: string | null;
  start_told: number;
  end_told: number;
}

/** What is known of a cell when it starts. */
export interface CellStart {
  readonly position: number;
  readonly execution_count: number | null;
  readonly cell_id: string | null;
  readonly message_id: string;
  readonly source: string;
  readonly source_sha256: string;
  readonly started_at: number;
  readonly start_told: number;
}

/** Columns of a cell that change; absent ones stay as they are. */
export interface CellChange extends Partial<CellStart> {
  readonly status?: string;
  readonly duration_ms?: number;
  readonly error?: string | null;
  readonly reads?: string;
  readonly writes?: string;
  readonly depends_on?: string | null;
  readonly files?: string | null;
  readonly end_told?: number;
}

export interface KnownExperiment {
  readonly id: number;
  life: number;
}

/** The rows of sessions and cells inside one transaction, as the rules of writing see them. */
export interface RecordRows {
  session(uuid: string): KnownSession | undefined;
  addSession(uuid: string, startedAt: number): KnownSession;
  changeSession(session: KnownSession, change: SessionChange): void;
  delivery(session: number, sender: string): Delivery | undefined;
  putDelivery(session: number, sender: string, delivery: Delivery): void;
  /** The cell of this id, in whatever session. */
  cell(uuid: string): KnownCell | undefined;
  addCell(uuid: string, session: number, start: CellStart): void;
  changeCell(cell: KnownCell, change: CellChange): void;
  /** Does nothing when they are linked already. */
  linkCell(cell: number, runId: string): void;
  experiment(name: string): KnownExperiment | undefined;
  addExperiment(name: string, at: number): KnownExperiment;
  restoreExperiment(experiment: KnownExperiment, at: number): void;
  /** Runs that failed only because their kernel was not seen any more run again. */
  reviveRuns(session: number): readonly { readonly uuid: string; readonly exp: number }[];
}
