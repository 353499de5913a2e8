import type { Check } from '../check.js';

/** A spread below this share of the mean size is rounding. */
const RELATIVE_SPREAD = 1e-6;

export const outputNotConstant: Check = {
  id: 'output-not-constant',
  title: 'Output is not constant',
  protectsFrom: 'a scaler fitted on the request, or a network that learned nothing',
  async run(examination) {
    const { inputs, rows } = await examination.evaluation();
    const outputs = await examination.answers(inputs);
    const role = examination.signature.labels ? 'probabilities' : 'value';
    const output = examination.signature.outputs.find(o => o.role === role)!;
    const { width, data } = outputs[output.name]!;
    const first = Array.from({ length: rows }, (_, row) => Number(data[row * width]));
    const low = Math.min(...first);
    const high = Math.max(...first);
    const size = Math.max(Math.abs(low), Math.abs(high));
    const what = examination.signature.labels ? `The probability of "${examination.signature.labels[0]}"` : 'The value';
    const evidence = `${what} runs from ${digits(low)} to ${digits(high)} over ${rows} test rows.`;
    return rows > 1 && high - low > size * RELATIVE_SPREAD
      ? { verdict: 'pass', evidence }
      : {
          verdict: 'fail',
          evidence,
          remedy: 'Look at the loss curve and at the preprocessing: nothing of the input reaches the output.'
        };
  }
};

function digits(value: number): string {
  return String(Number(value.toPrecision(3)));
}
