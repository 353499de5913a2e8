import type { SignatureOutput } from '@slipway/contract';
import type { Check, Finding } from '../check.js';
import { counted, formatNumber } from '@slipway/wording';

/** A spread below this share of the mean size is rounding. */
const RELATIVE_SPREAD = 1e-6;

/** Outputs that vary continuously. */
const NUMBERS: readonly SignatureOutput['role'][] = ['probabilities', 'value', 'distances', 'components'];

export const outputNotConstant: Check = {
  id: 'output-not-constant',
  title: 'Output is not constant',
  protectsFrom: 'a scaler fitted on the request, or a network that learned nothing',
  async run(examination) {
    const evaluation = await examination.evaluation();
    const { inputs, rows } = evaluation ?? (await examination.vectors());
    const outputs = await examination.answers(inputs);
    const { signature } = examination;
    const output = signature.outputs.find(({ role }) => NUMBERS.includes(role));
    if (output === undefined) {
      return namesVary(outputs[signature.outputs[0]!.name]!.data, rows, 'labels');
    }
    if (signature.task === 'clustering') {
      const cluster = signature.outputs.find(({ role }) => role === 'cluster')!;
      return namesVary(outputs[cluster.name]!.data, rows, 'clusters');
    }
    const { width, data } = outputs[output.name]!;
    // Of probabilities the first tells enough; each of several quantities may be the one that is constant.
    const names = output.names ?? [signature.labels?.[0] ?? ''];
    const spreads = names.map((name, place) => {
      const values = Array.from({ length: rows }, (_, row) => Number(data[row * width + place]));
      return { name, low: Math.min(...values), high: Math.max(...values) };
    });
    const still = spreads.find(spread => !varies(spread));
    const { name, low, high } = still ?? spreads[0]!;
    const what = name === '' ? 'The value' : `${output.role === 'probabilities' ? 'The probability of ' : ''}"${name}"`;
    const evidence = `${what} runs from ${formatNumber(low)} to ${formatNumber(high)} over ${rows} ${evaluation === null ? 'recorded' : 'test'} rows.`;
    return rows > 1 && still === undefined
      ? { verdict: 'pass', evidence }
      : {
          // Recorded rows of an import may be generated, and all in a region where the model's output is constant.
          verdict: evaluation === null ? 'warn' : 'fail',
          evidence,
          remedy: 'Look at the loss curve and at the preprocessing: nothing of the input reaches the output.'
        };
  }
};

function varies({ low, high }: { readonly low: number; readonly high: number }): boolean {
  return high - low > Math.max(Math.abs(low), Math.abs(high)) * RELATIVE_SPREAD;
}

/** A model that gives nothing but labels, or clusters. */
function namesVary(names: ArrayLike<unknown>, rows: number, what: string): Finding {
  const different = new Set(Array.from(names, String)).size;
  const evidence = `${different} different ${what} over ${counted(rows, 'row')}.`;
  return different > 1
    ? { verdict: 'pass', evidence }
    : { verdict: 'warn', evidence, remedy: 'Give it test rows that have different answers.' };
}
