import type { ModelSignature, PredictAnswer, SignatureOutput } from '@slipway/contract';
import type { Outputs, OutputValues } from './tensors.js';

/** One prediction per row: what the outputs of the model say, each under its own name. */
export function encodePredictions(
  signature: ModelSignature,
  outputs: Outputs,
  rows: number
): PredictAnswer['predictions'] {
  // The label is what most readers look for.
  const ordered = signature.outputs.toSorted((a, b) => Number(b.role === 'label') - Number(a.role === 'label'));
  return Array.from({ length: rows }, (_, row) =>
    Object.assign({}, ...ordered.map(output => saidOf(signature, output, outputs[output.name]!, row)))
  ) as PredictAnswer['predictions'];
}

function saidOf(
  { labels }: ModelSignature,
  output: SignatureOutput,
  values: OutputValues,
  row: number
): PredictAnswer['predictions'][number] {
  const numbers = (names: readonly string[]): Record<string, number> => numbersOf(names, values, row);
  switch (output.role) {
    case 'label':
      return { label: String(values.data[row]) };
    case 'value':
      return output.names ? { values: numbers(output.names) } : { value: Number(values.data[row * values.width]) };
    case 'probabilities':
      return labels ? { probabilities: numbers(labels) } : {};
    case 'cluster':
      return { cluster: Number(values.data[row]) };
    case 'distances':
      return { distances: numbers(output.names ?? []) };
    case 'components':
      return { components: numbers(output.names ?? []) };
  }
}

/** The numbers of one row by their names. */
export function numbersOf(
  names: readonly string[],
  { data, width }: OutputValues,
  row: number
): Record<string, number> {
  return Object.fromEntries(names.map((name, i) => [name, Number(data[row * width + i])]));
}
