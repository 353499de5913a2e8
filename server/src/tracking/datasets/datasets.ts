import {
  Column,
  ColumnProfile,
  QualityCheck,
  type DatasetSummary,
  type DatasetVersion,
  type NewDatasetVersion
} from '@slipway/contract';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { BlobStore } from '../../platform/artifacts/blob-store.js';
import { InvalidRequestError, NotFoundError } from '../../platform/errors.js';
import type { EventLog } from '../../platform/events/event-log.js';
import type { Store } from '../../platform/store/store.js';
import type { Tables } from '../../platform/store/tables.js';
import type { Outbox } from '../../platform/webhooks/outbox.js';

const Columns = z.array(Column);
const Profile = z.array(ColumnProfile);
const Checks = z.array(QualityCheck);
const MAX_USED_BY = 50;

/** Immutable dataset versions; the rows themselves are blobs. */
export class Datasets {
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
   * Registers a version; the same digest gives back the version that has it.
   *
   * @throws InvalidRequestError when the content was not uploaded or a parent does not exist.
   */
  async createVersion(name: string, version: NewDatasetVersion): Promise<DatasetVersion> {
    if ((await this.#blobs.size(version.content_sha256)) === undefined) {
      throw new InvalidRequestError(`The rows of ${name} are not stored: ${version.content_sha256}.`, {
        where: 'body.content_sha256',
        remedy: `Upload them first: PUT /api/v1/blobs/${version.content_sha256}.`
      });
    }
    const number = await this.#store.writes.transaction().execute(async transaction => {
      await refuseUnknownParents(transaction, version);
      return insertVersion(transaction, name, version, this.#outbox);
    });
    this.#events.publish({ type: 'dataset.changed', name });
    this.#outbox.flush();
    return this.version(name, number);
  }

  /** @throws NotFoundError */
  async version(name: string, version: number): Promise<DatasetVersion> {
    const row = await this.#store.reads
      .selectFrom('dataset_version')
      .innerJoin('dataset', 'dataset.id', 'dataset_version.dataset')
      .where('dataset.name', '=', name)
      .where('dataset_version.version', '=', version)
      .selectAll('dataset_version')
      .executeTakeFirst();
    if (row === undefined) {
      throw new NotFoundError(`There is no version ${version} of a dataset named ${name}.`);
    }
    const parents = await this.#store.reads
      .selectFrom('dataset_parent')
      .where('child', '=', row.id)
      .select(['name', 'version'])
      .execute();
    const runs = await this.#store.reads
      .selectFrom('run_input')
      .innerJoin('run', 'run.id', 'run_input.run')
      .where('run_input.name', '=', name)
      .where(or => or.or([or('run_input.version', '=', version), or('run_input.digest', '=', row.digest)]))
      .select(['run.uuid', 'run.start_time'])
      .distinct()
      .orderBy('run.start_time', 'desc')
      .limit(MAX_USED_BY)
      .execute();
    return {
      name,
      version: row.version,
      content_sha256: row.content_sha256,
      digest: row.digest,
      row_count: row.row_count,
      columns: Columns.parse(JSON.parse(row.columns)),
      time_column: row.time_column,
      source: row.source,
      derivation: row.derivation,
      parents,
      profile: Profile.parse(JSON.parse(row.profile)),
      checks: Checks.parse(JSON.parse(row.checks)),
      session_id: row.session_id,
      cell_execution_id: row.cell_execution_id,
      created_at: row.created_at,
      used_by_runs: runs.map(run => run.uuid)
    };
  }

  /** The dataset that changed last comes first; its versions newest first. */
  async list(): Promise<DatasetSummary[]> {
    const rows = await this.#store.reads
      .selectFrom('dataset_version as v')
      .innerJoin('dataset as d', 'd.id', 'v.dataset')
      .select(['d.name', 'v.version', 'v.digest', 'v.row_count', 'v.created_at', 'v.time_column', 'v.source'])
      .select(['v.columns', 'v.checks'])
      .select(from =>
        from
          .selectFrom('run_input as i')
          .whereRef('i.name', '=', 'd.name')
          .whereRef('i.version', '=', 'v.version')
          .select(count => count.fn.count<number>('i.run').distinct().as('runs'))
          .as('run_count')
      )
      .orderBy('v.created_at', 'desc')
      .orderBy('v.version', 'desc')
      .execute();
    const byName = new Map<string, DatasetSummary>();
    for (const { name, columns, checks, run_count, ...version } of rows) {
      const verdicts = Checks.parse(JSON.parse(checks));
      const summary = byName.get(name) ?? { name, versions: [] };
      byName.set(name, summary);
      summary.versions.push({
        ...version,
        column_count: Columns.parse(JSON.parse(columns)).length,
        checks_passed: verdicts.filter(check => check.verdict === 'pass').length,
        checks_total: verdicts.length,
        run_count: run_count ?? 0
      });
    }
    return [...byName.values()];
  }
}

async function refuseUnknownParents(db: Kysely<Tables>, version: NewDatasetVersion): Promise<void> {
  for (const [index, parent] of version.parents.entries()) {
    const known = await db
      .selectFrom('dataset_version')
      .innerJoin('dataset', 'dataset.id', 'dataset_version.dataset')
      .where('dataset.name', '=', parent.name)
      .where('dataset_version.version', '=', parent.version)
      .select('dataset_version.id')
      .executeTakeFirst();
    if (known === undefined) {
      throw new InvalidRequestError(`The parent ${parent.name}@${parent.version} does not exist.`, {
        where: `body.parents[${index}]`
      });
    }
  }
}

/** @returns the number of the version that has this digest now. */
async function insertVersion(
  db: Kysely<Tables>,
  name: string,
  version: NewDatasetVersion,
  outbox: Outbox
): Promise<number> {
  const now = Date.now();
  await db
    .insertInto('dataset')
    .values({ name, created_at: now })
    .onConflict(conflict => conflict.column('name').doNothing())
    .execute();
  const dataset = await db.selectFrom('dataset').where('name', '=', name).select('id').executeTakeFirstOrThrow();
  const versions = db.selectFrom('dataset_version').where('dataset', '=', dataset.id);
  const same = await versions.where('digest', '=', version.digest).select('version').executeTakeFirst();
  if (same !== undefined) {
    return same.version;
  }
  const last = await versions.select(from => from.fn.max('version').as('version')).executeTakeFirst();
  const number = Number(last?.version ?? 0) + 1;
  const { parents, columns, profile, checks, ...plain } = version;
  const { id } = await db
    .insertInto('dataset_version')
    .values({
      ...plain,
      dataset: dataset.id,
      version: number,
      created_at: now,
      columns: JSON.stringify(columns),
      profile: JSON.stringify(profile),
      checks: JSON.stringify(checks)
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  for (const parent of parents) {
    await db
      .insertInto('dataset_parent')
      .values({ child: id, name: parent.name, version: parent.version })
      .onConflict(conflict => conflict.doNothing())
      .execute();
  }
  const { digest, row_count, source } = version;
  await outbox.add(db, { name: 'dataset_version.created', data: { name, version: number, digest, row_count, source } });
  return number;
}
