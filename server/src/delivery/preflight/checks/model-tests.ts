import type { ModelTask, ModelTestId, ModelTests } from '@slipway/contract';
import type { Check } from '../check.js';

/** Shows what a model test found when the model was trained: it needs training rows, which do not travel in the bundle. */
function recordedTest(id: ModelTestId, title: string, protectsFrom: string): Check {
  return {
    id,
    title,
    protectsFrom,
    async run(examination) {
      const tests = await examination.modelTests();
      const result = tests?.results.find(each => each.id === id);
      if (result) {
        return { ...result, remedy: result.remedy ?? undefined };
      }
      return { verdict: 'not_applicable', evidence: whyNot(tests, examination.signature.task) };
    }
  };
}

function whyNot(tests: ModelTests | null, task: ModelTask): string {
  if (tests === null) {
    return 'The bundle has no model test results.';
  }
  switch (task) {
    case 'clustering':
    case 'projection':
      return 'The model has no target to test.';
    case 'classification':
    case 'regression':
      return 'There was nothing to test.';
  }
}

/** In the order of the contract's MODEL_TESTS. */
export const recordedModelTests: readonly Check[] = [
  recordedTest(
    'no-leakage',
    'No input gives the target away',
    'a near-perfect score that ends with the first real request'
  ),
  recordedTest(
    'no-future-leak',
    'What is predicted has not happened yet',
    'a target shifted the wrong way, and inputs from the future'
  ),
  recordedTest(
    'no-train-test-overlap',
    'Test rows are not training rows',
    'training rows reported as test rows, and random splits of a time series'
  ),
  recordedTest(
    'inputs-in-range',
    'Inputs hold possible values',
    'placeholder values, such as a pressure of 0, used as measurements'
  ),
  recordedTest('loss-below-constant', 'Loss fell below that of a constant', 'a training that learned nothing'),
  recordedTest(
    'overfits-small-batch',
    'The network can overfit a small batch',
    'a last layer, an activation or a shape that keeps a network from learning'
  ),
  recordedTest(
    'labels-kept',
    'Labels belong to their rows and keep their meaning',
    'labels that were shuffled, shifted or swapped, and inverted predictions'
  )
];
