import type { OnnxImportError, Question } from './errors.js';
import type { ImportOptions } from './options.js';
import { unclear, type Seen } from './seen-output.js';
import { formatNumber } from '@slipway/wording';

/** How the file's numbers become probabilities. `pair`: one number in each row is the probability of the second class. */
export type ScoresForm = 'probabilities' | 'pair' | 'softmax' | 'sigmoid';

/** Rows of probabilities may add up to one within this. */
const TOLERANCE = 1e-3;

/**
 * null: the numbers are not probabilities, and nobody says how to make some of them. Numbers that only look like some on the rows
 * of the sample are none where the graph says that they are scores.
 */
export function formOf(output: Seen, classes: number, { scores }: ImportOptions): ScoresForm | null {
  const { name, width, end } = output;
  const alone = width === 1 && classes === 2;
  if (!alone && width !== classes) {
    return null;
  }
  if (scores === 'logits') {
    if (end.kind === 'probabilities') {
      throw unclear(
        `The graph ends in ${end.operator}: the numbers of "${name}" are probabilities already, no logits.`,
        [{ option: 'scores', example: 'probabilities' }]
      );
    }
    return alone ? 'sigmoid' : 'softmax';
  }
  if ((end.kind === 'scores' && scores === undefined) || !addUp(output)) {
    return null;
  }
  return alone ? 'pair' : 'probabilities';
}

/** Whether the numbers of every row are between 0 and 1, and add up to 1 where there are several. */
function addUp({ data, width }: Seen): boolean {
  const values = Array.from(data as ArrayLike<number>, Number);
  if (width === 1) {
    return values.every(p => p >= 0 && p <= 1);
  }
  for (let at = 0; at < values.length; at += width) {
    const row = values.slice(at, at + width);
    if (row.some(p => p < -TOLERANCE || p > 1 + TOLERANCE)) {
      return false;
    }
    if (Math.abs(row.reduce((a, b) => a + b, 0) - 1) > TOLERANCE) {
      return false;
    }
  }
  return true;
}

/** Asks whether a classifier's numbers are logits. */
export function notProbabilities({ name, width, end, data }: Seen, classes: number): OnnxImportError {
  const question: Question = { option: 'scores', example: 'logits' };
  if (width !== classes && !(width === 1 && classes === 2)) {
    return unclear(`The values of "${name}" are not probabilities of ${classes} classes.`, [question]);
  }
  const first = Array.from(data as ArrayLike<number>, Number).slice(0, width);
  const why = end.kind === 'scores' ? `the graph ends in ${end.operator}` : 'they do not add up to 1';
  const into =
    width === 1
      ? 'a sigmoid makes the probability of the second class of each'
      : 'a softmax makes probabilities of them';
  return unclear(
    `The numbers of "${name}" are scores, not probabilities: ${why}, and the first row is ${first.map(value => formatNumber(value)).join(', ')}. If they are logits, ${into}.`,
    [question]
  );
}
