import type { ServerEvent } from '@slipway/contract';
import type { Kysely } from 'kysely';
import type { EventLog } from '../../platform/events/event-log.js';
import type { Store } from '../../platform/store/store.js';
import type { Tables } from '../../platform/store/tables.js';
import { cellEndedAfter } from '../../platform/store/predicates/session-predicates.js';
import { runWasActive } from '../../platform/store/predicates/run-predicates.js';

/** Cells that run longer are not looked for. */
const LONGEST_CELL_MS = 7 * 24 * 3_600_000;
const MAX_TRIED = 10_000;

interface OpenRun {
  readonly id: number;
  readonly uuid: string;
  readonly exp: number;
  readonly start_time: number;
}

/**
 * Links runs that an MLflow client started from a notebook to the cell that was running then.
 *
 * The client says the file name of its notebook and when the run started, both by the kernel's clock; the pages of
 * JupyterLab say when cells ran, by the times in the kernel's own messages. A kernel runs one cell at a time, so name and
 * time name one cell. When two notebooks of the same name were running at that moment the run stays without a link:
 * none is better than a wrong one. Metric points and the end of a linked run, which bear times too, link the cells that
 * logged to it later. No code of ours runs in such a kernel.
 */
export class RunLinks {
  readonly #store: Store;
  readonly #events: EventLog;
  readonly #unsubscribe: () => void;
  /** Runs without a cell so far; only a new cell can change that. */
  readonly #tried = new Set<string>();
  #working: Promise<void> = Promise.resolve();

  /** @param onError internal errors while linking; the next event tries again. */
  constructor(store: Store, events: EventLog, onError: (error: unknown) => void) {
    this.#store = store;
    this.#events = events;
    this.#unsubscribe = events.onPublish(event => {
      // One after the other, so that a run is linked once.
      this.#working = this.#working.then(() => this.#follow(event)).catch(onError);
    });
  }

  /** Waits until all events so far have been followed. */
  async settled(): Promise<void> {
    await this.#working;
  }

  async stop(): Promise<void> {
    this.#unsubscribe();
    await this.#working;
  }

  async #follow(event: ServerEvent): Promise<void> {
    if (event.type === 'run.changed' && !this.#tried.has(event.run_id)) {
      this.#remember(event.run_id);
      const run = await this.#store.reads
        .selectFrom('run')
        .select(['id', 'uuid', 'exp', 'start_time'])
        .where('uuid', '=', event.run_id)
        .where('session', 'is', null)
        .executeTakeFirst();
      if (run !== undefined) {
        await this.#link(run);
      }
    } else if (event.type === 'cell.changed') {
      await this.#linkCell(event.execution_id);
    }
  }

  #remember(run_id: string): void {
    if (this.#tried.size >= MAX_TRIED) {
      this.#tried.clear();
    }
    this.#tried.add(run_id);
  }

  /** Runs that started before their cell was reported, and older runs of the session that the cell logged to. */
  async #linkCell(execution_id: string): Promise<void> {
    const { reads } = this.#store;
    const cell = await reads
      .selectFrom('cell_execution as cell')
      .innerJoin('session', 'session.id', 'cell.session')
      .where('cell.uuid', '=', execution_id)
      .where('session.recorder', '=', 'front_end')
      .select(['cell.id', 'cell.session', 'session.uuid as session_id', 'cell.started_at'])
      .select(['cell.duration_ms', 'cell.status'])
      .executeTakeFirst();
    if (cell === undefined) {
      return;
    }
    const from = cell.started_at;
    const to = cell.duration_ms === null ? Date.now() : Math.ceil(from + cell.duration_ms);
    const started = await reads
      .selectFrom('run')
      .select(['id', 'uuid', 'exp', 'start_time'])
      .where('life', '=', 0)
      .where('session', 'is', null)
      .where('start_time', '>=', from)
      .where('start_time', '<=', to)
      .execute();
    for (const run of started) {
      await this.#link(run);
    }
    if (cell.status === 'running') {
      return;
    }
    const logged = await loggedBetween(reads, cell.session, from, to);
    await this.#store.writes.transaction().execute(async transaction => {
      for (const run of logged) {
        await insertLink(transaction, cell.id, run.uuid);
      }
    });
    this.#announce(logged, cell.session_id);
  }

  async #link(run: OpenRun): Promise<void> {
    const { reads } = this.#store;
    const tags = await reads
      .selectFrom('tag')
      .innerJoin('key', 'key.id', 'tag.key')
      .where('tag.run', '=', run.id)
      .where('key.name', 'in', ['mlflow.source.name', 'mlflow.source.type'])
      .select(['key.name', 'tag.value'])
      .execute();
    const tag = (name: string): string => tags.find(entry => entry.name === name)?.value ?? '';
    const source = fileName(tag('mlflow.source.name'));
    const isKernel = source === 'ipykernel_launcher.py';
    if (!isKernel && !(tag('mlflow.source.type') === 'NOTEBOOK' && source !== '')) {
      return;
    }
    const running = await reads
      .selectFrom('cell_execution as cell')
      .innerJoin('session', 'session.id', 'cell.session')
      .where('session.recorder', '=', 'front_end')
      .where('cell.started_at', '<=', run.start_time)
      .where('cell.started_at', '>=', run.start_time - LONGEST_CELL_MS)
      .where(or => or.or([or('cell.duration_ms', 'is', null), cellEndedAfter(run.start_time)]))
      .select(['cell.id', 'cell.session', 'session.uuid as session_id', 'session.notebook_path'])
      .orderBy('cell.started_at', 'desc')
      .limit(50)
      .execute();
    // Of each session only the newest can be the one that ran: an older one without an end was lost sight of.
    const newest = new Map(running.reverse().map(cell => [cell.session, cell]));
    const candidates = [...newest.values()].filter(cell => isKernel || fileName(cell.notebook_path) === source);
    const [cell] = candidates;
    if (cell === undefined || candidates.length > 1) {
      return;
    }
    await this.#store.writes.transaction().execute(async transaction => {
      await transaction.updateTable('run').set({ session: cell.session }).where('id', '=', run.id).execute();
      await insertLink(transaction, cell.id, run.uuid);
    });
    this.#announce([run], cell.session_id);
  }

  #announce(runs: readonly Pick<OpenRun, 'uuid' | 'exp'>[], session_id: string): void {
    if (runs.length > 0) {
      this.#events.publish({ type: 'session.changed', session_id });
    }
    for (const run of runs) {
      this.#events.publish({ type: 'run.changed', run_id: run.uuid, experiment_id: String(run.exp) });
    }
  }
}

/** Runs of the session, not yet linked to a cell of this time, that got a metric point or their end in it. */
function loggedBetween(
  db: Kysely<Tables>,
  session: number,
  from: number,
  to: number
): Promise<Pick<OpenRun, 'uuid' | 'exp'>[]> {
  return db
    .selectFrom('run')
    .where('run.session', '=', session)
    .where(runWasActive(from, to))
    .select(['run.uuid', 'run.exp'])
    .execute();
}

async function insertLink(db: Kysely<Tables>, cell: number, run_id: string): Promise<void> {
  await db
    .insertInto('cell_run')
    .values({ cell, run_id })
    .onConflict(conflict => conflict.doNothing())
    .execute();
}

function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? '';
}
