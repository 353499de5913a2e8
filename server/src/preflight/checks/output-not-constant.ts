import type { Check, Finding } from '../check.js';

/** A spread below this share of the mean size is rounding. */
const RELATIVE_SPREAD = 1e-6;

export const outputNotConstant: Check = {
  id: 'output-not-constant',
  title: 'Output is not constant',
  protectsFrom: 'a scaler fitted on the request, or a network that learned nothing',
  async run(examination) {
    const evaluation = await examination.evaluation();
    const { inputs, rows } = evaluation ?? (await examination.vectors());
    const outputs = await examination.answers(inputs);
    const output = examination.signature.outputs.find(o => o.role === 'probabilities' || o.role === 'value');
    if (output === undefined) {
      return labelsVary(outputs[examination.signature.outputs[0]!.name]!.data, rows);
    }
    const { width, data } = outputs[output.name]!;
    const first = Array.from({ length: rows }, (_, row) => Number(data[row * width]));
    const low = Math.min(...first);
    const high = Math.max(...first);
    const size = Math.max(Math.abs(low), Math.abs(high));
    const what =
      output.role === 'probabilities' ? `The probability of "${examination.signature.labels?.[0]}"` : 'The value';
    const evidence = `${what} runs from ${digits(low)} to ${digits(high)} over ${rows} ${evaluation === null ? 'recorded' : 'test'} rows.`;
    return rows > 1 && high - low > size * RELATIVE_SPREAD
      ? { verdict: 'pass', evidence }
      : {
          // Recorded rows of an import may be made up, and all lie where the model always says the same.
          verdict: evaluation === null ? 'warn' : 'fail',
          evidence,
          remedy: 'Look at the loss curve and at the preprocessing: nothing of the input reaches the output.'
        };
  }
};

/** A model that gives nothing but labels. */
function labelsVary(labels: ArrayLike<unknown>, rows: number): Finding {
  const different = new Set(Array.from(labels, String)).size;
  const evidence = `${different} different labels over ${rows} rows.`;
  return different > 1
    ? { verdict: 'pass', evidence }
    : { verdict: 'warn', evidence, remedy: 'Import the model with test rows that have different answers.' };
}

function digits(value: number): string {
  return String(Number(value.toPrecision(3)));
}
