import type { ModelSignature, ModelVersion, PreflightReport, Verdict } from '@slipway/contract';
import { inputType } from '@slipway/tensor-inputs';
import { escapeHtml, type MimeBundle, renderCard, renderTable, textTable } from '@slipway/notebook';
import { formatNumber } from '@slipway/wording';

/** A registered version: signature, metric beside its best baseline, digest. */
export function registrationBundle(name: string, digest: string, version: ModelVersion | null): MimeBundle {
  const title = version ? `${name} v${version.version}` : name;
  const subtitle = version
    ? `registered · bundle ${digest.slice(0, 12)}`
    : `not registered yet · bundle ${digest.slice(0, 12)}`;
  if (!version?.signature) {
    return { 'text/html': renderCard({ title, subtitle, body: '' }), 'text/plain': `${title}: ${subtitle}` };
  }
  const { signature, headline } = version;
  const header = ['input', 'type', 'may be missing', 'range in training'];
  const rows = signature.inputs.map(input => [
    input.name,
    inputType(input),
    input.nullable ? 'yes' : 'no',
    input.range ? `${formatNumber(input.range.min)} … ${formatNumber(input.range.max)}` : ''
  ]);
  const baseline = headline?.baseline
    ? ` (best baseline: ${headline.baseline.name} ${formatNumber(headline.baseline.value)})`
    : '';
  const metric = headline ? `${headline.metric} ${formatNumber(headline.value)}${baseline}` : '';
  const gives = answersOf(signature);
  const body = `<div>${escapeHtml(metric)}</div><div>Gives ${escapeHtml(gives)}</div>${renderTable(header, rows)}`;
  return {
    'text/html': renderCard({ title, subtitle, body }),
    'text/plain': [`${title}: ${subtitle}`, metric, `gives ${gives}`, textTable(header, rows)].join('\n')
  };
}

function answersOf({ task, target, labels, outputs }: ModelSignature): string {
  const names = outputs.find(output => output.names)?.names ?? [];
  switch (task) {
    case 'classification':
      return `${target}: ${labels?.join(' or ')}`;
    case 'regression':
      return `${target}: ${names.length > 0 ? names.join(', ') : 'a number'}`;
    case 'clustering':
      return `${target}: 0 to ${names.length - 1}, and the distances to all`;
    case 'projection':
      return names.join(', ');
  }
}

const MARKS: Record<Verdict, string> = { pass: '✓', warn: '!', fail: '✗', not_applicable: '–' };

/** A preflight report: one line per check with verdict and evidence, and the remedy where something is wrong. */
export function preflightBundle(report: PreflightReport, sentence: string): MimeBundle {
  const title = `${report.model} v${report.version} to ${report.environment}`;
  const lines = report.checks.map(check => {
    const remedy = check.remedy && check.verdict !== 'pass' ? ` → ${check.remedy}` : '';
    return `${MARKS[check.verdict]} ${check.title} (${check.verdict.replaceAll('_', ' ')}): ${check.evidence}${remedy}`;
  });
  const list = lines.map(line => `<li>${escapeHtml(line)}</li>`).join('');
  return {
    'text/html': renderCard({
      title,
      subtitle: sentence,
      body: `<ul style="list-style:none;padding:0;margin:0">${list}</ul>`
    }),
    'text/plain': [`${title}: ${sentence}`, ...lines].join('\n')
  };
}

/** One line about something that has no more to show. */
export function lineBundle(title: string, sentence: string): MimeBundle {
  return { 'text/html': renderCard({ title, subtitle: sentence, body: '' }), 'text/plain': `${title}: ${sentence}` };
}
