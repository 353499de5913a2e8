import { type MimeBundle, renderCard, renderTable, textTable } from '@slipway/notebook';
import type { TrainedModelParts } from './trained-parts.js';
import { formatNumber } from '@slipway/wording';

/** Metrics of a trained model beside every baseline. */
export function trainedModelBundle(model: TrainedModelParts): MimeBundle {
  const { evaluation } = model;
  const decided = [
    ['this model', evaluation.metric, formatNumber(evaluation.value), intervalText(evaluation.interval)],
    ...evaluation.baselines.map(b => [`baseline: ${b.name}`, evaluation.metric, formatNumber(b.value), b.description])
  ];
  const others = Object.entries(evaluation.metrics)
    .filter(([key]) => key !== evaluation.metric)
    .map(([key, value]) => ['this model', key, formatNumber(value), '']);
  const header = ['', 'metric', 'value', 'meaning'];
  const rows = [...decided, ...others];
  const subtitle = `${evaluation.test_rows ?? evaluation.rows} test rows, ${evaluation.split} · ${model.estimator.kind} on ${model.backend.backend}`;
  const refused = model.backend.refused.map(r => `${r.backend} was not used: ${r.reason}`);
  return {
    'text/html': renderCard({ title: `Model for ${model.target}`, subtitle, body: renderTable(header, rows) }),
    'text/plain': [`Model for ${model.target}: ${subtitle}`, textTable(header, rows), ...refused].join('\n')
  };
}

/** What the number of test rows leaves open. */
export function intervalText(interval: readonly [number, number] | undefined): string {
  return interval ? `95 % interval ${formatNumber(interval[0])} to ${formatNumber(interval[1])}` : '';
}
