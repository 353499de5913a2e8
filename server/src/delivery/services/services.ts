import { ModelSignature, ReleaseManifest, type ModelVersion, type Service, type TestAnswer } from '@slipway/contract';
import { NotFoundError, ServiceUnavailableError } from '../../platform/errors.js';
import type { EventLog } from '../../platform/events/event-log.js';
import type { Releaser, ServiceObservation } from '../releases/ports.js';
import type { Store } from '../../platform/store/store.js';

const TEST_TIMEOUT_MS = 30_000;
const NOTHING_RUNS: ServiceObservation = { state: 'stopped', url: '', pid: null, requests: 0, started_at: null };

/** What is meant to run, from the database, and what runs, as the releaser sees it. */
export class Services {
  readonly #store: Store;
  readonly #events: EventLog;
  readonly #releaser: Releaser | undefined;

  constructor(store: Store, events: EventLog, releaser: Releaser | undefined) {
    this.#store = store;
    this.#events = events;
    this.#releaser = releaser;
  }

  /** By name. */
  async list(): Promise<Service[]> {
    const rows = await this.#store.reads.selectFrom('service').selectAll().orderBy('name').execute();
    return Promise.all(rows.map(row => this.#describe(row)));
  }

  async find(name: string): Promise<Service | undefined> {
    const row = await this.#store.reads.selectFrom('service').where('name', '=', name).selectAll().executeTakeFirst();
    return row === undefined ? undefined : this.#describe(row);
  }

  /** Remembers what a service answers with from now on. */
  async record(release: ReleaseManifest, signature: ModelSignature): Promise<void> {
    const now = Date.now();
    const stored = {
      environment: release.environment,
      release: JSON.stringify(release),
      signature: JSON.stringify(signature),
      updated_at: now
    };
    await this.#store.writes
      .insertInto('service')
      .values({ ...stored, name: release.service, created_at: now })
      .onConflict(conflict => conflict.column('name').doUpdateSet(stored))
      .execute();
    this.#events.publish({ type: 'service.changed', name: release.service });
  }

  /**
   * Sends a request to the service's own `POST /predict`.
   *
   * @returns the service's answer, whatever its status is.
   * @throws NotFoundError, ServiceUnavailableError when there is no answer.
   */
  async test(name: string, body: unknown): Promise<TestAnswer> {
    const service = await this.find(name);
    if (service === undefined) {
      throw new NotFoundError(`There is no service named ${name}.`);
    }
    if (service.url === '') {
      throw new ServiceUnavailableError(`The service ${name} is not running.`, {
        remedy: 'Look at its state, and promote its model again if it does not come back.'
      });
    }
    const started = performance.now();
    try {
      const response = await fetch(new URL('/predict', service.url), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(TEST_TIMEOUT_MS)
      });
      const text = await response.text();
      return { status: response.status, duration_ms: performance.now() - started, body: parsedOrText(text) };
    } catch (cause) {
      throw new ServiceUnavailableError(`The service ${name} at ${service.url} does not answer.`, {
        remedy: 'Try again in a few seconds; it is restarted by itself.',
        cause
      });
    }
  }

  async #describe(row: { name: string; release: string; signature: string }): Promise<Service> {
    const release = ReleaseManifest.parse(JSON.parse(row.release));
    const observed = this.#releaser === undefined ? NOTHING_RUNS : await this.#releaser.observe(row.name);
    return {
      name: row.name,
      environment: release.environment,
      release,
      signature: ModelSignature.parse(JSON.parse(row.signature)),
      ...observed
    };
  }
}

/** The service that a model has in an environment: production has the plain name. */
export function serviceNameOf(
  { name }: Pick<ModelVersion, 'name'>,
  environment: ReleaseManifest['environment']
): string {
  return environment === 'production' ? name : `${name}-${environment}`;
}

function parsedOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
