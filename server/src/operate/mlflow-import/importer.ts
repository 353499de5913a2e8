import { counted } from '@slipway/wording';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import type { BlobStore } from '../../platform/artifacts/blob-store.js';
import { InvalidStateError } from '../../platform/errors.js';
import { OWN_ARTIFACTS } from '../../platform/store/artifact-root.js';
import { toStorable } from '../../platform/store/storable-text.js';
import type { Store } from '../../platform/store/store.js';
import type { Arrival } from '../arrival-table.js';
import type { ForeignPlaces } from './artifact-places.js';
import type {
  ForeignArtifacts,
  ForeignExperiment,
  ForeignLoggedModel,
  ForeignRun,
  ForeignStore,
  LeftBehind
} from './foreign-store.js';
import { importModel } from './import-model.js';
import { Tally } from './tally.js';
import { filesBelow } from './store-files.js';

export interface ImportReport {
  readonly arrivals: readonly Arrival[];
  readonly leftBehind: readonly LeftBehind[];
}

const NAME_TAG = 'mlflow.runName';

/**
 * Imports an MLflow store. Runs and logged models keep their ids, experiments theirs when nothing else
 * has them. Everything is written so that it can be written again: what was interrupted is simply restarted.
 */
export class Importer {
  readonly #store: Store;
  readonly #blobs: BlobStore;
  readonly #places: ForeignPlaces;
  readonly #tally = new Tally();
  /** Our ids by MLflow's. */
  readonly #experiments = new Map<string, number>();
  readonly #onProgress: (text: string) => void;

  constructor(store: Store, blobs: BlobStore, places: ForeignPlaces, onProgress: (text: string) => void) {
    this.#store = store;
    this.#blobs = blobs;
    this.#places = places;
    this.#onProgress = onProgress;
  }

  /** @returns what there was, what of it is here now, and what has no place here. */
  async run(source: ForeignStore): Promise<ImportReport> {
    const deleted: number[] = [];
    for await (const experiment of source.experiments()) {
      const id = await this.#experiment(toStorable(experiment));
      this.#experiments.set(experiment.id, id);
      if (experiment.deleted) {
        deleted.push(id);
      }
    }
    let runs = 0;
    for await (const run of source.runs()) {
      await this.#run({ ...toStorable({ ...run, metrics: undefined }), metrics: run.metrics });
      runs += 1;
      if (runs % 100 === 0) {
        this.#onProgress(counted(runs, 'run'));
      }
    }
    for await (const model of source.loggedModels()) {
      await this.#loggedModel(toStorable(model));
    }
    for await (const model of source.models()) {
      await importModel(this.#store, this.#places, toStorable(model), this.#tally);
    }
    for (const id of deleted) {
      await this.#deleteExperiment(id);
    }
    const { elsewhere } = this.#tally;
    return {
      arrivals: await this.#tally.compare(this.#store),
      leftBehind: [
        ...(await source.leftBehind()),
        ...(elsewhere.length === 0
          ? []
          : [{ what: `artifact folders in other stores, e.g. ${elsewhere[0]}`, count: elsewhere.length }])
      ]
    };
  }

  async #experiment(experiment: ForeignExperiment): Promise<number> {
    const { name, tags, created_at, updated_at } = experiment;
    const id = await this.#store.writes.transaction().execute(async db => {
      const known = await db.selectFrom('experiment').where('name', '=', name).select('id').executeTakeFirst();
      if (known !== undefined) {
        return known.id;
      }
      const wanted = Number(experiment.id);
      const taken =
        !Number.isSafeInteger(wanted) ||
        (await db.selectFrom('experiment').where('id', '=', wanted).select('id').executeTakeFirst()) !== undefined;
      const made = await db
        .insertInto('experiment')
        .values({
          ...(taken ? {} : { id: wanted }),
          name,
          // What cannot be copied from another store stays there, and clients find it by this.
          artifact_location:
            this.#places.folderOf(experiment.artifacts) === undefined ? experiment.artifacts || null : null,
          created_at,
          updated_at
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      await this.#store.continueIds(db);
      return made.id;
    });
    for (const { key, value } of tags) {
      await this.#store.writes
        .insertInto('experiment_tag')
        .values({ exp: id, key, value })
        .onConflict(conflict => conflict.columns(['exp', 'key']).doUpdateSet({ value }))
        .execute();
    }
    this.#tally.experiment(id, tags.length);
    return id;
  }

  async #run(run: ForeignRun): Promise<void> {
    const { run_id } = run;
    const exp = this.#experimentOf(run.experiment_id, run_id);
    const known = await this.#runRow(run_id);
    const expected = { params: run.params.length, tags: namesOf(run).size, inputs: run.inputs.length, points: 0 };
    // What is deleted was deleted last, and is complete.
    const complete = known !== undefined && known.life !== 0;
    if (known === undefined) {
      const { name, user, start_time } = run;
      await this.#store.write({
        ...{ kind: 'run.create', run_id, experiment_id: exp, name, user, start_time },
        ...{ status: 'RUNNING', tags: run.tags }
      });
    }
    if (!complete) {
      await this.#store.write({ kind: 'run.log', run_id, metrics: [], params: run.params, tags: run.tags });
      await this.#store.write({ kind: 'run.inputs', run_id, inputs: run.inputs });
    }
    for await (const metrics of run.metrics()) {
      expected.points += metrics.length;
      if (!complete && metrics.length > 0) {
        await this.#store.write({ kind: 'run.log', run_id, metrics: toStorable(metrics), params: [], tags: [] });
      }
    }
    const row = known ?? (await this.#runRow(run_id));
    if (row === undefined) {
      throw new InvalidStateError(`The run ${run_id} was taken away while it was brought over.`);
    }
    await this.#link(row.id, run);
    const files = await this.#copy(run.artifacts, `${OWN_ARTIFACTS}${exp}/${run_id}/artifacts`, async file => {
      await this.#store.writes
        .insertInto('run_artifact')
        .values({ ...file, run: row.id })
        .onConflict(conflict => conflict.columns(['run', 'path']).doUpdateSet({ sha256: file.sha256, size: file.size }))
        .execute();
    });
    if (!complete) {
      const end = run.end_time === null ? {} : { end_time: run.end_time };
      await this.#store.write({ kind: 'run.update', run_id, status: run.status, ...end });
      if (run.deleted) {
        await this.#store.write({ kind: 'run.lifecycle', run_id, deleted: true });
      }
    }
    this.#tally.run(row.id, { ...expected, files });
  }

  async #link(run: number, { models }: ForeignRun): Promise<void> {
    for (const { model_id, direction, step } of models) {
      await this.#store.writes
        .insertInto('run_logged_model')
        .values({ run, model: model_id, direction, step })
        .onConflict(conflict => conflict.columns(['run', 'model', 'direction']).doUpdateSet({ step }))
        .execute();
    }
  }

  async #loggedModel(model: ForeignLoggedModel): Promise<void> {
    const { model_id, name, status, model_type, source_run, created_at, updated_at } = model;
    const exp = this.#experimentOf(model.experiment_id, model_id);
    const row = {
      ...{ exp, name, status, model_type, source_run, created_at, updated_at },
      params: JSON.stringify(model.params),
      tags: JSON.stringify(model.tags),
      deleted: model.deleted ? 1 : 0
    };
    await this.#store.writes
      .insertInto('logged_model')
      .values({ ...row, id: model_id })
      .onConflict(conflict => conflict.column('id').doUpdateSet(row))
      .execute();
    for (const metric of model.metrics) {
      await this.#store.writes
        .insertInto('logged_model_metric')
        .values({ ...metric, model: model_id })
        .onConflict(conflict => conflict.doNothing())
        .execute();
    }
    const root = `${OWN_ARTIFACTS}${exp}/models/${model_id}/artifacts`;
    const files = await this.#copy(model.artifacts, root, async file => {
      await this.#store.writes
        .insertInto('logged_model_artifact')
        .values({ ...file, model: model_id })
        .onConflict(conflict =>
          conflict.columns(['model', 'path']).doUpdateSet({ sha256: file.sha256, size: file.size })
        )
        .execute();
    });
    this.#tally.loggedModel(model_id, files);
  }

  /** Copies the files of a folder into our own store. @returns how many; none of files in another store. */
  async #copy(
    { place, declared }: ForeignArtifacts,
    root: string,
    keep: (file: { path: string; sha256: string; size: number; created_at: number }) => Promise<void>
  ): Promise<number> {
    const folder = this.#places.folderOf(place);
    if (folder === undefined) {
      if (place !== '') {
        this.#tally.leftWhereItIs(place);
      }
      return 0;
    }
    this.#places.moved(place, root);
    this.#places.moved(declared, root);
    const files = await filesBelow(folder);
    for (const file of files) {
      const { sha256, size } = await this.#blobs.put(createReadStream(path.join(folder, ...file.split('/'))));
      await keep({ path: file, sha256, size, created_at: Date.now() });
    }
    return files.length;
  }

  async #deleteExperiment(id: number): Promise<void> {
    const row = await this.#store.reads.selectFrom('experiment').where('id', '=', id).select('life').executeTakeFirst();
    if (row?.life === 0) {
      await this.#store.write({ kind: 'experiment.lifecycle', experiment_id: id, deleted: true });
    }
  }

  #experimentOf(id: string, what: string): number {
    const experiment = this.#experiments.get(id);
    if (experiment === undefined) {
      throw new InvalidStateError(`${what} belongs to the experiment ${id}, which the store does not have.`);
    }
    return experiment;
  }

  #runRow(uuid: string) {
    return this.#store.reads.selectFrom('run').where('uuid', '=', uuid).select(['id', 'life']).executeTakeFirst();
  }
}

/** A run's name is a tag here, whether MLflow wrote it as one or not. */
function namesOf({ tags }: ForeignRun): Set<string> {
  return new Set([...tags.map(tag => tag.key), NAME_TAG]);
}
