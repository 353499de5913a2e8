import type { RunStatus, RunSummary, ServerEvent } from '@slipway/contract';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import type { SlipwayClient } from '@slipway/client';
import type { VisibleModel } from '../../components/index.js';
import { LiveQuery } from '../../live/index.js';
import type { ILiveConnection, Snapshot } from '../../live/index.js';

/** Runs of one experiment, newest first. */
export interface RunGroup {
  readonly experimentId: string;
  readonly experimentName: string;
  readonly runs: readonly RunSummary[];
}

export interface RunsModelOptions {
  readonly client: Pick<SlipwayClient, 'call'>;
  readonly connection: ILiveConnection;
  /** How many runs are read at first, and more at each "Show more". */
  readonly pageSize: number;
}

interface RunPage {
  readonly runs: readonly RunSummary[];
  readonly hasMore: boolean;
}

const TYPING_PAUSE_MS = 200;

/** State of the Runs sidebar. */
export class RunsModel implements VisibleModel {
  readonly connection: ILiveConnection;
  readonly #query: LiveQuery<RunPage>;
  readonly #changed = new Signal<RunsModel, void>(this);
  readonly #collapsed = new Set<string>();
  readonly #pageSize: number;
  #limit: number;
  #text = '';
  #status: RunStatus | null = null;
  #selected: string | null = null;
  #typing: ReturnType<typeof setTimeout> | null = null;
  #disposed = false;

  constructor({ client, connection, pageSize }: RunsModelOptions) {
    this.connection = connection;
    this.#pageSize = pageSize;
    this.#limit = pageSize;
    this.#query = new LiveQuery<RunPage>({
      connection,
      load: async signal => {
        const query = {
          limit: this.#limit,
          text: this.#text.trim() === '' ? undefined : this.#text.trim(),
          status: this.#status ?? undefined
        };
        const answer = await client.call('listRuns', { query, signal });
        return { runs: answer.runs, hasMore: answer.next_page_token !== undefined };
      },
      concerns: (event: ServerEvent) => event.type === 'run.changed'
    });
    this.#query.changed.connect(() => this.#changed.emit(), this);
  }

  get changed(): ISignal<RunsModel, void> {
    return this.#changed;
  }

  get snapshot(): Snapshot<RunPage> {
    return this.#query.snapshot;
  }

  /** The runs by experiment; the experiment with the newest run comes first. */
  get groups(): readonly RunGroup[] {
    const groups = new Map<string, { experimentId: string; experimentName: string; runs: RunSummary[] }>();
    for (const run of this.#query.snapshot.data?.runs ?? []) {
      const group = groups.get(run.experiment_id);
      if (group === undefined) {
        groups.set(run.experiment_id, {
          experimentId: run.experiment_id,
          experimentName: run.experiment_name,
          runs: [run]
        });
      } else {
        group.runs.push(run);
      }
    }
    return [...groups.values()];
  }

  get hasMore(): boolean {
    return this.#query.snapshot.data?.hasMore ?? false;
  }

  get filtered(): boolean {
    return this.#text.trim() !== '' || this.#status !== null;
  }

  get text(): string {
    return this.#text;
  }

  /** Words to look for; the server looks into names, tags and parameters too, so it is asked after a pause in typing. */
  set text(text: string) {
    this.#text = text;
    this.#changed.emit();
    if (this.#typing !== null) {
      clearTimeout(this.#typing);
    }
    this.#typing = setTimeout(() => {
      this.#typing = null;
      this.refresh();
    }, TYPING_PAUSE_MS);
  }

  get status(): RunStatus | null {
    return this.#status;
  }

  set status(status: RunStatus | null) {
    this.#status = status;
    this.refresh();
  }

  get selected(): string | null {
    return this.#selected;
  }

  set selected(runId: string | null) {
    this.#selected = runId;
    this.#changed.emit();
  }

  get active(): boolean {
    return this.#query.active;
  }

  set active(active: boolean) {
    this.#query.active = active;
  }

  get isDisposed(): boolean {
    return this.#disposed;
  }

  isExpanded(experimentId: string): boolean {
    return !this.#collapsed.has(experimentId);
  }

  toggle(experimentId: string): void {
    if (!this.#collapsed.delete(experimentId)) {
      this.#collapsed.add(experimentId);
    }
    this.#changed.emit();
  }

  showMore(): void {
    this.#limit = Math.min(1000, this.#limit + this.#pageSize);
    this.refresh();
  }

  refresh(): void {
    void this.#query.refresh();
  }

  dispose(): void {
    if (this.#disposed) {
      return;
    }
    this.#disposed = true;
    if (this.#typing !== null) {
      clearTimeout(this.#typing);
    }
    this.#query.dispose();
    Signal.clearData(this);
  }
}
