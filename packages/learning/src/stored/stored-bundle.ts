import { BUNDLE_FILES, MODEL_TESTS_FILE, ModelTests, SCORING_FILE, TestVectors } from '@slipway/contract';
import { SlipwayError } from '@slipway/notebook';
import { bundleOf, jsonFile } from '@slipway/onnx/import';
import { withScoring, type BuiltBundle } from '../bundle/bundle.js';
import { labelsKept } from '../model-tests/labels-kept.js';
import type { ScoringModule } from '../scoring/scoring-module.js';
import type { StoredModel } from './stored-model.js';

/**
 * The bundle of a stored model, to be registered: all of its files are in memory, so that it can wait for the server.
 *
 * @param scoring travels in the bundle when it is given, instead of one that was in it before.
 * @throws SlipwayError MODEL_NOT_EXPORTABLE with what its kernel said when it was trained; SERVER_UNREACHABLE.
 */
export async function storedBundle(model: StoredModel, scoring: ScoringModule | null): Promise<BuiltBundle> {
  const { bundle, read } = model.files;
  if (bundle.length === 0) {
    const { problem } = await model.checkpoint();
    throw new SlipwayError('MODEL_NOT_EXPORTABLE', problem ?? `${model.reference} could not be exported to ONNX.`, {
      remedy: 'Nothing was registered. Its checkpoint is stored: slip.fit(model, …) goes on from there.'
    });
  }
  const contents = new Map<string, Uint8Array>();
  for (const { path, sha256 } of bundle) {
    contents.set(path, await read(sha256));
  }
  const parsed = <T>(name: string, parse: (value: unknown) => T): T | null => {
    const bytes = contents.get(name);
    return bytes === undefined ? null : parse(JSON.parse(new TextDecoder().decode(bytes)));
  };
  let tests = parsed(MODEL_TESTS_FILE, value => ModelTests.parse(value));
  if (scoring) {
    const testVectors = parsed(BUNDLE_FILES.testVectors, value => TestVectors.parse(value));
    const labelTest =
      testVectors && model.labels ? await labelsKept(scoring, { testVectors, labels: model.labels }) : null;
    contents.set(SCORING_FILE, new TextEncoder().encode(scoring.code));
    tests = tests && { ...tests, results: withScoring(tests.results, labelTest) };
    if (tests) {
      contents.set(MODEL_TESTS_FILE, jsonFile(tests));
    }
  }
  return { ...bundleOf(contents), tests };
}
