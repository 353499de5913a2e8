import { z } from 'zod';
import { Columns } from './bundles.js';
import { Verdict } from './preflight.js';

/** The results of the model tests, and the behaviors that were asked of the model; not every bundle has them. */
export const MODEL_TESTS_FILE = 'model-tests.json';

/** Tests that the library makes of data and model around a training, in the order in which they are shown. */
export const MODEL_TESTS = [
  'no-leakage',
  'no-future-leak',
  'no-train-test-overlap',
  'inputs-in-range',
  'loss-below-constant',
  'overfits-small-batch',
  'labels-kept'
] as const;
export type ModelTestId = (typeof MODEL_TESTS)[number];

export const ModelTestResult = z.object({
  id: z.enum(MODEL_TESTS),
  verdict: Verdict,
  evidence: z.string().describe('A sentence with numbers.'),
  remedy: z.string().nullable()
});
export type ModelTestResult = z.infer<typeof ModelTestResult>;

/**
 * What the answer to one row has to be. An answer is the value of a regression, or the probability of the class `of`; `label`
 * is the class itself.
 */
export const BehaviorClaim = z.object({
  row: z.number().int().nonnegative(),
  label: z.string().optional(),
  of: z.string().optional().describe('The class whose probability counts.'),
  min: z.number().optional(),
  max: z.number().optional(),
  than_row: z.number().int().nonnegative().optional().describe('Limits are added to the answer to this row.')
});
export type BehaviorClaim = z.infer<typeof BehaviorClaim>;

/** A named behavior: rows, and what is claimed of the answers to them. */
export const Behavior = z.object({
  name: z.string().min(1).max(200),
  inputs: Columns,
  claims: z.array(BehaviorClaim).min(1)
});
export type Behavior = z.infer<typeof Behavior>;

export const ModelTests = z.object({ results: z.array(ModelTestResult), behaviors: z.array(Behavior) });
export type ModelTests = z.infer<typeof ModelTests>;
