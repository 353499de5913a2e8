import { readFileSync, writeFileSync } from 'node:fs';
import { arch, cpus, platform, totalmem } from 'node:os';
import path from 'node:path';
import { cellLogging } from './cell-logging.ts';
import { readingData } from './data.ts';
import { kernelCells, longNotebook } from './kernel-cells.ts';
import { printedLines } from './kernel-output.ts';
import { kernelStart } from './kernel-start.ts';
import { logBatch } from './log-batch.ts';
import type { Measurement } from './measurement.ts';
import { serviceLatency } from './service-latency.ts';
import { spoolReplay } from './spool-replay.ts';
import { stepLogging } from './step-logging.ts';
import { training } from './training.ts';
import { trees } from './trees.ts';
import { trackingTable } from './tracking/table.ts';
import { startPostgres } from '../../server/testing/postgres-server.ts';

/** Every row of the benchmark, in the order of the table; some are measured together. */
const ROWS: readonly (() => Promise<Measurement | readonly Measurement[]>)[] = [
  logBatch,
  serviceLatency,
  kernelStart,
  kernelCells,
  longNotebook,
  cellLogging,
  stepLogging,
  printedLines,
  spoolReplay,
  readingData,
  trees,
  training
];

const REPORT = path.resolve(import.meta.dirname, '..', '..', 'docs', 'benchmarks.md');

/** What the metadata server is measured for, beside `mlflow server`: as long as all rows together. */
const TRACKING = 'tracking';
const TRACKING_TITLE = '## Metadata server';

/**
 * What to measure, e.g. `kernelStart`; with no name everything. A part of the report is written when all of it was measured:
 * `tracking`, and the rows before it.
 */
const chosen = new Set(process.argv.slice(2));
const isChosen = (name: string): boolean => chosen.size === 0 || chosen.has(name);
const names = [...ROWS.map(row => row.name), TRACKING];
const unknown = [...chosen].filter(name => !names.includes(name));
if (unknown.length > 0) {
  console.error(`There is no row ${unknown.join(', ')}. Rows: ${names.join(', ')}.`);
  process.exit(1);
}

const measured: Measurement[] = [];
for (const row of ROWS.filter(({ name }) => isChosen(name))) {
  for (const result of [await row()].flat()) {
    measured.push(result);
    const ratio = digits(result.value / result.baseline);
    console.log(
      `${result.name}: ${digits(result.value)} ${result.unit} (${result.baselineName}: ${digits(result.baseline)}, ratio ${ratio})`
    );
  }
}
if (ROWS.every(({ name }) => isChosen(name))) {
  writeFileSync(REPORT, report(measured, isChosen(TRACKING) ? await tracking() : writtenBefore()));
  console.log(`\nWritten to ${path.relative(process.cwd(), REPORT)}`);
}
process.exit(0);

/** What the file says of the metadata server, with the day on which that was measured. */
function writtenBefore(): string {
  const text = readFileSync(REPORT, 'utf8');
  return text.slice(text.indexOf(TRACKING_TITLE));
}

async function tracking(): Promise<string> {
  const mlflowPython = process.env['SLIPWAY_MLFLOW_PYTHON'];
  if (mlflowPython === undefined) {
    throw new Error('SLIPWAY_MLFLOW_PYTHON names no Python; `npm run bench` sees to that.');
  }
  const postgres = await startPostgres();
  try {
    const [title, ...rest] = (await trackingTable({ postgres: postgres.url, mlflowPython })).split('\n');
    return [title, '', machine(), ...rest].join('\n');
  } finally {
    await postgres.stop();
  }
}

function report(rows: readonly Measurement[], server: string): string {
  const lines = rows.map(
    row =>
      `| ${row.name} | ${digits(row.value)} ${row.unit} | ${digits(row.baseline)} ${row.unit} | ${digits(row.value / row.baseline)} | ${row.baselineName} |`
  );
  return [
    '# Benchmarks',
    '',
    'Written by `npm run bench`. Each row holds our figure and a baseline measured in the same run on the same machine; the ratio',
    'is what to compare between machines.',
    '',
    machine(),
    '',
    '| what | Slipway | baseline | ratio | the baseline is |',
    '| --- | --- | --- | --- | --- |',
    ...lines,
    '',
    server
  ].join('\n');
}

function machine(): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  return `Measured on ${new Date().toISOString().slice(0, 10)}: Node ${process.version}, ${platform()} ${arch()}, ${cpus().length} cores, ${memory} GiB.`;
}

function digits(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}
