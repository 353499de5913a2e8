import os from 'node:os';
import { Environment, type RunFailure, type SessionRecorder } from '@slipway/contract';
import { isProcessAlive } from '../../platform/processes.js';
import type { EventLog } from '../../platform/events/event-log.js';
import { statusNumber } from '../../platform/store/run-status.js';
import type { Store } from '../../platform/store/store.js';
import { sessionHasRunningRun } from '../../platform/store/predicates/session-predicates.js';

/** A session of another machine that was silent for this long is lost. */
const SILENCE_MS = 30_000;
/** Browsers throttle timers of hidden pages to once a minute. */
const PAGE_SILENCE_MS = 150_000;
const CHECK_EVERY_MS = 2500;

export interface LivenessOptions {
  readonly hostname?: string;
  readonly isAlive?: (pid: number) => boolean;
  readonly now?: () => number;
}

interface SuspectSession {
  readonly id: number;
  readonly uuid: string;
  readonly pid: number | null;
  readonly environment: string | null;
  readonly last_seen_at: number;
  readonly state: 'alive' | 'ended' | 'lost';
  readonly recorder: SessionRecorder;
}

/**
 * Detects kernels that ended without a final record, and fails their runs, so that none stays RUNNING forever. On this
 * machine the process decides; elsewhere silence does. A session that sends records again gets its runs back.
 */
export class Liveness {
  readonly #store: Store;
  readonly #events: EventLog;
  readonly #hostname: string;
  readonly #isAlive: (pid: number) => boolean;
  readonly #now: () => number;
  readonly #since: number;
  #timer: NodeJS.Timeout | undefined;
  #checking: Promise<void> = Promise.resolve();

  constructor(store: Store, events: EventLog, options: LivenessOptions = {}) {
    this.#store = store;
    this.#events = events;
    this.#hostname = options.hostname ?? os.hostname();
    this.#isAlive = options.isAlive ?? isProcessAlive;
    this.#now = options.now ?? Date.now;
    // While the server was away nobody could be heard.
    this.#since = this.#now();
  }

  /** Checks now, and then every few seconds until `stop`. @param onError errors of a check; the next one comes anyway. */
  start(onError: (error: unknown) => void): void {
    const check = (): void => {
      this.#checking = this.check().catch(onError);
    };
    check();
    this.#timer = setInterval(check, CHECK_EVERY_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#checking;
  }

  async check(): Promise<void> {
    const sessions = await this.#store.reads
      .selectFrom('session')
      .select(['id', 'uuid', 'pid', 'environment', 'last_seen_at', 'state', 'recorder'])
      .where(or =>
        or.or([
          or('state', '=', 'alive'),
          // A kernel that was shut down in the middle of a run.
          sessionHasRunningRun()
        ])
      )
      .execute();
    for (const session of sessions) {
      if (session.recorder === 'front_end' && session.state !== 'ended') {
        await this.#noteUnwatched(session);
        continue;
      }
      const reason = this.#reasonOfLoss(session);
      if (reason !== undefined) {
        await this.#lose(session, reason);
      }
    }
  }

  #reasonOfLoss(session: SuspectSession): string | undefined {
    if (session.state === 'ended') {
      // A page cannot always tell a crash from a shutdown.
      return session.recorder === 'front_end'
        ? 'The kernel died, or was restarted or shut down, before the run finished.'
        : 'The kernel was shut down before the run finished.';
    }
    if (session.state === 'lost') {
      return 'The kernel died before the run finished.';
    }
    const host = session.environment === null ? null : Environment.parse(JSON.parse(session.environment)).hostname;
    if (session.pid !== null && host === this.#hostname) {
      return this.#isAlive(session.pid)
        ? undefined
        : `The kernel died (process ${session.pid} is gone) before the run finished.`;
    }
    const silence = this.#silence(session);
    return silence > SILENCE_MS
      ? `The kernel was not heard of for ${Math.round(silence / 1000)} s; it died or lost its connection.`
      : undefined;
  }

  #silence(session: SuspectSession): number {
    return this.#now() - Math.max(session.last_seen_at, this.#since);
  }

  /** Nobody looks at the notebook any more: its kernel and its runs may well go on, so nothing is said to have failed. */
  async #noteUnwatched(session: SuspectSession): Promise<void> {
    if (session.state === 'alive' && this.#silence(session) > PAGE_SILENCE_MS) {
      await this.#store.writes.updateTable('session').set({ state: 'lost' }).where('id', '=', session.id).execute();
      this.#events.publish({ type: 'session.changed', session_id: session.uuid });
    }
  }

  async #lose(session: SuspectSession, message: string): Promise<void> {
    const now = this.#now();
    const failure: RunFailure = { message };
    const runs = await this.#store.writes.transaction().execute(async transaction => {
      if (session.state === 'alive') {
        await transaction
          .updateTable('session')
          .set({ state: 'lost', ended_at: session.last_seen_at })
          .where('id', '=', session.id)
          .execute();
      }
      await transaction
        .updateTable('cell_execution')
        .set({ status: 'aborted' })
        .where('session', '=', session.id)
        .where('status', '=', 'running')
        .execute();
      return transaction
        .updateTable('run')
        .set({
          status: statusNumber('FAILED'),
          end_time: now,
          failure: JSON.stringify(failure),
          progress: null,
          lost: 1
        })
        .where('session', '=', session.id)
        .where('status', '=', statusNumber('RUNNING'))
        .returning(['uuid', 'exp'])
        .execute();
    });
    this.#events.publish({ type: 'session.changed', session_id: session.uuid });
    for (const run of runs) {
      this.#events.publish({ type: 'run.changed', run_id: run.uuid, experiment_id: String(run.exp) });
    }
  }
}
