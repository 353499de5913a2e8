import type { Evaluation, ModelSignature } from '@slipway/contract';
import { inputType } from '@slipway/tensor-inputs';
import { counted, formatNumber } from '@slipway/wording';

/** What a card tells of a model beside its signature. */
export interface Described {
  readonly frame: NonNullable<ModelSignature['training_frame']>;
  readonly evaluation: Evaluation;
  /** What the model is, in one line. */
  readonly description: string;
}

/** The model card of a bundle, in Markdown; made from the training, never typed by hand. */
export function modelCard({ frame, evaluation, description }: Described, signature: ModelSignature): string {
  const dataset = frame.dataset ? `${frame.dataset.name}@${frame.dataset.version}` : 'an unregistered frame';
  const inputs = signature.inputs.map(input => {
    const range = input.range ? `${formatNumber(input.range.min)} … ${formatNumber(input.range.max)}` : '';
    return `| ${input.name} | ${inputType(input)} | ${input.nullable ? 'yes' : 'no'} | ${range} |`;
  });
  const metrics = Object.entries(evaluation.metrics).map(([key, value]) => `| ${key} | ${formatNumber(value)} |`);
  const baselines = evaluation.baselines.map(
    b => `| ${evaluation.metric} of "${b.name}": ${b.description} | ${formatNumber(b.value)} |`
  );
  return [
    `# ${titleOf(signature)}`,
    '',
    `${whatItDoes(signature)} from ${counted(signature.inputs.length, 'input')}.`,
    `Trained on ${counted(frame.train_rows, 'row')} of ${dataset}, ${frame.test_rows > 0 ? `tested on ${counted(frame.test_rows, 'row')} (split ${frame.split})` : 'measured on the same rows'}.`,
    '',
    '## Inputs',
    '',
    '| name | type | may be missing | range in training |',
    '| --- | --- | --- | --- |',
    ...inputs,
    '',
    `## Metrics on the ${frame.test_rows > 0 ? 'test' : 'training'} rows`,
    '',
    '| metric | value |',
    '| --- | --- |',
    ...metrics,
    ...(evaluation.interval ? [`| ${evaluation.metric}, 95 % interval | ${ends(evaluation.interval)} |`] : []),
    ...baselines,
    '',
    description,
    ''
  ].join('\n');
}

function titleOf({ task, target }: ModelSignature): string {
  switch (task) {
    case 'classification':
    case 'regression':
      return `Model for ${target}`;
    case 'clustering':
      return 'Clusters';
    case 'projection':
      return 'Principal components';
  }
}

function whatItDoes({ task, target, labels, outputs }: ModelSignature): string {
  const names = outputs.find(output => output.names)?.names ?? [];
  switch (task) {
    case 'classification':
      return `Predicts \`${target}\` (${labels?.join(', ')})`;
    case 'regression':
      return names.length > 0 ? `Predicts \`${target}\` (${names.join(', ')})` : `Predicts \`${target}\``;
    case 'clustering':
      return `Tells to which of ${names.length} clusters a row belongs,`;
    case 'projection':
      return `Gives ${names.length} principal components`;
  }
}

function ends([low, high]: readonly [number, number]): string {
  return `${formatNumber(low)} … ${formatNumber(high)}`;
}
