import type { ModelSignature } from '@slipway/contract';
import { formatNumber } from '../display/html.js';
import type { TrainedModelParts } from '../train/trained-model.js';

/** The model card of a bundle, in Markdown; made from the training, never typed by hand. */
export function modelCard(name: string, model: TrainedModelParts, signature: ModelSignature): string {
  const { evaluation } = model;
  const { frame } = model;
  const dataset = frame.dataset ? `${frame.dataset.name}@${frame.dataset.version}` : 'an unregistered frame';
  const inputs = signature.inputs.map(input => {
    const range = input.range ? `${formatNumber(input.range.min)} … ${formatNumber(input.range.max)}` : '';
    return `| ${input.name} | ${input.datatype} | ${input.nullable ? 'yes' : 'no'} | ${range} |`;
  });
  const metrics = Object.entries(evaluation.metrics).map(([key, value]) => `| ${key} | ${formatNumber(value)} |`);
  const baselines = evaluation.baselines.map(
    b => `| ${evaluation.metric} of "${b.name}": ${b.description} | ${formatNumber(b.value)} |`
  );
  return [
    `# ${name}`,
    '',
    `Predicts \`${signature.target}\`${signature.labels ? ` (${signature.labels.join(', ')})` : ''} from ${signature.inputs.length} inputs.`,
    `Trained on ${frame.train_rows} rows of ${dataset}, tested on ${frame.test_rows} rows (split ${frame.split}).`,
    '',
    '## Inputs',
    '',
    '| name | type | may be missing | range in training |',
    '| --- | --- | --- | --- |',
    ...inputs,
    '',
    '## Metrics on the test rows',
    '',
    '| metric | value |',
    '| --- | --- |',
    ...metrics,
    ...(evaluation.interval ? [`| ${evaluation.metric}, 95 % interval | ${ends(evaluation.interval)} |`] : []),
    ...baselines,
    '',
    model.estimator.description,
    ''
  ].join('\n');
}

function ends([low, high]: readonly [number, number]): string {
  return `${formatNumber(low)} … ${formatNumber(high)}`;
}
