import { figuresOf, type Figure } from './figures.ts';
import { startMlflow, startNothing, startSlipway } from './target.ts';
import { logMetricRate } from './writing.ts';

/** Servers and what each had to do: MLflow's would take hours for what ours do in a minute. */
const OURS = { seconds: 5, runs: 100_000, deep: 90_000, points: 10_000_000 };
const ON_POSTGRES = { ...OURS, runs: 20_000, deep: 18_000, points: 1_000_000 };
const MLFLOW = { seconds: 8, runs: 1000, deep: 900, points: 50_000 };

export interface TrackingOptions {
  /** URL of an empty PostgreSQL database. */
  readonly postgres: string;
  /** A Python that has PyPI's mlflow. */
  readonly mlflowPython: string;
}

/** Our metadata server on both databases beside `mlflow server`, by the same requests, as a table in Markdown. */
export async function trackingTable(options: TrackingOptions): Promise<string> {
  const nothing = await storesNothing();
  console.log('  Slipway on SQLite');
  const sqlite = await measured(() => startSlipway(), OURS);
  console.log('  Slipway on PostgreSQL');
  const postgres = await measured(() => startSlipway(options.postgres), ON_POSTGRES);
  console.log('  mlflow server on SQLite');
  const mlflow = await measured(() => startMlflow(options.mlflowPython), MLFLOW);
  return [
    '## Metadata server',
    '',
    'By MLflow’s REST API, the same requests to each server; every answered write is on disk. Slipway held ' +
      `${words(OURS.runs)} runs in one experiment and ${words(OURS.points)} points (PostgreSQL: ` +
      `${words(ON_POSTGRES.runs)} and ${words(ON_POSTGRES.points)}), \`mlflow server\` ${words(MLFLOW.runs)} runs and ${words(MLFLOW.points)} ` +
      `points, which flatters it. A server that stores nothing answers ${words(Math.round(nothing))} log-metric ` +
      'requests/s to the same driver.',
    '',
    '| what | Slipway, SQLite | Slipway, PostgreSQL | mlflow server, SQLite | SQLite against mlflow |',
    '| --- | --- | --- | --- | --- |',
    ...sqlite.map((figure, index) => row(figure, postgres[index], mlflow[index])),
    ''
  ].join('\n');
}

async function measured(start: () => ReturnType<typeof startSlipway>, size: typeof OURS): Promise<Figure[]> {
  const target = await start();
  try {
    return await figuresOf(target, size);
  } finally {
    await target.stop();
  }
}

async function storesNothing(): Promise<number> {
  const target = await startNothing();
  try {
    return (await logMetricRate(target, 3, ['1', '2', '3', '4', '5', '6', '7', '8'])).perSecond;
  } finally {
    await target.stop();
  }
}

function row(ours: Figure, postgres: Figure | undefined, mlflow: Figure | undefined): string {
  const value = (figure: Figure | undefined): string =>
    figure === undefined ? '' : `${digits(figure.value)} ${figure.unit}`;
  return `| ${ours.name} | ${value(ours)} | ${value(postgres)} | ${value(mlflow)} | ${comparison(ours, mlflow)} |`;
}

function comparison(ours: Figure, mlflow: Figure | undefined): string {
  if (mlflow === undefined) {
    return '';
  }
  const times = ours.better === 'more' ? ours.value / mlflow.value : mlflow.value / ours.value;
  return `${digits(times)} × ${ours.better === 'more' ? 'as many' : 'less'}`;
}

function words(count: number): string {
  return count.toLocaleString('en').replaceAll(',', ' ');
}

function digits(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}
