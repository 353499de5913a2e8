import type { LayersModel } from '@tensorflow/tfjs';
import type { Tf } from '../backend/tfjs.js';
import { buildCnn } from './cnn.js';
import { buildMlp } from './mlp.js';
import type { NetworkSpec } from './specs.js';

/**
 * Builds a described network with seeded initial weights.
 *
 * @param shape of one row. @param classes null for a regression.
 * @throws SlipwayError MODEL_MISMATCH when the network cannot read rows of this shape.
 */
export function buildNetwork(
  tf: Tf,
  spec: NetworkSpec,
  shape: readonly number[],
  classes: number | null,
  seed: number
): LayersModel {
  switch (spec.kind) {
    case 'mlp':
      return buildMlp(tf, spec.options, shape, classes, seed);
    case 'cnn':
      return buildCnn(tf, spec.options, shape, classes, seed);
  }
}

/** What is logged of a described network. */
export function networkParams({ kind, options }: NetworkSpec): Record<string, string> {
  const lists = Object.entries(options).map(([name, value]) => [name, [value].flat().join(',')]);
  return { model: kind, ...(Object.fromEntries(lists) as Record<string, string>) };
}

/** The network without what keeps it from overfitting. */
export function withoutPenalties(spec: NetworkSpec): NetworkSpec {
  return { ...spec, options: { ...spec.options, dropout: 0, l2: 0 } } as NetworkSpec;
}
