import {
  BUNDLE_FILES,
  MODEL_TESTS_FILE,
  SCORING_FILE,
  type BundleEnvironment,
  type ModelSignature,
  type ModelTests,
  type SignatureOutput
} from '@slipway/contract';
import { bundleOf, jsonFile } from '@slipway/onnx/import';
import { signatureInput } from '../export/export.js';
import { IR_VERSION, OPSET } from '@slipway/onnx/graph';
import type { ScoringModule } from '../scoring/scoring-module.js';
import { Clustering, type Projection } from '../train/structure.js';
import type { BuiltBundle } from './bundle.js';
import { installedVersions } from './installed-versions.js';
import { modelCard } from './model-card.js';
import { checkParity } from './parity.js';

/**
 * Exports clusters or components as a bundle; the graph is run on the test vectors before anything leaves the notebook.
 *
 * @param scoring travels in the bundle when it is given.
 * @throws SlipwayError PARITY_FAILED when ONNX and notebook disagree.
 */
export async function buildStructureBundle(
  found: Clustering | Projection,
  scoring: ScoringModule | null = null
): Promise<BuiltBundle> {
  const { prep, frame, evaluation, testVectors, tests: results } = found.parts;
  const onnx = found.onnx();
  const inputs = prep.columns.map(column => signatureInput(prep, column));
  await checkParity(onnx, inputs, testVectors, null);
  const signature: ModelSignature = { ...roleOf(found), labels: null, inputs, training_frame: frame };
  const environment: BundleEnvironment = {
    runtime: `node ${process.version}`,
    packages: installedVersions(),
    backend: 'slipway',
    onnx: { opset: OPSET, ir_version: IR_VERSION }
  };
  const tests: ModelTests = { results: [...results], behaviors: [] };
  const card = modelCard({ frame, evaluation, description: descriptionOf(found) }, signature);
  const contents = new Map<string, Uint8Array>([
    [BUNDLE_FILES.model, onnx],
    [BUNDLE_FILES.signature, jsonFile(signature)],
    [BUNDLE_FILES.testVectors, jsonFile(testVectors)],
    [BUNDLE_FILES.evaluation, jsonFile(evaluation)],
    [BUNDLE_FILES.environment, jsonFile(environment)],
    [BUNDLE_FILES.card, new TextEncoder().encode(card)],
    [MODEL_TESTS_FILE, jsonFile(tests)]
  ]);
  if (scoring) {
    contents.set(SCORING_FILE, new TextEncoder().encode(scoring.code));
  }
  return { ...bundleOf(contents), tests };
}

function roleOf(found: Clustering | Projection): Pick<ModelSignature, 'task' | 'target' | 'outputs'> {
  if (found instanceof Clustering) {
    const names = found.sizes.map((_, cluster) => String(cluster));
    const outputs: SignatureOutput[] = [
      { name: 'cluster', datatype: 'INT64', shape: [-1], role: 'cluster' },
      { name: 'distances', datatype: 'FP32', shape: [-1, names.length], role: 'distances', names }
    ];
    return { task: 'clustering', target: 'cluster', outputs };
  }
  const names = found.explained.map((_, i) => `component_${i + 1}`);
  return {
    task: 'projection',
    target: 'components',
    outputs: [{ name: 'components', datatype: 'FP32', shape: [-1, names.length], role: 'components', names }]
  };
}

function descriptionOf(found: Clustering | Projection): string {
  return found instanceof Clustering
    ? `k-means with ${found.model.k} clusters of ${found.sizes.join(', ')} training rows.`
    : `${found.model.count} principal components of ${found.model.means.length} numbers in each row.`;
}
