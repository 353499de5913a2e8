import { counted } from '@slipway/wording';
import type { Behavior, BehaviorClaim, ModelSignature } from '@slipway/contract';
import type { Outputs } from '@slipway/tensor-inputs';
import type { Check } from '../check.js';

/** What float32 leaves open between the notebook's model and the graph. */
const ROUNDING = 1e-4;
const MAX_EXAMPLES = 3;

export const behaviors: Check = {
  id: 'behaviors',
  title: 'Passes its behavior tests',
  protectsFrom: 'a model that scores well but fails on obvious cases',
  async run(examination) {
    const tests = await examination.modelTests();
    if (!tests || tests.behaviors.length === 0) {
      return { verdict: 'not_applicable', evidence: 'No behavior tests are defined (slip.testBehavior).' };
    }
    const broken: string[] = [];
    let claims = 0;
    for (const behavior of tests.behaviors) {
      const outputs = await examination.answers(behavior.inputs);
      const faults = behavior.claims.filter(claim => !holds(claim, examination.signature, outputs)).length;
      claims += behavior.claims.length;
      if (faults > 0) {
        broken.push(`"${behavior.name}" in ${faults} of ${behavior.claims.length}`);
      }
    }
    const count = named(tests.behaviors);
    return broken.length === 0
      ? {
          verdict: 'pass',
          evidence: `${count}, ${claims} claim${claims === 1 ? ' that holds' : 's that all hold'} on the exported graph.`
        }
      : {
          verdict: 'fail',
          evidence: `Broken: ${broken.slice(0, MAX_EXAMPLES).join('; ')} (of ${count}).`,
          remedy:
            'Train on rows that show the behavior, or fix the test with slip.testBehavior, and register the model again.'
        };
  }
};

function named(all: readonly Behavior[]): string {
  return counted(all.length, 'behavior');
}

function holds(claim: BehaviorClaim, signature: ModelSignature, outputs: Outputs): boolean {
  const { row, label, of, min = -Infinity, max = Infinity, than_row: base } = claim;
  if (label !== undefined) {
    return String(output(signature, outputs, 'label').data[row]) === label;
  }
  const answer = (at: number): number => {
    if (!signature.labels) {
      return Number(output(signature, outputs, 'value').data[at]);
    }
    const { data, width } = output(signature, outputs, 'probabilities');
    return Number(data[at * width + Math.max(0, signature.labels.indexOf(of ?? ''))]);
  };
  const moved = answer(row) - (base === undefined ? 0 : answer(base));
  const slack = ROUNDING * Math.max(1, Math.abs(answer(row)));
  return moved >= min - slack && moved <= max + slack;
}

function output(
  signature: ModelSignature,
  outputs: Outputs,
  role: ModelSignature['outputs'][number]['role']
): Outputs[string] {
  const { name } = signature.outputs.find(each => each.role === role)!;
  return outputs[name]!;
}
