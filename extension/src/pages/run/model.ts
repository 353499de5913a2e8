import type { MetricSeries, ModelVersion, NotebookSession, RunDetail, SessionCell } from '@slipway/contract';
import type { SlipwayClient } from '@slipway/client';
import type { ILiveConnection } from '../../live/index.js';
import { OutputReader } from '../outputs/reader.js';
import { PageModel } from '../page-model.js';

/** Everything that the page of a run shows. */
export interface RunPageData {
  readonly run: RunDetail;
  readonly series: readonly MetricSeries[];
  readonly cells: readonly SessionCell[];
  /** The model versions of the run, in the order of its outputs. */
  readonly versions: readonly ModelVersion[];
  readonly session: NotebookSession | null;
}

/** State of the page of one run. */
export class RunPageModel extends PageModel<RunPageData> {
  readonly runId: string;
  readonly outputs: OutputReader;
  readonly readBlob: SlipwayClient['readBlob'];

  constructor(runId: string, client: Pick<SlipwayClient, 'call' | 'readBlob'>, connection: ILiveConnection) {
    let sessionId: string | null = null;
    let outputs = new Set<string>();
    super({
      connection,
      // A training run sends many events; the charts need not follow each of them.
      paceMs: 700,
      load: async signal => {
        const params = { run_id: runId };
        const [run, { series }, { cells }] = await Promise.all([
          client.call('getRun', { params, signal }),
          client.call('getRunMetrics', { params, signal }),
          client.call('listRunCells', { params, signal })
        ]);
        sessionId = run.session_id;
        outputs = new Set(run.outputs.map(({ name }) => name));
        const [versions, session] = await Promise.all([
          Promise.all(
            run.outputs.map(({ name, version }) =>
              client.call('getModelVersion', { params: { name, version }, signal })
            )
          ),
          run.session_id === null ? null : client.call('getSession', { params: { session_id: run.session_id }, signal })
        ]);
        return { run, series, cells, versions, session };
      },
      concerns: event => {
        switch (event.type) {
          case 'run.changed':
            return event.run_id === runId;
          case 'cell.changed':
            return event.session_id === sessionId;
          case 'model.changed':
            return true;
          case 'service.changed':
            return outputs.size > 0;
          case 'reset':
            return true;
          case 'dataset.changed':
          case 'promotion.changed':
          case 'session.changed':
            return false;
        }
      }
    });
    this.runId = runId;
    this.outputs = new OutputReader(client);
    this.readBlob = (sha256, signal) => client.readBlob(sha256, signal);
  }
}
