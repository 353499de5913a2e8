import { randomUUID } from 'node:crypto';
import {
  PreflightReport,
  type EnvironmentName,
  type PreflightCheck,
  type PreflightRequest,
  type Service,
  type Verdict
} from '@slipway/contract';
import type { BlobStore } from '../../platform/artifacts/blob-store.js';
import { ServiceUnavailableError } from '../../platform/errors.js';
import type { Registry } from '../../registry/registry.js';
import { serviceNameOf, type Services } from '../services/services.js';
import type { Store } from '../../platform/store/store.js';
import { StoredBundle } from './bundle-reader.js';
import { promotable, type PromotableVersion } from './promotable.js';
import type { OnStep, PreflightRunner, PromotionSubject } from '../releases/ports.js';

/** Examines model versions before they are promoted, and keeps the reports. */
export class Preflights {
  readonly #store: Store;
  readonly #blobs: BlobStore;
  readonly #registry: Registry;
  readonly #services: Services;
  readonly #runner: PreflightRunner | undefined;

  constructor(
    store: Store,
    blobs: BlobStore,
    registry: Registry,
    services: Services,
    runner: PreflightRunner | undefined
  ) {
    this.#store = store;
    this.#blobs = blobs;
    this.#registry = registry;
    this.#services = services;
    this.#runner = runner;
  }

  /** Runs every check, and stores the report. @throws NotFoundError, InvalidStateError (no bundle) for the model version. */
  async create(request: PreflightRequest, signal: AbortSignal): Promise<PreflightReport> {
    const version = promotable(await this.#registry.version(request.model, request.version));
    return this.examine(await this.subject(version, request.environment), () => undefined, signal);
  }

  async subject(version: PromotableVersion, environment: EnvironmentName): Promise<PromotionSubject> {
    return {
      model: version.name,
      version: version.version,
      environment,
      service: serviceNameOf(version, environment),
      signature: version.signature,
      bundle: new StoredBundle(await this.#registry.bundle(version.bundle_digest), this.#blobs)
    };
  }

  async examine(subject: PromotionSubject, onStep: OnStep, signal: AbortSignal): Promise<PreflightReport> {
    if (this.#runner === undefined) {
      throw new ServiceUnavailableError('This server was started without preflight checks.', {
        remedy: 'Start it with `slipway server`.'
      });
    }
    const checks = await this.#runner.run(subject, onStep, signal);
    const serving = await this.#services.find(subject.service);
    const report: PreflightReport = {
      preflight_id: randomUUID(),
      model: subject.model,
      version: subject.version,
      bundle_digest: subject.bundle.digest,
      environment: subject.environment,
      service: subject.service,
      created_at: Date.now(),
      verdict: overall(checks),
      checks,
      now_serving: nowServing(serving),
      changes: describeChanges(subject, serving)
    };
    await this.#store.writes
      .insertInto('preflight_report')
      .values({
        id: report.preflight_id,
        bundle_digest: report.bundle_digest,
        environment: report.environment,
        created_at: report.created_at,
        report: JSON.stringify(report)
      })
      .execute();
    return report;
  }

  async find(preflightId: string): Promise<PreflightReport | undefined> {
    const row = await this.#store.reads
      .selectFrom('preflight_report')
      .where('id', '=', preflightId)
      .select('report')
      .executeTakeFirst();
    return row === undefined ? undefined : PreflightReport.parse(JSON.parse(row.report));
  }
}

/** The worst verdict; a check that does not apply says nothing. */
function overall(checks: readonly PreflightCheck[]): Verdict {
  const has = (verdict: Verdict): boolean => checks.some(check => check.verdict === verdict);
  return has('fail') ? 'fail' : has('warn') ? 'warn' : 'pass';
}

function nowServing(service: Service | undefined): PreflightReport['now_serving'] {
  const revision = service?.release.revisions[0];
  return service === undefined || revision === undefined
    ? null
    : { version: revision.version, since: service.release.released_at, requests: service.requests };
}

function describeChanges(subject: PromotionSubject, serving: Service | undefined): string[] {
  const revision = serving?.release.revisions[0];
  if (serving === undefined || revision === undefined) {
    return [`A new service ${subject.service} answers with ${subject.model} v${subject.version}.`];
  }
  if (revision.model === subject.model && revision.version === subject.version) {
    return [`${subject.model} v${subject.version} answers all requests already; it is released again.`];
  }
  const replaced = `${subject.model} v${subject.version} answers all requests instead of v${revision.version}.`;
  const before = serving.signature;
  const differences = [
    ...listDifference('input', before.inputs, subject.signature.inputs),
    ...listDifference('output', before.outputs, subject.signature.outputs)
  ];
  if (JSON.stringify(before.labels) !== JSON.stringify(subject.signature.labels)) {
    differences.push(`The labels change to ${subject.signature.labels?.join(', ') ?? 'none'}.`);
  }
  return differences.length === 0
    ? [replaced, 'Model only; inputs and outputs are the same.']
    : [replaced, ...differences];
}

interface Field {
  readonly name: string;
  readonly datatype: string;
}

function listDifference(what: string, before: readonly Field[], after: readonly Field[]): string[] {
  const removed = before.filter(field => !after.some(each => each.name === field.name));
  const added = after.filter(field => !before.some(each => each.name === field.name));
  const retyped = after.filter(field =>
    before.some(each => each.name === field.name && each.datatype !== field.datatype)
  );
  return [
    ...removed.map(field => `The ${what} ${field.name} is removed.`),
    ...added.map(field => `The ${what} ${field.name} (${field.datatype}) is new.`),
    ...retyped.map(field => `The ${what} ${field.name} becomes ${field.datatype}.`)
  ];
}
