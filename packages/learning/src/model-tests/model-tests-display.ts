import type { ModelTestId, ModelTestResult, Verdict } from '@slipway/contract';
import { escapeHtml, type MimeBundle, renderCard } from '@slipway/notebook';
import type { BehaviorReport } from './behaviors.js';

const MARKS: Record<Verdict, string> = { pass: '✓', warn: '!', fail: '✗', not_applicable: '–' };

const TITLES: Record<ModelTestId, string> = {
  'no-leakage': 'No input gives the target away',
  'no-future-leak': 'What is predicted is later than the inputs',
  'no-train-test-overlap': 'Test rows are not training rows',
  'inputs-in-range': 'Inputs hold possible values',
  'loss-below-constant': 'Loss fell below that of a constant answer',
  'overfits-small-batch': 'The network can overfit a small batch',
  'labels-kept': 'Labels belong to their rows and keep their meaning'
};

/** One line for each test, with its evidence, and the remedy where something is wrong. */
export function testLines(results: readonly ModelTestResult[]): string[] {
  return results.map(({ id, verdict, evidence, remedy }) => {
    const advice = remedy === null ? '' : ` → ${remedy}`;
    return `${MARKS[verdict]} ${TITLES[id]}: ${evidence}${advice}`;
  });
}

/** A card of lines. */
export function linesBundle(title: string, subtitle: string, lines: readonly string[]): MimeBundle {
  const list = lines.map(line => `<li>${escapeHtml(line)}</li>`).join('');
  return {
    'text/html': renderCard({ title, subtitle, body: `<ul style="list-style:none;padding:0;margin:0">${list}</ul>` }),
    'text/plain': [`${title}: ${subtitle}`, ...lines].join('\n')
  };
}

/** What `slip.testBehavior` found, a line for each behavior. */
export function behaviorsBundle({ target, results }: BehaviorReport): MimeBundle {
  const good = results.filter(({ broken }) => broken.length === 0).length;
  const lines = results.map(({ name, rows, broken }) =>
    broken.length === 0
      ? `${MARKS.pass} ${name}: holds in ${rows} of ${rows}.`
      : `${MARKS.fail} ${name}: broken in ${broken.length} of ${rows}, e.g. ${broken[0]}.`
  );
  return linesBundle(`Tests of the model for ${target}`, `${good} of ${results.length} behaviors hold`, lines);
}
