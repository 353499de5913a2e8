import type { Evaluation } from '@slipway/contract';
import { escapeHtml, renderTable } from '@slipway/notebook';
import { argMax, calibrationCurve, confusionMatrix, precisionRecallCurve, rocCurve } from '@slipway/statistics';
import type { Estimator } from '../models/estimator.js';
import type { ModelInputs } from '../prep/model-inputs.js';
import { dottedChart, lineChart, scatterChart, type Point, type Series } from './charts.js';
import { formatNumber } from '@slipway/wording';

/** More points are not told apart on paper. */
const MOST_POINTS = 400;
const MOST_CURVES = 8;
const UNIT = { x: [0, 1], y: [0, 1] } as const;

/** A fitted model and how it answered its test rows. */
export interface EvaluatedModel {
  readonly estimator: Estimator;
  readonly prep: ModelInputs;
  /** Class labels in the order of the probabilities; null for a regression. */
  readonly labels: readonly string[] | null;
  readonly target: string;
  readonly evaluation: Evaluation;
}

/**
 * How a model did on its test rows, as one HTML page with charts that needs nothing else: metrics beside the baselines,
 * and for classes the confusion matrix, ROC, precision and recall, and calibration; for numbers predictions and residuals.
 */
export function evaluationReport(model: EvaluatedModel): string {
  const { evaluation, labels, target } = model;
  const outputs = answersFor(model);
  const title = `Model for ${target}`;
  const charts = labels ? classCharts(evaluation, labels, outputs) : valueCharts(evaluation, outputs);
  const { rows, test_rows: all = rows } = evaluation;
  const drawn = all > rows ? ` The charts show ${rows} of them.` : '';
  const about = `${model.estimator.description} ${all} test rows, split ${evaluation.split}.${drawn}`;
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body>`,
    `<h1>${escapeHtml(title)}</h1><p>${escapeHtml(about)}</p>`,
    `<h2>Metrics</h2>${metricsTable(evaluation)}`,
    `<h2>Charts</h2><div class="charts">${charts.join('')}</div>`,
    '</body></html>',
    ''
  ].join('\n');
}

/** The model's answers for the rows that the evaluation keeps. */
function answersFor({ estimator, prep, evaluation }: EvaluatedModel): Float32Array {
  const values = prep.names.map(name => evaluation.inputs[name]!);
  return estimator.predict(prep.transformColumns(values, evaluation.rows, 'the test rows'), prep.width);
}

function metricsTable({ metric, value, interval, metrics, baselines }: Evaluation): string {
  const range = interval ? `95 % interval ${formatNumber(interval[0])} to ${formatNumber(interval[1])}` : '';
  return renderTable(
    ['', 'metric', 'value', ''],
    [
      ['this model', metric, formatNumber(value), range],
      ...baselines.map(b => [`baseline: ${b.name}`, metric, formatNumber(b.value), b.description]),
      ...Object.entries(metrics)
        .filter(([key]) => key !== metric)
        .map(([key, other]) => ['this model', key, formatNumber(other), ''])
    ]
  );
}

function classCharts(evaluation: Evaluation, labels: readonly string[], outputs: Float32Array): string[] {
  const truth = evaluation.truth.map(label => labels.indexOf(String(label)));
  const classes = labels.length;
  // Of two classes one curve says it all.
  const shown = classes === 2 ? [1] : labels.map((_, k) => k).slice(0, MOST_CURVES);
  const ofClass = (k: number): { happened: boolean[]; scores: number[] } => ({
    happened: truth.map(label => label === k),
    scores: truth.map((_, row) => outputs[row * classes + k]!)
  });
  const curves = (points: (happened: boolean[], scores: number[]) => Point[]): Series[] =>
    shown.map(k => {
      const { happened, scores } = ofClass(k);
      return { name: labels[k]!, points: thinned(points(happened, scores)) };
    });
  return [
    confusionTable(confusionMatrix(truth, argMax(outputs, classes), classes), labels),
    lineChart({
      title: classes === 2 ? `ROC of "${labels[1]}"` : 'ROC of each class against the rest',
      x: 'false positive rate',
      y: 'true positive rate',
      range: UNIT,
      guide: [
        { x: 0, y: 0 },
        { x: 1, y: 1 }
      ],
      series: curves((happened, scores) =>
        rocCurve(happened, scores).map(point => ({ x: point.falsePositiveRate, y: point.truePositiveRate }))
      )
    }),
    lineChart({
      title: 'Precision and recall',
      x: 'recall',
      y: 'precision',
      range: UNIT,
      series: curves((happened, scores) =>
        precisionRecallCurve(happened, scores).map(point => ({ x: point.recall, y: point.precision }))
      )
    }),
    dottedChart({
      title: 'Calibration',
      x: 'mean probability that was given',
      y: 'share of rows where it happened',
      range: UNIT,
      guide: [
        { x: 0, y: 0 },
        { x: 1, y: 1 }
      ],
      series: curves((happened, scores) =>
        calibrationCurve(happened, scores).map(bin => ({ x: bin.predicted, y: bin.observed }))
      )
    })
  ];
}

function confusionTable(matrix: readonly (readonly number[])[], labels: readonly string[]): string {
  const head = labels.map(label => `<th scope="col">${escapeHtml(label)}</th>`).join('');
  const rows = matrix.map((counts, k) => {
    const total = Math.max(
      1,
      counts.reduce((a, b) => a + b, 0)
    );
    const cells = counts.map((count, other) => {
      const strength = Math.round((count / total) * 100);
      return `<td class="${k === other ? 'right' : 'wrong'}" style="--strength:${strength}%">${count}</td>`;
    });
    return `<tr><th scope="row">${escapeHtml(labels[k])}</th>${cells.join('')}</tr>`;
  });
  return (
    '<figure><h3>Confusion matrix</h3><table class="confusion"><caption>rows: actual; columns: predicted</caption>' +
    `<thead><tr><td></td>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></figure>`
  );
}

function valueCharts(evaluation: Evaluation, outputs: Float32Array): string[] {
  const truth = evaluation.truth.map(Number);
  const rows = thinned(truth.map((value, row) => ({ truth: value, said: outputs[row]! })));
  const low = Math.min(...rows.map(row => Math.min(row.truth, row.said)));
  const high = Math.max(...rows.map(row => Math.max(row.truth, row.said)));
  const ends = low === high ? ([low - 0.5, high + 0.5] as const) : ([low, high] as const);
  return [
    scatterChart({
      title: 'Predictions',
      x: 'actual',
      y: 'predicted',
      range: { x: ends, y: ends },
      guide: [
        { x: ends[0], y: ends[0] },
        { x: ends[1], y: ends[1] }
      ],
      series: [{ name: 'rows', points: rows.map(row => ({ x: row.truth, y: row.said })) }]
    }),
    scatterChart({
      title: 'Residuals',
      x: 'predicted',
      y: 'actual − predicted',
      guide: [
        { x: Math.min(...rows.map(row => row.said)), y: 0 },
        { x: Math.max(...rows.map(row => row.said)), y: 0 }
      ],
      series: [{ name: 'rows', points: rows.map(row => ({ x: row.said, y: row.truth - row.said })) }]
    }),
    lineChart({
      title: 'Share of rows within an error',
      x: 'absolute error',
      y: 'share of rows',
      series: [{ name: 'rows', points: thinned(errorCurve(truth, outputs)) }]
    })
  ];
}

function errorCurve(truth: readonly number[], outputs: Float32Array): Point[] {
  const errors = truth.map((value, row) => Math.abs(value - outputs[row]!)).sort((a, b) => a - b);
  return [{ x: 0, y: 0 }, ...errors.map((error, i) => ({ x: error, y: (i + 1) / errors.length }))];
}

/** Every so many points, the first and the last among them. */
function thinned<T>(points: readonly T[]): T[] {
  if (points.length <= MOST_POINTS) {
    return [...points];
  }
  const last = points.length - 1;
  return Array.from({ length: MOST_POINTS }, (_, i) => points[Math.round((i * last) / (MOST_POINTS - 1))]!);
}

const LIGHT = ['#1f6fb4', '#c8501e', '#1a8a5a', '#8250b4', '#a8742a', '#c03070', '#4a6a7a', '#6a8a1a'];
const DARK = ['#6cb2f0', '#f09468', '#5acb98', '#bd96ea', '#dcae68', '#f07cb0', '#98b8c8', '#aecb5c'];

const colors = (list: readonly string[]): string => list.map((color, i) => `--c${i}:${color}`).join(';');

const STYLE = `
:root{--ink:#1c1c1c;--quiet:#5a5a5a;--paper:#fff;--rule:#dcdcdc;--good:#1a8a5a;--bad:#c8501e;${colors(LIGHT)}}
@media (prefers-color-scheme:dark){:root{--ink:#ececec;--quiet:#a8a8a8;--paper:#161616;--rule:#3a3a3a;--good:#5acb98;--bad:#f09468;${colors(DARK)}}}
body{font:14px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);margin:24px auto;max-width:1100px;padding:0 16px}
h1{font-size:22px}h2{font-size:17px}h3{font-size:14px;margin:0 0 4px}p{color:var(--quiet)}
.charts{display:flex;flex-wrap:wrap;gap:24px}figure{margin:0;width:340px}svg{width:100%;height:auto}
.grid{stroke:var(--rule)}.guide{stroke:var(--quiet);stroke-dasharray:4 4}.line{fill:none;stroke-width:2}
.tick{font-size:10px;fill:var(--quiet)}.axis{font-size:11px;fill:var(--quiet)}.dot{opacity:.55}
${LIGHT.map((_, i) => `.line.c${i}{stroke:var(--c${i})}.dot.c${i},.mark.c${i}{fill:var(--c${i})}.k${i}::before{background:var(--c${i})}`).join('')}
.key{margin-right:10px;white-space:nowrap}.key::before{content:"";display:inline-block;width:10px;height:10px;margin-right:4px}
th[style]{color:var(--quiet)!important}
.confusion{border-collapse:collapse}.confusion th,.confusion td{padding:5px 10px;text-align:right}.confusion caption{caption-side:bottom;color:var(--quiet);text-align:left}
.right{background:color-mix(in srgb,var(--good) var(--strength),transparent)}.wrong{background:color-mix(in srgb,var(--bad) var(--strength),transparent)}
`.replaceAll('\n', '');
