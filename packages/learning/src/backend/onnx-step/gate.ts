import type { Tensor } from '@tensorflow/tfjs';
import { drawNumbers } from '../random-draws.js';
import type { Numbers } from './recording.js';
import type { RecordedGraph } from './recorded-graph.js';
import { onnxRuntime, SynchronousSession, type Tensors } from './session.js';
import { product } from './translation.js';

/** Relative to the largest of a gradient. */
const TOLERANCE = 1e-4;
/** A gradient that is nothing but rounding, as of a bias before batch normalization, is held against the others. */
const SHARE_OF_LARGEST = 0.05;

/**
 * Compares losses and gradients of the recorded batch, as tfjs computed them, with what the written step computes.
 *
 * @param before values of the variables before the recorded step.
 * @param outputs losses and metrics of the recorded step.
 * @returns what differs; null when nothing does.
 */
export function differenceFromTfjs(
  graph: RecordedGraph,
  batch: readonly (Tensor | null)[],
  before: (variable: { readonly id: number }) => Numbers,
  outputs: readonly Tensor[]
): string | null {
  const session = new SynchronousSession(graph.gradients(batch), 1);
  try {
    const results = session.run(feedsOf(graph, batch, before), fetchesOf(graph));
    return differentOutput(results, outputs) ?? differentGradient(graph, results);
  } finally {
    session.dispose();
  }
}

function feedsOf(
  graph: RecordedGraph,
  batch: readonly (Tensor | null)[],
  before: (variable: { readonly id: number }) => Numbers
): Tensors {
  const { Tensor: OrtTensor } = onnxRuntime();
  // The update is not compared: its numbers only have to be finite.
  const feeds: Tensors = { numbers: new OrtTensor('float32', Float32Array.of(1e-3, 1e-3, 1e-7), [3]) };
  batch.forEach((tensor, i) => {
    if (tensor) {
      feeds[`d${i}`] = new OrtTensor(tensor.dtype as 'float32', tensor.dataSync() as Float32Array, tensor.shape);
    }
  });
  graph.state.forEach(({ variables, shape }, i) => {
    const values = new Float32Array(product(shape));
    let at = 0;
    for (const variable of variables) {
      values.set(before(variable), at);
      at += variable.size;
    }
    feeds[`s${i}`] = new OrtTensor('float32', values, shape);
  });
  graph.fixed.forEach((variable, i) => {
    feeds[`f${i}`] = new OrtTensor(variable.dtype as 'float32', before(variable) as Float32Array, variable.shape);
  });
  graph.recording.draws.forEach(({ shape, origin }, i) => {
    const values = new Float32Array(product(shape));
    if (origin.kind === 'draw') {
      drawNumbers(origin.draw.source.seed, origin.draw.at, origin.draw.distribution, values);
    }
    feeds[`r${i}`] = new OrtTensor('float32', values, shape);
  });
  return feeds;
}

function fetchesOf(graph: RecordedGraph): Record<string, null> {
  return Object.fromEntries(['losses', ...graph.recording.gradients.map((_, i) => `g${i}`)].map(name => [name, null]));
}

function differentOutput(results: Tensors, outputs: readonly Tensor[]): string | null {
  const mine = results['losses']!.data as Float32Array;
  for (const [i, output] of outputs.entries()) {
    const theirs = output.dataSync()[0]!;
    if (!(Math.abs(theirs - mine[i]!) <= TOLERANCE * Math.max(1, Math.abs(theirs)))) {
      return `a loss or metric is ${mine[i]} instead of ${theirs}`;
    }
  }
  return null;
}

function differentGradient({ recording }: RecordedGraph, results: Tensors): string | null {
  const magnitude = (values: Float32Array): number =>
    values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const largest = Math.max(0, ...recording.gradients.map(({ values }) => magnitude(values)));
  for (const [i, { values, variable }] of recording.gradients.entries()) {
    const mine = results[`g${i}`]!.data as Float32Array;
    const allowed = TOLERANCE * Math.max(magnitude(values), SHARE_OF_LARGEST * largest);
    if (values.some((value, k) => !(Math.abs(value - mine[k]!) <= allowed))) {
      return `the gradient of ${variable.name} differs`;
    }
  }
  return null;
}
