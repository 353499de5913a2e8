import {
  ModelSignature,
  ModelVersion,
  ReleaseManifest,
  RunId,
  type Bundle,
  type Deployment,
  type Evaluation,
  type NewModelVersion,
  type RegisteredModel
} from '@slipway/contract';
import type { Kysely, Selectable } from 'kysely';
import { z } from 'zod';
import type { BlobStore } from '../platform/artifacts/blob-store.js';
import { InvalidRequestError, NotFoundError } from '../platform/errors.js';
import type { EventLog } from '../platform/events/event-log.js';
import { OWN_ARTIFACTS } from '../platform/store/artifact-root.js';
import type { Store } from '../platform/store/store.js';
import type { ModelVersionTable, Tables } from '../platform/store/tables.js';
import type { Outbox } from '../platform/webhooks/outbox.js';
import { PROMPT_TAG } from './prompts.js';
import { validateBundle, type ValidBundle } from './bundle-validation.js';

const Metrics = z.record(z.string(), z.number());
/** A version whose files are known. */
export type NewBundleVersion = NewModelVersion & Required<Pick<NewModelVersion, 'files'>>;

type Headline = NonNullable<ModelVersion['headline']>;

interface VersionRow extends Selectable<ModelVersionTable> {
  readonly name: string;
  readonly run_name: string | null;
}

/** Registered models, as our own API shows them: bundles, and what MLflow's clients registered beside them. */
export class Registry {
  readonly #store: Store;
  readonly #blobs: BlobStore;
  readonly #events: EventLog;
  readonly #outbox: Outbox;

  constructor(store: Store, blobs: BlobStore, events: EventLog, outbox: Outbox) {
    this.#store = store;
    this.#blobs = blobs;
    this.#events = events;
    this.#outbox = outbox;
  }

  /**
   * Registers a bundle whose files were uploaded; all of it or nothing. The same bundle of the same run again is the
   * version that it already is, so that a client may repeat a request whose answer it lost.
   *
   * @throws BundleInvalidError, InvalidRequestError (no such run)
   */
  async createVersion(name: string, request: NewBundleVersion): Promise<ModelVersion> {
    const bundle = await validateBundle(request.files, this.#blobs);
    const { version, run } = await this.#store.writes.transaction().execute(async transaction => {
      const source = await sourceRun(transaction, request.run_id);
      await insertBundle(transaction, bundle.digest, request);
      return { version: await insertVersion(transaction, name, request, bundle, this.#outbox), run: source };
    });
    this.#events.publish({ type: 'model.changed', name });
    this.#outbox.flush();
    if (run !== undefined) {
      this.#events.publish({ type: 'run.changed', run_id: run.uuid, experiment_id: String(run.exp) });
    }
    return this.version(name, version);
  }

  /** @param version null: the latest. @throws NotFoundError */
  async version(name: string, version: number | null): Promise<ModelVersion> {
    const rows = await this.#versions(name, version);
    const row = rows[0];
    if (row === undefined) {
      throw new NotFoundError(
        version === null
          ? `There is no registered model named ${name}.`
          : `There is no version ${version} of a model named ${name}.`
      );
    }
    const [model] = await this.#complete([row]);
    if (model === undefined) {
      throw new NotFoundError(`There is no version of a model named ${name}.`);
    }
    return model;
  }

  /** By name; versions newest first. */
  async list(): Promise<RegisteredModel[]> {
    const models = await this.#store.reads
      .selectFrom('registered_model')
      .selectAll()
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('registered_model_tag')
              .whereRef('registered_model_tag.model', '=', 'registered_model.id')
              .where('registered_model_tag.key', '=', PROMPT_TAG)
              .where('registered_model_tag.value', '=', 'true')
              .select('registered_model_tag.key')
          )
        )
      )
      .orderBy('name')
      .execute();
    const versions = await this.#complete(await this.#versions());
    return models.map(model => ({
      name: model.name,
      created_at: model.created_at,
      description: model.description,
      versions: versions.filter(version => version.name === model.name)
    }));
  }

  /** @throws NotFoundError */
  async bundle(digest: string): Promise<Bundle> {
    const row = await this.#store.reads
      .selectFrom('bundle')
      .where('digest', '=', digest)
      .selectAll()
      .executeTakeFirst();
    if (row === undefined) {
      throw new NotFoundError(`There is no bundle with the digest ${digest}.`);
    }
    const files = await this.#store.reads
      .selectFrom('bundle_file')
      .where('digest', '=', digest)
      .select(['path', 'sha256', 'size'])
      .orderBy('path')
      .execute();
    return { ...row, files };
  }

  async #versions(name?: string, version?: number | null): Promise<VersionRow[]> {
    let select = this.#store.reads
      .selectFrom('model_version')
      .innerJoin('registered_model', 'registered_model.id', 'model_version.model')
      .leftJoin('run', 'run.uuid', 'model_version.run_id')
      .selectAll('model_version')
      .where('model_version.deleted', '=', 0)
      .select(['registered_model.name', 'run.name as run_name']);
    if (name !== undefined) {
      select = select.where('registered_model.name', '=', name);
    }
    if (version !== undefined && version !== null) {
      select = select.where('model_version.version', '=', version);
    }
    if (name !== undefined) {
      select = select.limit(1);
    }
    return select.orderBy('model_version.version', 'desc').execute();
  }

  async #complete(rows: readonly VersionRow[]): Promise<ModelVersion[]> {
    const aliases = await this.#store.reads.selectFrom('model_alias').selectAll().orderBy('alias').execute();
    const releases = await this.#store.reads.selectFrom('service').select('release').execute();
    const manifests = releases.map(row => ReleaseManifest.parse(JSON.parse(row.release)));
    return rows.map(row => ({
      name: row.name,
      version: row.version,
      bundle_digest: row.bundle_digest,
      created_at: row.created_at,
      description: row.description,
      stage: row.stage,
      aliases: aliases
        .filter(alias => alias.model === row.model && alias.version === row.version)
        .map(alias => alias.alias),
      run_id: RunId.safeParse(row.run_id).data ?? null,
      run_name: row.run_name,
      dataset: row.dataset === null ? null : ModelVersion.shape.dataset.parse(JSON.parse(row.dataset)),
      signature: row.signature === null ? null : ModelSignature.parse(JSON.parse(row.signature)),
      metrics: Metrics.parse(JSON.parse(row.metrics)),
      headline: row.headline === null ? null : ModelVersion.shape.headline.parse(JSON.parse(row.headline)),
      deployments: deploymentsOf(row.name, row.version, manifests)
    }));
  }
}

function deploymentsOf(name: string, version: number, manifests: readonly ReleaseManifest[]): Deployment[] {
  return manifests
    .filter(manifest => manifest.revisions.some(each => each.model === name && each.version === version))
    .map(({ environment, service, released_at }) => ({ environment, service, since: released_at }));
}

async function sourceRun(
  db: Kysely<Tables>,
  run_id: string | null
): Promise<{ uuid: string; exp: number } | undefined> {
  if (run_id === null) {
    return undefined;
  }
  const run = await db.selectFrom('run').where('uuid', '=', run_id).select(['uuid', 'exp']).executeTakeFirst();
  if (run === undefined) {
    throw new InvalidRequestError(`The source run ${run_id} of the model does not exist.`, {
      where: 'body.run_id'
    });
  }
  return run;
}

async function insertBundle(db: Kysely<Tables>, digest: string, { files }: NewBundleVersion): Promise<void> {
  await db
    .insertInto('bundle')
    .values({ digest, created_at: Date.now() })
    .onConflict(conflict => conflict.doNothing())
    .execute();
  for (const { path, sha256, size } of files) {
    await db
      .insertInto('bundle_file')
      .values({ digest, path, sha256, size })
      .onConflict(conflict => conflict.doNothing())
      .execute();
  }
}

/** @returns the number of the version. */
async function insertVersion(
  db: Kysely<Tables>,
  name: string,
  request: NewBundleVersion,
  bundle: ValidBundle,
  outbox: Outbox
): Promise<number> {
  const now = Date.now();
  await db
    .insertInto('registered_model')
    .values({ name, description: '', created_at: now, updated_at: now })
    .onConflict(conflict => conflict.column('name').doUpdateSet({ updated_at: now }))
    .execute();
  const model = await db.selectFrom('registered_model').where('name', '=', name).select('id').executeTakeFirstOrThrow();
  const latest = await db
    .selectFrom('model_version')
    .where('model', '=', model.id)
    .select(['version', 'bundle_digest', 'run_id', 'deleted'])
    .orderBy('version', 'desc')
    .executeTakeFirst();
  const same = latest?.bundle_digest === bundle.digest && latest.run_id === request.run_id;
  if (latest !== undefined && same && latest.deleted === 0) {
    return latest.version;
  }
  const version = (latest?.version ?? 0) + 1;
  const dataset = bundle.signature.training_frame?.dataset ?? null;
  await db
    .insertInto('model_version')
    .values({
      model: model.id,
      version,
      bundle_digest: bundle.digest,
      created_at: now,
      updated_at: now,
      description: request.description,
      stage: 'None',
      source: null,
      location: null,
      logged_model: null,
      run_id: request.run_id,
      session_id: request.session_id,
      dataset: dataset === null ? null : JSON.stringify(dataset),
      signature: JSON.stringify(bundle.signature),
      metrics: JSON.stringify(bundle.evaluation?.metrics ?? {}),
      headline: bundle.evaluation === null ? null : JSON.stringify(headlineOf(bundle.evaluation))
    })
    .execute();
  if (latest === undefined) {
    await outbox.add(db, { name: 'registered_model.created', data: { name, tags: {}, description: '' } });
  }
  await outbox.add(db, {
    name: 'model_version.created',
    data: {
      name,
      version: String(version),
      source: `${OWN_ARTIFACTS}bundles/${bundle.digest}`,
      run_id: request.run_id,
      tags: {},
      description: request.description === '' ? null : request.description
    }
  });
  return version;
}

/** The deciding metric beside the best baseline. */
function headlineOf({ metric, value, higher_is_better, baselines }: Evaluation): Headline {
  const sign = higher_is_better ? 1 : -1;
  const best = [...baselines].sort((a, b) => sign * (b.value - a.value))[0];
  return { metric, value, baseline: best === undefined ? null : { name: best.name, value: best.value } };
}
