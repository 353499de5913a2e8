import type { RunSummary, SessionCell, SessionDetail } from '@slipway/contract';
import type { SlipwayClient } from '@slipway/client';
import type { ILiveConnection } from '../../live/index.js';
import { freshnessOf, type CellFreshness } from '../../notebook/edited.js';
import type { INotebookSources } from '../../notebook/open-notebooks.js';
import { OutputReader } from '../outputs/reader.js';
import { PageModel } from '../page-model.js';

/** Everything that the page of a notebook session shows. */
export interface SessionPageData {
  readonly session: SessionDetail;
  /** In the order in which they ran. */
  readonly cells: readonly SessionCell[];
  /** Runs that the cells made; at most `SHOWN_RUNS`, the newest. */
  readonly runs: readonly RunSummary[];
}

const SHOWN_RUNS = 30;

/** State of the page of one notebook session. */
export class SessionPageModel extends PageModel<SessionPageData> {
  readonly #notebooks: INotebookSources | null;
  readonly outputs: OutputReader;
  readonly readBlob: SlipwayClient['readBlob'];

  /** @param notebooks null where no notebooks can be open. */
  constructor(
    sessionId: string,
    client: Pick<SlipwayClient, 'call' | 'readBlob'>,
    connection: ILiveConnection,
    notebooks: INotebookSources | null
  ) {
    super({
      connection,
      load: async signal => {
        const params = { session_id: sessionId };
        const [session, { cells }] = await Promise.all([
          client.call('getSession', { params, signal }),
          client.call('listSessionCells', { params, signal })
        ]);
        const runs = await Promise.all(
          session.run_ids.slice(-SHOWN_RUNS).map(run_id => client.call('getRun', { params: { run_id }, signal }))
        );
        return { session, cells, runs };
      },
      concerns: event =>
        (event.type === 'session.changed' || event.type === 'cell.changed') && event.session_id === sessionId
    });
    this.outputs = new OutputReader(client);
    this.readBlob = (sha256, signal) => client.readBlob(sha256, signal);
    this.#notebooks = notebooks;
    notebooks?.changed.connect(this.emitChanged, this);
  }

  freshness(cell: SessionCell): CellFreshness {
    const path = this.snapshot.data?.session.notebook_path ?? '';
    return freshnessOf(cell, path, this.#notebooks);
  }

  override dispose(): void {
    this.#notebooks?.changed.disconnect(this.emitChanged, this);
    super.dispose();
  }
}
