import { DEFAULT_PROJECT, type RecordBatch, type RecordBatchAnswer, type SpoolRecord } from '@slipway/contract';
import { PermissionDeniedError } from '../../platform/errors.js';
import type { Store } from '../../platform/store/store.js';
import type { AccessControl } from './access-control.js';
import { isUnlimited, mayInProject, type Principal } from './principal.js';

type Refused = RecordBatchAnswer['refused'];

/**
 * Which records of a batch a caller may write. A record about something in a project where the caller may not log is refused
 * on its own, as one that can never be stored, so that a spool does not stop at it.
 */
export class RecordPermissions {
  readonly #store: Store;
  readonly #control: AccessControl;

  constructor(store: Store, control: AccessControl) {
    this.#store = store;
    this.#control = control;
  }

  /** @throws PermissionDeniedError when a new session could belong to several projects. */
  async permitted(principal: Principal, batch: RecordBatch): Promise<{ batch: RecordBatch; refused: Refused }> {
    if (isUnlimited(principal)) {
      return { batch, refused: [] };
    }
    await this.#claimSession(principal, batch.session_id);
    const started = new Set<string>();
    const records: SpoolRecord[] = [];
    const refused: Refused = [];
    for (const record of batch.records) {
      if (await this.#mayWrite(principal, record, started)) {
        records.push(record);
      } else {
        refused.push({
          seq: record.seq,
          message: `${principal.name} may not log in the project of this ${record.type}.`
        });
      }
    }
    return { batch: { ...batch, records }, refused };
  }

  async #mayWrite(principal: Principal, record: SpoolRecord, started: Set<string>): Promise<boolean> {
    switch (record.type) {
      case 'run.started': {
        const allowed =
          (await this.#control.allows(principal, 'log', 'experiment-name', record.experiment_name)) &&
          // A run of somebody else does not become one's own by saying that it starts.
          (await this.#control.allows(principal, 'log', 'run', record.run_id));
        if (allowed) {
          started.add(record.run_id);
        }
        return allowed;
      }
      case 'run.logged':
      case 'run.finished':
      case 'run.input':
        return started.has(record.run_id) || this.#control.allows(principal, 'log', 'run', record.run_id);
      case 'cell.finished': {
        const others = record.cell.run_ids.filter(id => !started.has(id));
        const allowed = await Promise.all(others.map(id => this.#control.allows(principal, 'log', 'run', id)));
        return allowed.every(Boolean);
      }
      default:
        return true;
    }
  }

  /** A session that is new belongs to the one project that its first writer logs in, or else to the default project. */
  async #claimSession(principal: Principal, session: string): Promise<void> {
    const { reads, writes } = this.#store;
    const known = await reads.selectFrom('session').where('uuid', '=', session).select('id').executeTakeFirst();
    if (known !== undefined) {
      return;
    }
    const project = projectOfNew(principal);
    if (project !== DEFAULT_PROJECT) {
      await writes
        .insertInto('session_project')
        .values({ session, project })
        .onConflict(conflict => conflict.doNothing())
        .execute();
    }
    if (!(await this.#control.allows(principal, 'log', 'session', session))) {
      throw new PermissionDeniedError(`${principal.name} may not log in the project of the session ${session}.`);
    }
  }
}

/** @throws PermissionDeniedError */
function projectOfNew(principal: Principal): string {
  const candidates = principal.project === null ? [...principal.roles.keys()] : [principal.project];
  const writable = candidates.filter(project => mayInProject(principal, 'log', project));
  const [only] = writable;
  if (only !== undefined && writable.length === 1) {
    return only;
  }
  if (!mayInProject(principal, 'log', DEFAULT_PROJECT)) {
    throw new PermissionDeniedError(`${principal.name} logs in several projects, and the session names none of them.`, {
      remedy: 'Give the kernel a token that is made for one project.'
    });
  }
  return DEFAULT_PROJECT;
}
