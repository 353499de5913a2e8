import type { GarbageReport, GarbageRequest } from '@slipway/contract';
import type { BlobStore } from '../../platform/artifacts/blob-store.js';
import { sweep } from '../../platform/artifacts/sweep.js';
import type { Store } from '../../platform/store/store.js';
import { countPurgeable, purge } from '../../tracking/purge/purge.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export interface RetentionSettings {
  /** Days after which deleted runs and experiments are permanently deleted; absent: only on request. */
  readonly keepDeletedDays?: number | undefined;
  /** Hours between two collections that nobody asked for. */
  readonly everyHours: number;
  /** Hours that an uploaded file stays although nothing names it yet. */
  readonly graceHours: number;
}

export const DEFAULT_RETENTION: RetentionSettings = { everyHours: 24, graceHours: 24 };

/** Reclaims space, periodically and on request. One collection at a time. */
export class Retention {
  readonly #store: Store;
  readonly #blobs: BlobStore;
  readonly #settings: RetentionSettings;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(store: Store, blobs: BlobStore, settings: RetentionSettings) {
    this.#store = store;
    this.#blobs = blobs;
    this.#settings = settings;
  }

  /** Collects every so often, for the first time after one such span. */
  start(onError: (error: unknown) => void): void {
    const { keepDeletedDays, everyHours, graceHours } = this.#settings;
    const request = { deleted_before_days: keepDeletedDays ?? null, grace_hours: graceHours, dry_run: false };
    this.#timer = setInterval(() => {
      this.collect(request).catch(onError);
    }, everyHours * HOUR_MS);
    this.#timer.unref();
  }

  /** Waits for a collection under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  /** Deletes expired entities, and then the files that nothing refers to any more. */
  collect(request: GarbageRequest): Promise<GarbageReport> {
    const collection = this.#running.then(() => this.#collect(request));
    this.#running = collection.catch(() => undefined);
    return collection;
  }

  async #collect({ deleted_before_days, grace_hours, dry_run }: GarbageRequest): Promise<GarbageReport> {
    const nothing = { runs: 0, experiments: 0, blobs: 0, bytes: 0 };
    if (this.#stopped) {
      return nothing;
    }
    const now = Date.now();
    const before = deleted_before_days === null ? undefined : now - deleted_before_days * DAY_MS;
    const take = dry_run ? countPurgeable : purge;
    const purged = before === undefined ? nothing : await take(this.#store, before);
    const swept = await sweep(this.#store, this.#blobs, {
      uploadedBefore: now - grace_hours * HOUR_MS,
      dryRun: dry_run
    });
    return { runs: purged.runs, experiments: purged.experiments, ...swept };
  }
}
