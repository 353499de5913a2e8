import { createHash } from 'node:crypto';
import { Access, type AccessOptions } from './governance/access/access.js';
import { Artifacts } from './platform/artifacts/artifact-tree.js';
import { BlobQuota } from './platform/artifacts/blob-quota.js';
import type { BlobStore } from './platform/artifacts/blob-store.js';
import { KeptBlobs } from './platform/artifacts/kept-blobs.js';
import { folderOfBlobs, openBlobStore } from './platform/artifacts/open-blob-store.js';
import { TrustedFolder } from './platform/artifacts/trusted-folder.js';
import { Uploads } from './platform/artifacts/uploads.js';
import type { DataFolder } from './platform/data-folder.js';
import { Datasets } from './tracking/datasets/datasets.js';
import { EventLog } from './platform/events/event-log.js';
import { Experiments } from './tracking/experiments/experiments.js';
import { LoggedModels } from './tracking/logged-models/logged-models.js';
import { metered, WriteMeter } from './platform/measurements/metered-store.js';
import { StoreSizes } from './platform/measurements/store-sizes.js';
import type { PreflightRunner, Releaser } from './delivery/releases/ports.js';
import { Preflights } from './delivery/promotions/preflights.js';
import { failInterrupted } from './delivery/promotions/interrupted.js';
import { Promotions } from './delivery/promotions/promotions.js';
import path from 'node:path';
import { StorageFullError } from './platform/errors.js';
import { Readiness, type WrittenPlace } from './platform/measurements/readiness.js';
import { ModelCatalogue } from './registry/model-catalogue.js';
import { Registry } from './registry/registry.js';
import { RunModels } from './registry/run-models.js';
import { DEFAULT_RETENTION, Retention, type RetentionSettings } from './governance/retention/retention.js';
import { Runs } from './tracking/runs/runs.js';
import { Services } from './delivery/services/services.js';
import { Liveness } from './tracking/sessions/liveness.js';
import { RunLinks } from './tracking/sessions/run-links.js';
import { Sessions } from './tracking/sessions/sessions.js';
import { openStore } from './platform/store/open-store.js';
import type { Store } from './platform/store/store.js';
import { Dispatcher } from './platform/webhooks/dispatcher.js';
import { Outbox } from './platform/webhooks/outbox.js';
import { SecretBox } from './platform/webhooks/secret-box.js';
import type { TargetPolicy } from './platform/webhooks/target.js';
import { Webhooks } from './platform/webhooks/webhooks.js';
import { isPostgresUrl } from './platform/store/database-url.js';

/** Where artifacts are stored. */
export interface ArtifactPlaces {
  /** Of our own store: a folder or `s3://bucket/folder`; absent: in the data folder. */
  readonly destination?: string | undefined;
  /** What clients are told for new experiments, as a URI; absent: our own store, through this server. */
  readonly defaultRoot?: string | undefined;
  /** Bytes that our own store may hold; absent: limited by the disk. */
  readonly quota?: number | undefined;
}

/** Where metadata is stored. */
export interface DatabasePlace {
  /** URL of a PostgreSQL database, or the path of a SQLite file; absent: a SQLite file in the data folder. */
  readonly address?: string | undefined;
  /** SQLite on a network file system: no other process may open the file. */
  readonly exclusive?: boolean | undefined;
}

export interface WebhookSettings {
  /** Default: `public`. */
  readonly targets?: TargetPolicy | undefined;
  /** Scales the waits between attempts; 1 by default. */
  readonly patience?: number | undefined;
}

export interface AppOptions {
  readonly folder: DataFolder;
  readonly database?: DatabasePlace | undefined;
  readonly artifacts?: ArtifactPlaces | undefined;
  readonly retention?: RetentionSettings | undefined;
  readonly access: AccessOptions;
  readonly webhooks?: WebhookSettings | undefined;
  /** Absent: promotions are refused, everything else works. */
  readonly preflight?: PreflightRunner | undefined;
  readonly releaser?: Releaser | undefined;
  /** Internal errors in background work. */
  readonly onError: (error: unknown) => void;
}

/** The control plane without any protocol; HTTP and the MLflow API are built on it. */
export interface App {
  readonly store: Store;
  readonly access: Access;
  readonly meter: WriteMeter;
  readonly sizes: StoreSizes;
  readonly readiness: Readiness;
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
  readonly runModels: RunModels;
  readonly catalogue: ModelCatalogue;
  readonly services: Services;
  readonly preflights: Preflights;
  readonly promotions: Promotions;
  readonly webhooks: Webhooks;
  readonly retention: Retention;
  /** Aborts when the server stops. */
  readonly stopping: AbortSignal;
  close(): Promise<void>;
}

/** Composition root: the one place that knows which implementation each port has. */
export async function openApp(options: AppOptions): Promise<App> {
  const { folder, preflight, releaser, onError } = options;
  const { address = folder.database, exclusive } = options.database ?? {};
  const meter = new WriteMeter();
  const store = metered(await openStore(address, { exclusive }), meter);
  const { destination = folder.blobs, quota } = options.artifacts ?? {};
  const blobs = new KeptBlobs(
    store,
    await openBlobStore(destination, folder.incoming),
    quota === undefined ? undefined : new BlobQuota(store, quota)
  );
  const events = new EventLog({ relay: store.relay });
  await events.start();
  const runs = new Runs(store, events);
  const outbox = new Outbox();
  const registry = new Registry(store, blobs, events, outbox);
  const services = new Services(store, events, releaser);
  const preflights = new Preflights(store, blobs, registry, services, preflight);
  const server = idOf(options.access.ownerToken);
  const promotions = new Promotions({
    store,
    events,
    outbox,
    registry,
    services,
    preflights,
    releaser,
    server,
    onError
  });
  const retention = new Retention(store, blobs, options.retention ?? DEFAULT_RETENTION);
  const liveness = new Liveness(store, events);
  const runLinks = new RunLinks(store, events, onError);
  const root = options.artifacts?.defaultRoot;
  const artifacts = new Artifacts(store, blobs, events, trustedFolder(root));
  const experiments = new Experiments(store, root);
  const stopping = new AbortController();
  const encryptionKey = await folder.encryptionKey();
  const policy = options.webhooks?.targets ?? 'public';
  const secrets = new SecretBox(encryptionKey);
  const webhooks = new Webhooks({ store, secrets, policy, stopping: stopping.signal });
  const { patience } = options.webhooks ?? {};
  const dispatcher = new Dispatcher({ store, webhooks, outbox, policy, onError, patience });
  try {
    await experiments.placeDefault();
    await failInterrupted(store, server);
  } catch (error) {
    if (!(error instanceof StorageFullError)) {
      throw error;
    }
    // Reading works on a full disk.
    onError(error);
  }
  liveness.start(onError);
  dispatcher.start();
  retention.start(onError);
  return {
    store,
    access: new Access(store, options.access),
    meter,
    sizes: new StoreSizes(store),
    readiness: new Readiness(store, writtenPlaces(address, destination)),
    blobs,
    events,
    artifacts,
    uploads: new Uploads(store, blobs, encryptionKey),
    experiments,
    loggedModels: new LoggedModels(store),
    runs,
    sessions: new Sessions(store, blobs, events),
    datasets: new Datasets(store, blobs, events, outbox),
    registry,
    runModels: new RunModels({ store, blobs, artifacts, registry }),
    catalogue: new ModelCatalogue(store, events, outbox),
    services,
    preflights,
    promotions,
    webhooks,
    retention,
    stopping: stopping.signal,
    close: async () => {
      stopping.abort();
      await promotions.stop();
      await dispatcher.stop();
      await liveness.stop();
      await retention.stop();
      events.flush();
      await runLinks.stop();
      await events.stop();
      await store.close();
    }
  };
}

/** Identity of this server among those on the database: its token is its own, and stays with its data folder. */
function idOf(token: string): string {
  return createHash('sha256').update(token).digest('hex').slice(0, 16);
}

/** The folders of this machine's disks that are written to. */
function writtenPlaces(database: string, destination: string): WrittenPlace[] {
  const blobs = folderOfBlobs(destination);
  return [
    ...(isPostgresUrl(database) ? [] : [{ name: 'database', folder: path.dirname(database) }]),
    ...(blobs === undefined ? [] : [{ name: 'artifacts', folder: blobs }])
  ];
}

/** We read only what is on this machine's disks; clients read everything else by themselves. */
function trustedFolder(root: string | undefined): TrustedFolder | undefined {
  return root === undefined || !/^(file:|\/|[a-z]:[\\/])/i.test(root) ? undefined : new TrustedFolder(root);
}
