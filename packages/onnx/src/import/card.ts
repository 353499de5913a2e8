import { counted } from '@slipway/wording';
import type { ModelSignature, Provenance } from '@slipway/contract';
import { inputType } from '@slipway/tensor-inputs';

/** The model card of an imported bundle, in Markdown. */
export function importCard(
  name: string,
  signature: ModelSignature,
  origin: Provenance,
  metrics: readonly string[]
): string {
  const gives = signature.labels ? ` (${signature.labels.join(', ')})` : '';
  const opsets = Object.entries(origin.opsets).map(([domain, version]) => `${domain} ${version}`);
  const facts: [string, string][] = [
    ['file', `${origin.file}, ${origin.size} bytes`],
    ['SHA-256', origin.sha256],
    ['written by', [origin.producer || 'unknown', origin.producer_version].join(' ').trim()],
    ['operator sets', opsets.join(', ')],
    ['IR version', String(origin.ir_version)],
    ['model version', String(origin.model_version)],
    ['domain', origin.domain || 'unknown'],
    ['license', origin.licence ?? 'unknown'],
    ['source', origin.source ?? 'unknown'],
    ...Object.entries(origin.metadata)
  ];
  return [
    `# ${name}`,
    '',
    `Predicts \`${signature.target}\`${gives} from ${counted(signature.inputs.length, 'input')}. Imported: it was not trained here.`,
    ...(origin.documentation ? ['', origin.documentation] : []),
    '',
    '## Where it came from',
    '',
    '| | |',
    '| --- | --- |',
    ...facts.map(([key, value]) => `| ${cell(key)} | ${cell(value)} |`),
    '',
    '## What the import changed',
    '',
    ...(origin.edits.length > 0 ? origin.edits.map(edit => `- ${edit}`) : ['Nothing.']),
    '',
    '## Inputs',
    '',
    '| name | type | may be missing |',
    '| --- | --- | --- |',
    ...signature.inputs.map(
      input => `| ${cell(input.name)} | ${inputType(input)} | ${input.nullable ? 'yes' : 'no'} |`
    ),
    '',
    '## Metrics',
    '',
    ...(metrics.length > 0 ? metrics : ['Not measured: the model was imported without test rows.']),
    ''
  ].join('\n');
}

/** Text from a file of others must not end a row of the table. */
function cell(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').replaceAll('|', '\\|');
}
