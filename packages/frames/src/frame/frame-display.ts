import type { ColumnProfile, DatasetVersion, QualityCheck } from '@slipway/contract';
import {
  escapeHtml,
  type MimeBundle,
  renderBars,
  renderCard,
  renderTable,
  textTable,
  WARNING_SIGN
} from '@slipway/notebook';
import type { PlainValue } from '../engine/engine.js';
import type { Frame } from './frame.js';
import { counted, formatValue } from '@slipway/wording';

/** Characters of a value in a preview. */
const LONGEST = 80;

function shown(value: PlainValue | undefined): string {
  if (value === null || value === undefined) {
    return '–';
  }
  if (typeof value === 'number') {
    return formatValue(value);
  }
  const text = String(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function frameTitle(frame: Frame): string {
  return frame.version ? `${frame.version.name}@${frame.version.version}` : frame.name;
}

/** First rows of a frame. */
export function previewBundle(frame: Frame, preview: readonly Record<string, PlainValue>[]): MimeBundle {
  const names = frame.columnNames;
  const rows = preview.map(row => names.map(name => shown(row[name])));
  const header = frame.columns.map(c => `${c.name}: ${c.type}`);
  const subtitle = `${counted(frame.rowCount, 'row')} × ${counted(names.length, 'column')}`;
  return {
    'text/html': renderCard({ title: frameTitle(frame), subtitle, body: renderTable(header, rows) }),
    'text/plain': `${frameTitle(frame)}, ${subtitle}\n${textTable(header, rows)}`
  };
}

const MARKS: Record<QualityCheck['verdict'], string> = { pass: '✓', warn: '!', fail: '✗' };
/** The same as signs with the theme's colors. */
const SIGNS: Record<QualityCheck['verdict'], string> = {
  pass: '<span style="color:var(--jp-success-color1,#388e3c)">✓</span>',
  warn: `<span title="Warning" style="color:var(--jp-warn-color1,#f57c00)">${WARNING_SIGN}</span>`,
  fail: '<span style="color:var(--jp-error-color1,#d32f2f)">✗</span>'
};

/** A dataset version with its profile and its checks. `version` is null while it could not be registered. */
export function profileBundle(
  frame: Frame,
  profile: readonly ColumnProfile[],
  checks: readonly QualityCheck[],
  version: Pick<DatasetVersion, 'digest'> | null
): MimeBundle {
  const header = ['column', 'type', 'missing', 'distinct', 'range', 'mean'];
  const texts = profile.map(p => [
    p.name,
    p.type,
    String(p.missing),
    String(p.distinct),
    p.type === 'string'
      ? p.top
          .slice(0, 3)
          .map(t => t.value)
          .join(', ')
      : p.type === 'tensor'
        ? ''
        : `${shown(p.min)} … ${shown(p.max)}`,
    p.mean === null ? '' : formatValue(p.mean)
  ]);
  const images = profile.map(p => {
    const counts = p.histogram?.counts ?? p.top.map(t => t.count);
    const many = p.type === 'date' || p.type === 'timestamp' || counts.length === 0;
    return { html: many ? '' : renderBars(counts, distributionText(p)) };
  });
  const checkLines = checks.map(c => `${MARKS[c.verdict]} ${c.title}: ${c.evidence}`);
  const digest = version ? `, digest ${version.digest.slice(0, 12)}` : ', not registered';
  const subtitle = `${counted(frame.rowCount, 'row')} × ${counted(profile.length, 'column')}${digest}`;
  const body =
    renderTable(
      [...header, 'distribution'],
      texts.map((row, i) => [...row, images[i]!])
    ) +
    `<ul style="list-style:none;padding:0;margin:6px 0 0">${checks.map(c => `<li>${SIGNS[c.verdict]} ${escapeHtml(`${c.title}: ${c.evidence}`)}</li>`).join('')}</ul>`;
  return {
    'text/html': renderCard({ title: frameTitle(frame), subtitle, body }),
    'text/plain': [`${frameTitle(frame)}, ${subtitle}`, textTable(header, texts), ...checkLines].join('\n')
  };
}

/** What the bars of a column show, in words. */
function distributionText({ name, histogram, top }: ColumnProfile): string {
  if (histogram) {
    const fullest = histogram.counts.indexOf(Math.max(...histogram.counts));
    const [from, to] = [histogram.edges[fullest]!, histogram.edges[fullest + 1]!];
    return `distribution of ${name}: ${counted(histogram.counts[fullest]!, 'value')} from ${formatValue(from)} to ${formatValue(to)}, fewer elsewhere`;
  }
  return `most frequent values of ${name}: ${top.map(({ value, count }) => `${value} ${count}`).join(', ')}`;
}
