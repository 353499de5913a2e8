import {
  RUN_MODEL,
  RunId,
  type ModelVersion,
  type RegisteredModel,
  type RunArtifact,
  type RunDetail
} from '@slipway/contract';
import { StoredModel, untilKept, type StoredFiles } from '@slipway/learning';
import { call, downloadBlob, pendingModel, refusalCode } from '@slipway/notebook/server';
import { notebook, SlipwayError, suggestion } from '@slipway/notebook';
import { parseReference } from './model-reference.js';

/** Runs among which a mistyped one is looked for. */
const LISTED_RUNS = 500;
const IN_BUNDLE = `${RUN_MODEL.bundle}/`;

/**
 * A model that was trained before, in any kernel: to predict with, to register, to go on training if it is a network.
 *
 * @param reference `run:<id>` for the model that a run trained; `rain@2`, `rain@champion` (an alias), `rain@Production` (a
 * stage) or `rain` (the newest version) for a registered one.
 * @throws SlipwayError MODEL_MISSING for what is not there, with what is; MODEL_UNREADABLE for one of another version of Slipway;
 * SERVER_UNREACHABLE.
 * @example
 * // Of the model that was registered as `weather`.
 * const stored = await slip.model('weather@1');
 * await stored.predict({ temp_max: 11.2, temp_min: 4.1, wind: 3.3 });
 */
export async function model(reference: string): Promise<StoredModel> {
  const parsed = parseReference(reference);
  const stored =
    parsed.kind === 'run'
      ? await StoredModel.open(await filesOfRun(parsed.run, reference))
      : await StoredModel.open(await filesOfVersion(await versionOf(parsed.name, parsed.version)));
  notebook().noteRead(`model:${stored.reference}`);
  return stored;
}

async function filesOfRun(id: string, reference: string): Promise<StoredFiles> {
  const { directory } = notebook();
  // One that was trained in this kernel may be on its way.
  await untilKept(id);
  const waiting = await pendingModel(directory, id);
  if (waiting) {
    const { bundle, checkpoint } = waiting.model;
    return { reference, runId: id, bundle, checkpoint, read: waiting.read };
  }
  const run = await runOf(id);
  if (run.deleted) {
    throw new SlipwayError('MODEL_MISSING', `The run ${run.name} (${id}) is deleted.`, {
      remedy: 'Restore it in the Runs sidebar, and its model is there again.'
    });
  }
  const files = filesAmong(run.artifacts);
  if (files.bundle.length === 0 && files.checkpoint === null) {
    throw new SlipwayError('MODEL_MISSING', `The run ${run.name} (${id}) has no stored model.`, {
      remedy:
        run.status === 'RUNNING'
          ? 'A model is stored when slip.fit ends.'
          : 'Models are stored when slip.fit ends inside of a run, unless slip.keepModels says otherwise.'
    });
  }
  return { reference, runId: id, ...files, read: sha256 => downloadBlob(directory, sha256) };
}

function filesAmong(artifacts: readonly RunArtifact[]): Pick<StoredFiles, 'bundle' | 'checkpoint'> {
  const inside = artifacts.filter(({ path }) => path.startsWith(IN_BUNDLE));
  const bundle = inside.map(file => ({ ...file, path: file.path.slice(IN_BUNDLE.length) }));
  return {
    // A client of MLflow may have put a model of its own there.
    bundle: bundle.some(({ path }) => path === 'signature.json') ? bundle : [],
    checkpoint: artifacts.find(({ path }) => path === RUN_MODEL.checkpoint) ?? null
  };
}

/** @throws SlipwayError MODEL_MISSING with the runs that may be meant. */
async function runOf(id: string): Promise<RunDetail> {
  const { directory } = notebook();
  if (RunId.safeParse(id).success) {
    try {
      return await call(directory, 'getRun', { params: { run_id: id } });
    } catch (error) {
      if (refusalCode(error) !== 'NOT_FOUND') {
        throw error;
      }
    }
  }
  const { runs } = await call(directory, 'listRuns', { query: { limit: LISTED_RUNS } });
  const named = runs.find(({ name }) => name === id) ?? runs.find(({ run_id }) => run_id.startsWith(id));
  throw new SlipwayError('MODEL_MISSING', `There is no run with the id "${id}".`, {
    remedy: named
      ? `Did you mean "run:${named.run_id}" (${named.name})?`
      : runs.length === 0
        ? 'There are no runs yet.'
        : suggestion(
            id,
            runs.map(({ run_id }) => run_id)
          )
  });
}

/** @throws SlipwayError MODEL_MISSING with the models, or the versions, aliases and stages, that there are. */
async function versionOf(name: string, wanted: string | null): Promise<ModelVersion> {
  const { models } = await call(notebook().directory, 'listModels', {});
  const found = models.find(each => each.name === name);
  if (!found) {
    throw new SlipwayError('MODEL_MISSING', `There is no registered model named "${name}".`, {
      remedy:
        models.length === 0
          ? 'Nothing is registered yet: slip.register(name, model).'
          : suggestion(
              name,
              models.map(each => each.name)
            )
    });
  }
  const version = wanted === null ? found.versions[0] : versionNamed(found, wanted);
  if (!version) {
    throw new SlipwayError(
      'MODEL_MISSING',
      `The model "${name}" has no version${wanted === null ? '' : ` "${wanted}"`}.`,
      {
        remedy: suggestion(wanted ?? '', namesOf(found))
      }
    );
  }
  if (version.bundle_digest === null) {
    throw new SlipwayError('MODEL_MISSING', `Version ${version.version} of "${name}" has no bundle.`, {
      remedy:
        'It was registered by a client of MLflow, whose own library loads it; import its ONNX form with slip.importOnnx.'
    });
  }
  return version;
}

/** By number, alias, or stage, of which the newest version counts; in this order. */
function versionNamed({ versions }: RegisteredModel, wanted: string): ModelVersion | undefined {
  return (
    versions.find(({ version }) => String(version) === wanted) ??
    versions.find(({ aliases }) => aliases.includes(wanted)) ??
    versions.find(({ stage }) => stage !== 'None' && stage.toLowerCase() === wanted.toLowerCase())
  );
}

function namesOf({ versions }: RegisteredModel): string[] {
  const aliases = versions.flatMap(version => version.aliases);
  const stages = versions.flatMap(({ stage }) => (stage === 'None' ? [] : [stage]));
  return [...new Set([...versions.map(({ version }) => String(version)), ...aliases, ...stages])];
}

async function filesOfVersion({ name, version, bundle_digest, run_id }: ModelVersion): Promise<StoredFiles> {
  const { directory } = notebook();
  const { files } = await call(directory, 'getBundle', { params: { digest: bundle_digest! } });
  const read = (sha256: string): Promise<Uint8Array> => downloadBlob(directory, sha256);
  const checkpoint = run_id === null ? null : await checkpointOf(run_id, files);
  return { reference: `${name}@${version}`, runId: run_id, bundle: files, checkpoint, read };
}

/** The checkpoint that the run stored, when its graph is that of the version. */
async function checkpointOf(run_id: string, files: StoredFiles['bundle']): Promise<StoredFiles['checkpoint']> {
  try {
    const run = await call(notebook().directory, 'getRun', { params: { run_id } });
    const stored = filesAmong(run.artifacts);
    const graphOf = (all: StoredFiles['bundle']): string | undefined =>
      all.find(({ path }) => path === 'model.onnx')?.sha256;
    return graphOf(stored.bundle) === graphOf(files) ? stored.checkpoint : null;
  } catch (error) {
    // The run may be deleted permanently, or belong to others; its model goes on.
    if (refusalCode(error) === null) {
      throw error;
    }
    return null;
  }
}
