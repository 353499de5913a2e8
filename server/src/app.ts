import { Artifacts } from './artifacts/artifact-tree.js';
import type { BlobStore } from './artifacts/blob-store.js';
import { KeptBlobs } from './artifacts/kept-blobs.js';
import { LocalBlobStore } from './artifacts/local-blob-store.js';
import { Uploads } from './artifacts/uploads.js';
import type { DataFolder } from './data-folder.js';
import { Datasets } from './datasets/datasets.js';
import { EventLog } from './events/event-log.js';
import { Experiments } from './experiments/experiments.js';
import { LoggedModels } from './logged-models/logged-models.js';
import type { PreflightRunner, Releaser } from './promotions/ports.js';
import { Preflights } from './promotions/preflights.js';
import { Promotions } from './promotions/promotions.js';
import { ModelCatalogue } from './registry/model-catalogue.js';
import { Registry } from './registry/registry.js';
import { Runs } from './runs/runs.js';
import { Services } from './services/services.js';
import { Liveness } from './sessions/liveness.js';
import { RunLinks } from './sessions/run-links.js';
import { Sessions } from './sessions/sessions.js';
import { openSqliteStore } from './store/sqlite/sqlite-store.js';
import type { Store } from './store/store.js';

export interface AppOptions {
  readonly folder: DataFolder;
  /** Absent: promotions are refused, everything else works. */
  readonly preflight?: PreflightRunner | undefined;
  readonly releaser?: Releaser | undefined;
  /** Faults of ours in the background. */
  readonly onError: (error: unknown) => void;
}

/** The control plane without any protocol: what HTTP and MLflow's face stand on. */
export interface App {
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly events: EventLog;
  readonly artifacts: Artifacts;
  readonly uploads: Uploads;
  readonly experiments: Experiments;
  readonly loggedModels: LoggedModels;
  readonly runs: Runs;
  readonly sessions: Sessions;
  readonly datasets: Datasets;
  readonly registry: Registry;
  readonly catalogue: ModelCatalogue;
  readonly services: Services;
  readonly preflights: Preflights;
  readonly promotions: Promotions;
  /** Aborts when the server stops. */
  readonly stopping: AbortSignal;
  close(): Promise<void>;
}

/** Composition root: the one place that knows which implementation stands behind which port. */
export async function openApp(options: AppOptions): Promise<App> {
  const { folder, preflight, releaser, onError } = options;
  const store = openSqliteStore(folder.database);
  const blobs = new KeptBlobs(store, await LocalBlobStore.open(folder.blobs));
  const events = new EventLog();
  const runs = new Runs(store, blobs, events);
  const registry = new Registry(store, blobs, events);
  const services = new Services(store, events, releaser);
  const preflights = new Preflights(store, blobs, registry, services, preflight);
  const promotions = new Promotions({ store, events, registry, services, preflights, releaser, onError });
  const liveness = new Liveness(store, events);
  const runLinks = new RunLinks(store, events, onError);
  const stopping = new AbortController();
  await promotions.failInterrupted();
  liveness.start(onError);
  return {
    store,
    blobs,
    events,
    artifacts: new Artifacts(store, blobs, events),
    uploads: new Uploads(store, blobs),
    experiments: new Experiments(store),
    loggedModels: new LoggedModels(store),
    runs,
    sessions: new Sessions(store, blobs, events),
    datasets: new Datasets(store, blobs, events),
    registry,
    catalogue: new ModelCatalogue(store, events),
    services,
    preflights,
    promotions,
    stopping: stopping.signal,
    close: async () => {
      stopping.abort();
      await promotions.stop();
      await liveness.stop();
      events.flush();
      await runLinks.stop();
      await store.close();
    }
  };
}
