import type { ModelVersion } from '@slipway/contract';
import type { BundleContents } from '@slipway/onnx/import';
import {
  buildBundle,
  buildStructureBundle,
  type BuiltBundle,
  type Clustering,
  currentScoring,
  type Projection,
  Run,
  SCORING_RESOURCE,
  scoringCell,
  storedBundle,
  StoredModel,
  TrainedModel
} from '@slipway/learning';
import { call, uploadBlob } from '@slipway/notebook/server';
import { cellName, type MimeBundle, notebook, SlipwayError } from '@slipway/notebook';
import { registrationBundle } from './registry-display.js';

/** How long a registration waits for the run's own records to arrive, so that the version can name its run. */
const FLUSH_MS = 5000;

/** Bundles that could not be registered because the server was away, by model name. */
const waiting = new Map<string, { bundle: BundleContents; runId: string | null; description: string }>();

/** What `register` gives back; `version` is null while the server is away. */
export class Registration {
  constructor(
    readonly name: string,
    readonly digest: string,
    readonly version: ModelVersion | null
  ) {}

  [Symbol.for('Jupyter.display')](): MimeBundle {
    return registrationBundle(this.name, this.digest, this.version);
  }
}

/**
 * Registers a trained model as the next version of `name`: as a bundle (ONNX with the preprocessing inside, signature, test
 * vectors, evaluation). When the server is away the bundle waits in the notebook and the next `register` or `promote` of that name
 * sends it. A model of another kernel is registered from the store: `slip.register(name, await slip.model("run:…"))`.
 *
 * @throws SlipwayError MODEL_MISSING, MODEL_NOT_EXPORTABLE (layer named; nothing is registered), PARITY_FAILED.
 * @example
 * const weather = await slip.data('weather', 'npm:vega-datasets/data/seattle-weather.csv', { time: 'date' });
 * const { train, test } = await weather.split({ by: 'time', test: 0.2 });
 * const run = await slip.run('weather', () =>
 *   slip.fit(slip.logisticRegression(), {
 *     prep: slip.prep().standardize('temp_max', 'temp_min', 'wind'),
 *     train,
 *     test,
 *     target: 'weather'
 *   })
 * );
 * await slip.register('weather', run);
 */
export async function register(
  name: string,
  from: Run | TrainedModel | Clustering | Projection | StoredModel,
  options: { description?: string } = {}
): Promise<Registration> {
  const { description = '' } = options;
  const model = from instanceof Run ? (from.model ?? from.found) : from;
  if (!model) {
    throw new SlipwayError(
      'MODEL_MISSING',
      `${from instanceof Run ? `Run ${from.name}` : 'This value'} has no fitted model to register.`,
      {
        remedy: 'Fit one inside the run: slip.run(name, async run => slip.fit(…)).'
      }
    );
  }
  const scoring = currentScoring();
  if (scoring) {
    notebook().noteRead(SCORING_RESOURCE);
  }
  if (model instanceof StoredModel) {
    const bundle = await storedBundle(model, scoring);
    warnOfScoring(bundle);
    return registerBundle(name, bundle, model.runId, description);
  }
  if (!(model instanceof TrainedModel)) {
    return registerBundle(name, await buildStructureBundle(model, scoring), model.parts.runId, description);
  }
  const bundle = await buildBundle(model, scoring);
  warnOfScoring(bundle);
  return registerBundle(name, bundle, model.runId, description);
}

/**
 * Registers a bundle as the next version of `name`; while the server is away it waits in the notebook.
 *
 * @param runId the run that made it; null when none did.
 */
export async function registerBundle(
  name: string,
  bundle: BundleContents,
  runId: string | null,
  description: string
): Promise<Registration> {
  waiting.set(name, { bundle, runId, description });
  let version: ModelVersion | null = null;
  try {
    version = await registerWaiting(name);
  } catch (error) {
    if (!(error instanceof SlipwayError) || error.code !== 'SERVER_UNREACHABLE') {
      throw error;
    }
    notebook().warn(`${name} was not registered yet. ${error.message}`);
  }
  const registration = new Registration(name, bundle.digest, version);
  if (version) {
    notebook().noteWrite(`model:${name}@${version.version}`);
  }
  return registration;
}

/** A scoring module that says the opposite of its model is named at once, with its cell. */
function warnOfScoring({ tests }: Pick<BuiltBundle, 'tests'>): void {
  const result = tests?.results.find(({ id }) => id === 'labels-kept');
  if (result?.verdict !== 'fail') {
    return;
  }
  const cell = cellName(scoringCell());
  notebook().warn(`${cell === null ? '' : `${cell}: `}${result.evidence}\n${result.remedy}`);
}

/** Registers the bundle that waits under `name`; null when none does. */
export async function registerWaiting(name: string): Promise<ModelVersion | null> {
  const pending = waiting.get(name);
  if (!pending) {
    return null;
  }
  const book = notebook();
  // The upload comes first: it notices within a second that the server is away.
  for (const file of pending.bundle.files) {
    await uploadBlob(book.directory, file.sha256, pending.bundle.contents.get(file.path)!);
  }
  await book.flush(FLUSH_MS);
  const version = await call(book.directory, 'createModelVersion', {
    params: { name },
    body: {
      files: pending.bundle.files.map(file => ({ ...file })),
      run_id: pending.runId,
      session_id: book.sessionId,
      description: pending.description
    }
  });
  waiting.delete(name);
  return version;
}
