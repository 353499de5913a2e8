import type { RunGroup, RunStatus, RunSummary, ServerEvent } from '@slipway/contract';
import { Signal, type ISignal } from '@lumino/signaling';
import type { SlipwayClient } from '@slipway/client';
import type { VisibleModel } from '../../components/index.js';
import { LiveQuery, type ILiveConnection, type Snapshot } from '../../live/index.js';

export interface RunsModelOptions {
  readonly client: Pick<SlipwayClient, 'call'>;
  readonly connection: ILiveConnection;
  /** How many more runs of an experiment each "Show more" reads. */
  readonly pageSize: number;
}

interface RunPage {
  /** The experiment with the newest run comes first. */
  readonly groups: readonly RunGroup[];
  readonly hasMore: boolean;
}

const TYPING_PAUSE_MS = 200;
/** How many experiments are read at first, and more at each "Show more", and how many runs of each at first. */
const EXPERIMENTS = 50;
const RUNS_OF_EXPERIMENT = 20;
/** Page size of the server. */
const LARGEST_PAGE = 1000;
const MOST_EXPERIMENTS = 500;

/** State of the Runs sidebar. */
export class RunsModel implements VisibleModel {
  readonly connection: ILiveConnection;
  readonly #query: LiveQuery<RunPage>;
  readonly #changed = new Signal<RunsModel, void>(this);
  readonly #collapsed = new Set<string>();
  readonly #pageSize: number;
  readonly #client: RunsModelOptions['client'];
  /** Experiments of which more than the first runs are shown, with how many. */
  readonly #limits = new Map<string, number>();
  #experiments = EXPERIMENTS;
  #text = '';
  #status: RunStatus | null = null;
  #selected: string | null = null;
  #typing: ReturnType<typeof setTimeout> | null = null;
  #disposed = false;

  constructor({ client, connection, pageSize }: RunsModelOptions) {
    this.connection = connection;
    this.#pageSize = pageSize;
    this.#client = client;
    this.#query = new LiveQuery<RunPage>({
      connection,
      load: signal => this.#load(signal),
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

  get groups(): readonly RunGroup[] {
    return this.#query.snapshot.data?.groups ?? [];
  }

  /** Whether there are more experiments. */
  get hasMore(): boolean {
    return this.#query.snapshot.data?.hasMore ?? false;
  }

  get filtered(): boolean {
    return this.#text.trim() !== '' || this.#status !== null;
  }

  get text(): string {
    return this.#text;
  }

  /** Search words; the server also searches tags, parameters and cells, so the request is sent after a pause in typing. */
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

  /** Shows more experiments. */
  showMore(): void {
    this.#experiments = Math.min(MOST_EXPERIMENTS, this.#experiments + EXPERIMENTS);
    this.refresh();
  }

  /** Shows more runs of one experiment. */
  showMoreOf(experimentId: string): void {
    const shown = this.groups.find(group => group.experiment_id === experimentId)?.runs.length ?? 0;
    this.#limits.set(experimentId, shown + this.#pageSize);
    this.refresh();
  }

  refresh(): void {
    void this.#query.refresh();
  }

  async #load(signal: AbortSignal): Promise<RunPage> {
    const text = this.#text.trim();
    const filter = { text: text === '' ? undefined : text, status: this.#status ?? undefined };
    const query = { limit: this.#experiments, runs: RUNS_OF_EXPERIMENT, ...filter };
    const { groups, has_more: hasMore } = await this.#client.call('listRunGroups', { query, signal });
    const complete = groups.map(async group => {
      const limit = this.#limits.get(group.experiment_id);
      return limit === undefined || limit <= group.runs.length || group.runs.length >= group.run_count
        ? group
        : { ...group, runs: await this.#runsOf(group.experiment_id, limit, filter, signal) };
    });
    return { groups: await Promise.all(complete), hasMore };
  }

  /** As many runs of an experiment, page by page. */
  async #runsOf(
    experiment_id: string,
    limit: number,
    filter: { readonly text: string | undefined; readonly status: RunStatus | undefined },
    signal: AbortSignal
  ): Promise<RunSummary[]> {
    const runs: RunSummary[] = [];
    let page_token: string | undefined;
    do {
      const query = { ...filter, experiment_id, limit: Math.min(LARGEST_PAGE, limit - runs.length), page_token };
      const answer = await this.#client.call('listRuns', { query, signal });
      runs.push(...answer.runs);
      page_token = answer.next_page_token;
    } while (page_token !== undefined && runs.length < limit);
    return runs;
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
