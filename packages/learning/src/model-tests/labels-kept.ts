import { counted } from '@slipway/wording';
import type { ModelTestResult } from '@slipway/contract';
import { loadModule, type ScoringModule } from '../scoring/scoring-module.js';
import type { TrainedModelParts } from '../train/trained-parts.js';
import { found, passed } from './test-subject.js';

type Row = Record<string, unknown>;

/** A prediction as the service hands it to `after`. */
interface Prediction {
  readonly label: string;
  readonly probabilities: Readonly<Record<string, number>>;
}

/**
 * Asks the scoring module about the recorded test rows, and looks for answers that say of a class what the model says of
 * another: a label that is turned into another one, a field named after a class that is true for another, a probability
 * under the wrong name.
 */
export async function labelsKept(
  scoring: ScoringModule,
  { testVectors, labels }: Pick<TrainedModelParts, 'testVectors' | 'labels'>
): Promise<ModelTestResult> {
  const { after } = await loadModule(scoring.code);
  if (typeof after !== 'function' || labels === null) {
    return passed('labels-kept', 'The scoring module leaves the answers as they are.');
  }
  const { data } = Object.values(testVectors.outputs)[0]!;
  const answers: { prediction: Prediction; answer: Row }[] = [];
  for (let row = 0; row < testVectors.rows; row++) {
    const prediction = predictionOf(data.slice(row * labels.length, (row + 1) * labels.length), labels);
    const inputs = Object.fromEntries(Object.entries(testVectors.inputs).map(([name, column]) => [name, column[row]]));
    try {
      const answer: unknown = await (after as (p: Prediction, row: Row) => unknown)(
        structuredClone(prediction),
        inputs
      );
      if (typeof answer === 'object' && answer !== null) {
        answers.push({ prediction, answer: answer as Row });
      }
    } catch {
      // It wants the request's own fields, which only the service sees.
    }
  }
  if (answers.length === 0) {
    return passed('labels-kept', 'The scoring module could not be asked about the test rows.');
  }
  const mismatch = turnedLabel(answers, labels) ?? turnedField(answers, labels);
  return mismatch === null
    ? passed(
        'labels-kept',
        `Labels mean the same before and after the scoring module in ${counted(answers.length, 'row')}.`
      )
    : found(
        'labels-kept',
        'fail',
        mismatch,
        'Compare the label with the name of the class that is meant, e.g. label === "rain".'
      );
}

function predictionOf(probabilities: readonly number[], labels: readonly string[]): Prediction {
  const best = probabilities.indexOf(Math.max(...probabilities));
  return {
    label: labels[best]!,
    probabilities: Object.fromEntries(labels.map((label, i) => [label, probabilities[i]!]))
  };
}

type Answered = readonly { readonly prediction: Prediction; readonly answer: Row }[];

/** A text field that holds labels, but most often another one than the model's. */
function turnedLabel(answers: Answered, labels: readonly string[]): string | null {
  for (const field of fieldsOf(answers)) {
    const said = answers.filter(({ answer }) => labels.includes(String(answer[field])));
    const wrong = said.filter(({ prediction, answer }) => answer[field] !== prediction.label);
    if (said.length < answers.length || wrong.length <= said.length / 2) {
      continue;
    }
    const { prediction, answer } = wrong[0]!;
    return (
      `The scoring module turns "${prediction.label}" into "${String(answer[field])}" in its field "${field}" ` +
      `(${wrong.length} of ${said.length} test rows).`
    );
  }
  return null;
}

/** A field that is named after one class, and tells of another. */
function turnedField(answers: Answered, labels: readonly string[]): string | null {
  for (const field of fieldsOf(answers)) {
    const named = labels.filter(label => wordsOf(field).includes(label.toLowerCase()));
    if (named.length !== 1) {
      continue;
    }
    const [label] = named;
    const values = answers.map(({ answer }) => answer[field]);
    const is = (value: unknown, { label: predicted }: Prediction): boolean => value === (predicted === label);
    if (values.every(value => typeof value === 'boolean')) {
      if (new Set(values).size > 1 && answers.every(({ prediction }, i) => !is(values[i], prediction))) {
        return `The scoring module's field "${field}" is true where the model says that it is not "${label}".`;
      }
      continue;
    }
    const equals = (name: string): boolean =>
      answers.every(({ prediction }, i) => Math.abs(Number(values[i]) - prediction.probabilities[name]!) < 1e-9);
    const other = labels.find(name => name !== label && equals(name));
    if (other !== undefined && !equals(label!)) {
      return `The scoring module's field "${field}" holds the probability of "${other}", not of "${label}".`;
    }
  }
  return null;
}

function fieldsOf(answers: Answered): string[] {
  return [...new Set(answers.flatMap(({ answer }) => Object.keys(answer)))];
}

/** The words of a field's name, e.g. `chanceOfRain` → chance, of, rain. */
function wordsOf(field: string): string[] {
  return field
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u);
}
