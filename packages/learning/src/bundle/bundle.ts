import {
  BUNDLE_FILES,
  MODEL_TESTS_FILE,
  SCORING_FILE,
  type Behavior,
  type BundleEnvironment,
  type ModelSignature,
  type ModelTestResult,
  type ModelTests
} from '@slipway/contract';
import { bundleOf, jsonFile, type BundleContents } from '@slipway/onnx/import';
import { exportModel } from '../export/export.js';
import { IR_VERSION, OPSET } from '@slipway/onnx/graph';
import { labelsKept } from '../model-tests/labels-kept.js';
import type { TrainedModelParts } from '../train/trained-parts.js';
import { installedVersions } from './installed-versions.js';
import { modelCard } from './model-card.js';
import type { ScoringModule } from '../scoring/scoring-module.js';
import { checkParity } from './parity.js';

/** A fitted model, as far as a bundle is made of it. */
export interface BundledModel {
  readonly parts: TrainedModelParts;
  readonly behaviors: readonly Behavior[];
}

/** A bundle of a model that was trained here. */
export interface BuiltBundle extends BundleContents {
  /** What the model tests found; null when none were made. */
  readonly tests: ModelTests | null;
}

/**
 * Exports a trained model as a bundle. Nothing in it depends on the time, the run or the name that it is registered under, so that
 * the same training gives the same digest. The exported graph is run on the test vectors before anything leaves the notebook.
 *
 * @param scoring travels in the bundle when it is given.
 * @throws SlipwayError MODEL_NOT_EXPORTABLE (layer named), PARITY_FAILED when ONNX and notebook disagree.
 */
export async function buildBundle(
  { parts: model, behaviors }: BundledModel,
  scoring: ScoringModule | null = null
): Promise<BuiltBundle> {
  const labels = model.labels ? [...model.labels] : null;
  const exported = exportModel(model.estimator, model.prep, labels, model.target);
  await checkParity(exported.onnx, exported.inputs, model.testVectors, labels);
  const signature: ModelSignature = {
    task: labels ? 'classification' : 'regression',
    target: model.target,
    labels,
    inputs: exported.inputs,
    outputs: exported.outputs,
    training_frame: model.frame
  };
  const environment: BundleEnvironment = {
    runtime: `node ${process.version}`,
    packages: installedVersions(),
    backend: model.backend.backend,
    onnx: { opset: OPSET, ir_version: IR_VERSION }
  };
  const contents = new Map<string, Uint8Array>([
    [BUNDLE_FILES.model, exported.onnx],
    [BUNDLE_FILES.signature, jsonFile(signature)],
    [BUNDLE_FILES.testVectors, jsonFile(model.testVectors)],
    [BUNDLE_FILES.evaluation, jsonFile(model.evaluation)],
    [BUNDLE_FILES.environment, jsonFile(environment)],
    [
      BUNDLE_FILES.card,
      new TextEncoder().encode(modelCard({ ...model, description: model.estimator.description }, signature))
    ]
  ]);
  const labelTest = scoring && labels ? await labelsKept(scoring, model) : null;
  const tests: ModelTests | null = model.tests
    ? { results: withScoring(model.tests, labelTest), behaviors: [...behaviors] }
    : null;
  if (tests) {
    contents.set(MODEL_TESTS_FILE, jsonFile(tests));
  }
  if (scoring) {
    contents.set(SCORING_FILE, new TextEncoder().encode(scoring.code));
  }
  return { ...bundleOf(contents), tests };
}

/** What the scoring module does to labels is combined with what was found of them in the training; what is worse wins. */
export function withScoring(results: readonly ModelTestResult[], scoring: ModelTestResult | null): ModelTestResult[] {
  if (scoring === null) {
    return [...results];
  }
  const trained = results.find(({ id }) => id === scoring.id);
  if (!trained) {
    return [...results, scoring];
  }
  const joined =
    scoring.verdict !== 'pass' ? scoring : { ...trained, evidence: `${trained.evidence} ${scoring.evidence}` };
  return results.map(result => (result === trained ? joined : result));
}
