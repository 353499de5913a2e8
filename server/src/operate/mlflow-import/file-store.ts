import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { InvalidRequestError } from '../../platform/errors.js';
import { LOGGED_MODEL_STATUSES } from '../../tracking/logged-models/logged-models.js';
import type { DatasetDetails } from '../../faces/mlflow/entities.js';
import type { RunInputEntry } from '../../platform/store/operations.js';
import { statusName } from '../../platform/store/run-status.js';
import type {
  ForeignArtifacts,
  ForeignExperiment,
  ForeignLoggedModel,
  ForeignModel,
  ForeignRun,
  ForeignStore,
  LeftBehind
} from './foreign-store.js';
import { readModels } from './file-registry.js';
import { modelMetrics, pointsBelow } from './metric-files.js';
import { foldersIn, readMeta, readPairs } from './store-files.js';

const CONTEXT_TAG = 'mlflow.data.context';
const TRASH = '.trash';
/** Folders of an experiment that are not runs. */
const NO_RUNS = new Set(['models', 'datasets', 'tags', 'traces', 'assessments']);

const optionalText = z
  .string()
  .nullish()
  .transform(value => value ?? '');
const optionalTime = z
  .number()
  .int()
  .nullish()
  .transform(value => value ?? 0);

const Experiment = z.object({
  experiment_id: z.coerce.string(),
  name: z.coerce.string(),
  artifact_location: optionalText,
  lifecycle_stage: z.string(),
  creation_time: optionalTime,
  last_update_time: optionalTime
});
const Run = z.object({
  run_id: z.string().optional(),
  run_uuid: z.string().optional(),
  run_name: optionalText,
  name: optionalText,
  user_id: optionalText,
  status: z.number().int(),
  start_time: optionalTime,
  end_time: z.number().int().nullish(),
  lifecycle_stage: z.string(),
  artifact_uri: optionalText
});
const Dataset = z.object({
  name: z.string(),
  digest: z.string(),
  source_type: optionalText,
  source: optionalText,
  schema: z.string().nullish(),
  profile: z.string().nullish()
});
const Input = z.object({
  source_id: z.string(),
  source_type: z.string(),
  destination_id: z.string(),
  tags: z.record(z.string(), z.string()).nullish(),
  step: z.number().int().nullish()
});
const LoggedModel = z.object({
  model_id: z.string(),
  name: optionalText,
  artifact_location: optionalText,
  creation_timestamp: optionalTime,
  last_updated_timestamp: optionalTime,
  status: z.number().int(),
  model_type: optionalText,
  source_run_id: z.string().nullish(),
  lifecycle_stage: z.string().nullish()
});

interface ExperimentFolder {
  readonly folder: string;
  readonly meta: z.infer<typeof Experiment>;
}

/** MLflow's store in a folder (`mlruns`), which is only read. */
export class MlflowFileStore implements ForeignStore {
  readonly #root: string;
  #inputsWithoutDataset = 0;

  /** @throws InvalidRequestError when it is not such a store. */
  constructor(root: string) {
    this.#root = root;
    if (!existsSync(path.join(root, TRASH)) && !existsSync(path.join(root, '0', 'meta.yaml'))) {
      throw new InvalidRequestError(`${root} is not an MLflow store.`, {
        remedy: 'Name the folder `mlruns`, or a database as sqlite:///mlflow.db.'
      });
    }
  }

  async *experiments(): AsyncIterable<ForeignExperiment> {
    for (const { folder, meta } of await this.#experiments()) {
      yield {
        id: meta.experiment_id,
        name: meta.name,
        artifacts: meta.artifact_location,
        deleted: meta.lifecycle_stage === 'deleted',
        created_at: meta.creation_time,
        updated_at: meta.last_update_time,
        tags: await readPairs(path.join(folder, 'tags'))
      };
    }
  }

  async *runs(): AsyncIterable<ForeignRun> {
    for (const { folder, meta } of await this.#experiments()) {
      for (const name of (await foldersIn(folder)).filter(each => !NO_RUNS.has(each))) {
        const run = await readMeta(path.join(folder, name), Run);
        if (run !== undefined) {
          const { missing, ...whole } = await toRun(folder, path.join(folder, name), meta.experiment_id, run);
          this.#inputsWithoutDataset += missing;
          yield whole;
        }
      }
    }
  }

  async *loggedModels(): AsyncIterable<ForeignLoggedModel> {
    for (const { folder, meta } of await this.#experiments()) {
      for (const name of await foldersIn(path.join(folder, 'models'))) {
        const own = path.join(folder, 'models', name);
        const model = await readMeta(own, LoggedModel);
        if (model !== undefined) {
          yield {
            model_id: model.model_id,
            experiment_id: meta.experiment_id,
            name: model.name,
            status: LOGGED_MODEL_STATUSES[model.status - 1] ?? 'LOGGED_MODEL_PENDING',
            model_type: model.model_type,
            source_run: model.source_run_id ?? null,
            created_at: model.creation_timestamp,
            updated_at: model.last_updated_timestamp,
            deleted: model.lifecycle_stage === 'deleted',
            params: await readPairs(path.join(own, 'params')),
            tags: await readPairs(path.join(own, 'tags')),
            metrics: await modelMetrics(path.join(own, 'metrics')),
            artifacts: nearby(own, model.artifact_location)
          };
        }
      }
    }
  }

  models(): AsyncIterable<ForeignModel> {
    return readModels(path.join(this.#root, 'models'));
  }

  async leftBehind(): Promise<LeftBehind[]> {
    let traces = 0;
    let broken = 0;
    for (const { folder } of await this.#experiments()) {
      traces += (await foldersIn(path.join(folder, 'traces'))).length;
      for (const name of (await foldersIn(folder)).filter(each => !NO_RUNS.has(each))) {
        broken += existsSync(path.join(folder, name, 'meta.yaml')) ? 0 : 1;
      }
    }
    return [
      { what: 'traces', count: traces },
      { what: 'folders of runs without their meta.yaml', count: broken },
      { what: 'dataset inputs whose dataset is missing', count: this.#inputsWithoutDataset }
    ].filter(({ count }) => count > 0);
  }

  close(): void {}

  async #experiments(): Promise<ExperimentFolder[]> {
    const found: ExperimentFolder[] = [];
    for (const parent of [this.#root, path.join(this.#root, TRASH)]) {
      for (const name of (await foldersIn(parent)).filter(each => each !== TRASH && each !== 'models')) {
        const folder = path.join(parent, name);
        const meta = await readMeta(folder, Experiment);
        if (meta !== undefined) {
          found.push({ folder, meta });
        }
      }
    }
    return found;
  }
}

async function toRun(
  experiment: string,
  folder: string,
  experiment_id: string,
  meta: z.infer<typeof Run>
): Promise<ForeignRun & { missing: number }> {
  const { inputs, models, missing } = await inputsOf(experiment, folder);
  const tags = await readPairs(path.join(folder, 'tags'));
  return {
    run_id: meta.run_id ?? meta.run_uuid ?? path.basename(folder),
    experiment_id,
    name: meta.run_name || tags.find(tag => tag.key === 'mlflow.runName')?.value || meta.name,
    user: meta.user_id,
    status: statusName(meta.status),
    start_time: meta.start_time,
    end_time: meta.end_time ?? null,
    deleted: meta.lifecycle_stage === 'deleted',
    params: await readPairs(path.join(folder, 'params')),
    tags,
    inputs,
    models,
    missing,
    artifacts: nearby(folder, meta.artifact_uri),
    metrics: () => pointsBelow(path.join(folder, 'metrics'))
  };
}

/** The folder may have been moved since: what it holds now counts. */
function nearby(folder: string, declared: string): ForeignArtifacts {
  const own = path.join(folder, 'artifacts');
  return { place: existsSync(own) ? own : declared, declared };
}

/** @returns also how many inputs have lost their dataset. */
async function inputsOf(
  experiment: string,
  run: string
): Promise<Pick<ForeignRun, 'inputs' | 'models'> & { missing: number }> {
  const inputs: RunInputEntry[] = [];
  const models: ForeignRun['models'][number][] = [];
  let missing = 0;
  for (const [kind, direction] of [
    ['inputs', 'input'],
    ['outputs', 'output']
  ] as const) {
    for (const name of await foldersIn(path.join(run, kind))) {
      const input = await readMeta(path.join(run, kind, name), Input);
      if (input === undefined) {
        continue;
      }
      if (input.source_type !== 'DATASET') {
        models.push({ model_id: input.destination_id, direction, step: input.step ?? 0 });
        continue;
      }
      const dataset = await readMeta(path.join(experiment, 'datasets', input.source_id), Dataset);
      if (dataset === undefined) {
        missing += 1;
      } else {
        const tags = Object.entries(input.tags ?? {}).map(([key, value]) => ({ key, value }));
        const { name: dataset_name, digest, source_type, source, schema, profile } = dataset;
        const details: DatasetDetails = {
          ...{ source_type, source, tags },
          schema: schema ?? undefined,
          profile: profile ?? undefined
        };
        const context = input.tags?.[CONTEXT_TAG] ?? '';
        inputs.push({ name: dataset_name, digest, version: null, context, details: JSON.stringify(details) });
      }
    }
  }
  return { inputs, models, missing };
}
