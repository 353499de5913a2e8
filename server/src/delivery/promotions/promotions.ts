import { randomUUID } from 'node:crypto';
import type { NewPromotion, PreflightReport, Promotion, ReleaseManifest } from '@slipway/contract';
import { InvalidStateError, NotFoundError, ServiceUnavailableError, SlipwayError } from '../../platform/errors.js';
import type { EventLog } from '../../platform/events/event-log.js';
import type { Registry } from '../../registry/registry.js';
import { serviceNameOf, type Services } from '../services/services.js';
import type { Store } from '../../platform/store/store.js';
import type { PromotionTable } from '../../platform/store/tables.js';
import type { Outbox } from '../../platform/webhooks/outbox.js';
import type { Releaser } from '../releases/ports.js';
import type { Preflights } from './preflights.js';
import { promotable, type PromotableVersion } from './promotable.js';
import { setStage } from '../../registry/stages.js';
import { messageOf } from '@slipway/wording';

const REPORT_VALID_MS = 15 * 60_000;

export interface PromotionsOptions {
  readonly store: Store;
  readonly events: EventLog;
  readonly outbox: Outbox;
  readonly registry: Registry;
  readonly services: Services;
  readonly preflights: Preflights;
  readonly releaser: Releaser | undefined;
  /** Id of this server among those on the database, the same after a restart. */
  readonly server: string;
  /** Internal errors while a promotion runs; the promotion has failed then. */
  readonly onError: (error: unknown) => void;
}

type Change = Partial<Pick<PromotionTable, 'state' | 'step' | 'message' | 'service_url' | 'preflight_id'>>;

/** Brings model versions to environments: preflight, then release, each step stored and told. */
export class Promotions {
  readonly #options: PromotionsOptions;
  /** Per service one promotion at a time, in the order in which they came. */
  readonly #queues = new Map<string, Promise<void>>();
  readonly #stopping = new AbortController();

  constructor(options: PromotionsOptions) {
    this.#options = options;
  }

  /**
   * Starts a promotion and returns at once.
   *
   * @throws NotFoundError (model version, report), InvalidStateError (no bundle; the report is old or of something else)
   */
  async create(request: NewPromotion): Promise<Promotion> {
    const { store, registry, outbox } = this.#options;
    const version = promotable(await registry.version(request.model, request.version));
    const report = request.preflight_id === null ? undefined : await this.#validReport(request, version);
    const now = Date.now();
    const service = serviceNameOf(version, request.environment);
    const id = randomUUID();
    const row: PromotionTable = {
      id,
      model: version.name,
      version: version.version,
      bundle_digest: version.bundle_digest,
      environment: request.environment,
      service,
      reason: request.reason,
      state: 'preflight',
      step: 'waiting',
      message: null,
      service_url: null,
      preflight_id: report?.preflight_id ?? null,
      created_at: now,
      updated_at: now,
      server: this.#options.server
    };
    await store.writes.transaction().execute(async db => {
      await db.insertInto('promotion').values(row).execute();
      await outbox.add(db, { name: 'promotion.created', data: tellable(row) });
    });
    outbox.flush();
    const before = this.#queues.get(service) ?? Promise.resolve();
    this.#queues.set(
      service,
      before.then(() => this.#drive(id, version, request, report))
    );
    return this.get(id);
  }

  /** @throws NotFoundError */
  async get(id: string): Promise<Promotion> {
    const row = await this.#options.store.reads
      .selectFrom('promotion')
      .where('id', '=', id)
      .selectAll()
      .executeTakeFirst();
    if (row === undefined) {
      throw new NotFoundError(`There is no promotion ${id}.`);
    }
    const { preflight_id, id: promotion_id, server: _, ...plain } = row;
    const preflight = preflight_id === null ? undefined : await this.#options.preflights.find(preflight_id);
    return { ...plain, promotion_id, preflight: preflight ?? null };
  }

  /** Ends what runs, and waits for it. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#queues.values());
  }

  async #validReport(request: NewPromotion, version: PromotableVersion): Promise<PreflightReport> {
    const report = await this.#options.preflights.find(request.preflight_id ?? '');
    if (report === undefined) {
      throw new NotFoundError(`There is no preflight report ${request.preflight_id}.`, { where: 'body.preflight_id' });
    }
    const same = report.bundle_digest === version.bundle_digest && report.environment === request.environment;
    if (!same || Date.now() - report.created_at > REPORT_VALID_MS) {
      throw new InvalidStateError(
        same
          ? 'The preflight report is older than 15 minutes.'
          : `The preflight report is of another bundle or environment than ${version.name} v${version.version} in ` +
              `${request.environment}.`,
        { where: 'body.preflight_id', remedy: 'Run preflight again, or send null: it is then run now.' }
      );
    }
    return report;
  }

  /** Never rejects: whatever happens is the promotion's state. */
  async #drive(
    id: string,
    version: PromotableVersion,
    request: NewPromotion,
    known: PreflightReport | undefined
  ): Promise<void> {
    try {
      const report = known ?? (await this.#preflight(id, version, request));
      if (report.verdict === 'fail') {
        await this.#change(id, { state: 'refused', step: 'refused', message: whyRefused(report) });
        return;
      }
      await this.#release(id, version, request);
    } catch (error) {
      if (!(error instanceof SlipwayError)) {
        this.#options.onError(error);
      }
      await this.#change(id, { state: 'failed', step: 'failed', message: explain(error) }).catch(this.#options.onError);
    }
  }

  async #preflight(id: string, version: PromotableVersion, request: NewPromotion): Promise<PreflightReport> {
    const { preflights } = this.#options;
    const subject = await preflights.subject(version, request.environment);
    const report = await preflights.examine(subject, step => this.#tell(id, step), this.#stopping.signal);
    await this.#change(id, { preflight_id: report.preflight_id, step: 'preflight done' });
    return report;
  }

  async #release(id: string, version: PromotableVersion, request: NewPromotion): Promise<void> {
    const { services, preflights, releaser, store, events } = this.#options;
    if (releaser === undefined) {
      throw new ServiceUnavailableError('This server was started without a place to run services.', {
        remedy: 'Start it with `slipway server`.'
      });
    }
    await this.#change(id, { state: 'releasing', step: 'starting the service' });
    const { service, bundle } = await preflights.subject(version, request.environment);
    const serving = await services.find(service);
    const released = await releaser.release(
      nextRelease(service, version, request, serving?.release),
      new Map([[bundle.digest, bundle]]),
      step => this.#tell(id, step),
      this.#stopping.signal
    );
    await services.record(released.manifest, version.signature);
    await setStage(store, version, request.environment);
    events.publish({ type: 'model.changed', name: version.name });
    await this.#change(id, { state: 'running', step: 'running', service_url: released.url });
  }

  #tell(id: string, step: string): void {
    this.#change(id, { step }).catch(this.#options.onError);
  }

  async #change(id: string, change: Change): Promise<void> {
    const { store, events, outbox } = this.#options;
    await store.writes.transaction().execute(async db => {
      const row = await db
        .updateTable('promotion')
        .set({ ...change, updated_at: Date.now() })
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirstOrThrow();
      if (change.state !== undefined) {
        await outbox.add(db, { name: 'promotion.updated', data: tellable(row) });
      }
    });
    events.publish({ type: 'promotion.changed', promotion_id: id });
    outbox.flush();
  }
}

/** What receivers of webhooks are told of a promotion. */
function tellable({ id, model, version, bundle_digest, environment, service, reason, state, message }: PromotionTable) {
  return { promotion_id: id, model, version, bundle_digest, environment, service, reason, state, message };
}

function nextRelease(
  service: string,
  version: PromotableVersion,
  request: NewPromotion,
  before: ReleaseManifest | undefined
): ReleaseManifest {
  const lastRevision = Math.max(0, ...(before?.revisions ?? []).map(revision => revision.revision));
  return {
    service,
    environment: request.environment,
    port: before?.port ?? 0,
    release: (before?.release ?? 0) + 1,
    released_at: Date.now(),
    revisions: [
      {
        revision: lastRevision + 1,
        model: version.name,
        version: version.version,
        bundle_digest: version.bundle_digest,
        traffic: 1
      }
    ]
  };
}

function whyRefused(report: PreflightReport): string {
  return report.checks
    .filter(check => check.verdict === 'fail')
    .map(check => `${check.title}: ${check.evidence}${check.remedy === null ? '' : ` ${check.remedy}`}`)
    .join('\n');
}

function explain(error: unknown): string {
  if (error instanceof SlipwayError) {
    return error.remedy === undefined ? error.message : `${error.message} ${error.remedy}`;
  }
  return `Internal error in the metadata server: ${messageOf(error)}`;
}
