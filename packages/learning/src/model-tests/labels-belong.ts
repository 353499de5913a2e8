import type { ModelTestResult } from '@slipway/contract';
import { argMax } from '@slipway/statistics';
import { strongestLink, type Link } from './association.js';
import { found, passed, percent, type TrainedSubject } from './test-subject.js';
import { formatNumber } from '@slipway/wording';

/** Fewer rows say nothing. */
const FEWEST_ROWS = 50;
/** Of more classes not every exchange is tried, only that of two. */
const MOST_CLASSES = 6;
/** How much better the exchanged labels must suit, as a share of the test rows, and how sure that must be. */
const MUCH_BETTER = 0.3;
const SURE = 5;
/** An input of an adjacent row must tell this much, and much more than the one in the row itself. */
const CLEAR_LINK = 0.3;

/**
 * Looks for labels that do not belong to their rows: classes that are exchanged in the test rows, a target that belongs to the row
 * before or after, and one that has nothing to do with any input, as if it had been shuffled.
 */
export function labelsBelong(subject: TrainedSubject): ModelTestResult {
  const { target, rows, width } = subject;
  if (target.train.length < FEWEST_ROWS) {
    return passed('labels-kept', `Too few rows to tell whether labels belong to them: ${target.train.length}.`);
  }
  const exchanged = exchangedLabels(subject);
  if (exchanged !== null) {
    return exchanged;
  }
  const own = strongestLink(rows, width, target, 0);
  const beside = own.beyondChance ? null : besideLabels(subject, own);
  if (beside !== null) {
    return beside;
  }
  if (own.withinChance && isNoBetter(subject)) {
    return found(
      'labels-kept',
      'warn',
      `"${target.name}" looks as if it had been shuffled: in ${own.rows} training rows no input has more to do with it than chance ` +
        `(strongest correlation ${formatNumber(own.strength, { digits: 4 })}), and on the test rows the model is not clearly better than a constant answer.`,
      'Look how rows and labels came together: a join by position, a label column that was sorted by itself, rows in another order.'
    );
  }
  const why = own.withinChance
    ? 'the model answers better than a constant'
    : `an input has a correlation of ${formatNumber(own.strength, { digits: 4 })} with it`;
  return passed('labels-kept', `"${target.name}" seems to belong to its rows: ${why}.`);
}

/** Classes that were exchanged in the test rows. */
function exchangedLabels({ target, testRows, width, estimator }: TrainedSubject): ModelTestResult | null {
  const { labels, test } = target;
  if (labels === null || test.length < FEWEST_ROWS / 2) {
    return null;
  }
  const classes = labels.length;
  const predicted = argMax(estimator.predict(testRows, width), classes);
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  predicted.forEach((answer, row) => counts[answer]![test[row]!]!++);
  const rightOf = (order: readonly number[]): number => order.reduce((sum, to, from) => sum + counts[from]![to]!, 0);
  const same = labels.map((_, place) => place);
  const best = ordersOf(classes).reduce((a, b) => (rightOf(b) > rightOf(a) ? b : a), same);
  const [asIs, other] = [rightOf(same), rightOf(best)];
  const disagreeing = same.reduce((sum, place) => {
    return best[place] === place ? sum : sum + counts[place]![place]! + counts[place]![best[place]!]!;
  }, 0);
  const majority = Math.max(...same.map(place => test.filter(truth => truth === place).length)) / test.length;
  const clear =
    (other - asIs) / test.length >= MUCH_BETTER &&
    other / test.length > majority &&
    (other - asIs) / Math.sqrt(Math.max(1, disagreeing)) >= SURE;
  if (!clear) {
    return null;
  }
  const moved = same.filter(place => best[place] !== place);
  const pairs = moved.map(place => `"${labels[best[place]!]}" where the model says "${labels[place]}"`);
  return found(
    'labels-kept',
    'fail',
    `Labels of the test rows mean something else than those of the training rows: they say ${pairs.slice(0, 4).join(', ')}. ` +
      `Exchanged they agree in ${percent(other / test.length)} of ${test.length} test rows, as they are in ${percent(asIs / test.length)}.`,
    `Make "${target.name}" of both parts by the same rule, before the split: the order of the classes, or the code of each, differs between them.`
  );
}

/** Every order of a few classes; of many those in which two are exchanged. */
function ordersOf(classes: number): number[][] {
  const same = Array.from({ length: classes }, (_, place) => place);
  if (classes > MOST_CLASSES) {
    return same.flatMap(a =>
      same.slice(a + 1).map(b => same.map(place => (place === a ? b : place === b ? a : place)))
    );
  }
  return same.reduce<number[][]>(
    orders => orders.flatMap(order => same.filter(place => !order.includes(place)).map(place => [...order, place])),
    [[]]
  );
}

/** A target that belongs to the row before or after its own. */
function besideLabels({ target, rows, width, targetShifted }: TrainedSubject, own: Link): ModelTestResult | null {
  if (targetShifted) {
    return null;
  }
  const before = strongestLink(rows, width, target, -1);
  const after = strongestLink(rows, width, target, 1);
  const [link, other, where] = before.strength > after.strength ? [before, after, 'before'] : [after, before, 'after'];
  // What swings in time has to do with both neighbors alike; a slip has to do with one.
  const clear =
    link.beyondChance && link.strength >= CLEAR_LINK && link.strength > 2 * Math.max(other.strength, own.strength);
  if (!clear) {
    return null;
  }
  return found(
    'labels-kept',
    'warn',
    `"${target.name}" seems to be shifted by one row: an input of the row ${where} has a correlation of ${formatNumber(link.strength, { digits: 4 })} with it, ` +
      `the inputs of its own row have ${formatNumber(own.strength, { digits: 4 })}, which is chance.`,
    `Join by a key instead of by position. If what comes next is to be predicted, say so: frame.lead("${target.name}", { as: … }).`
  );
}

/** Whether a constant would have answered as well on the test rows, as far as so many can tell. */
function isNoBetter({ evaluation }: TrainedSubject): boolean {
  const { value, interval = [value, value], higher_is_better: higher, baselines } = evaluation;
  return baselines.some(({ name, value: theirs }) => {
    return (name === 'majority' || name === 'mean') && (higher ? theirs >= interval[0] : theirs <= interval[1]);
  });
}
