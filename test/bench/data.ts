import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Measurement } from './measurement.ts';

const ROWS = 1_000_000;
const NUMBERS = 12;
const WHOLE_NUMBERS = 4;
const WORDS = 3;
const COLUMNS = NUMBERS + WHOLE_NUMBERS + WORDS + 1;
/** Megabytes that it may take. */
const MEMORY_LIMIT = 400;
const ROUNDS = 3;

/**
 * Seconds and peak memory of a new process that reads, checks and profiles a CSV file, beside DuckDB's own reading and
 * SUMMARIZE of the same file.
 */
export function readingData(): Promise<readonly Measurement[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-bench-data-'));
  try {
    const file = path.join(folder, 'table.csv');
    writeTable(file);
    const best = (who: string): { seconds: number; megabytes: number } => {
      const rounds = Array.from({ length: ROUNDS }, () => measured(who, file, folder));
      return {
        seconds: Math.min(...rounds.map(({ seconds }) => seconds)),
        megabytes: Math.max(...rounds.map(({ megabytes }) => megabytes))
      };
    };
    const [ours, theirs] = [best('ours'), best('duckdb')];
    const name = `CSV of ${ROWS.toLocaleString('en')} × ${COLUMNS}`;
    return Promise.resolve([
      {
        name: `${name}: read, checked and profiled (best of ${ROUNDS})`,
        unit: 's',
        value: ours.seconds,
        baseline: theirs.seconds,
        baselineName: 'DuckDB: read, then SUMMARIZE'
      },
      {
        name: `${name}: most memory of the process`,
        unit: 'MB',
        value: ours.megabytes,
        baseline: MEMORY_LIMIT,
        baselineName: 'the limit that was set'
      }
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function measured(who: string, file: string, folder: string): { seconds: number; megabytes: number } {
  const script = path.join(import.meta.dirname, 'profile-csv.ts');
  const output = execFileSync(process.execPath, [script, who, file], {
    encoding: 'utf8',
    // No server is to be found from there.
    cwd: folder,
    env: { ...process.env, SLIPWAY_URL: '', SLIPWAY_DATA: path.join(folder, 'none') },
    stdio: ['ignore', 'pipe', 'ignore']
  });
  return JSON.parse(output) as { seconds: number; megabytes: number };
}

function writeTable(file: string): void {
  let state = 12_345;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const words = ['red', 'green', 'blue', 'grey', 'black'];
  const descriptor = openSync(file, 'w');
  const names = Array.from({ length: COLUMNS }, (_, i) => `column_${i + 1}`);
  writeSync(descriptor, `${names.join(',')}\n`);
  let lines: string[] = [];
  for (let row = 1; row <= ROWS; row++) {
    const values = [
      ...Array.from({ length: NUMBERS }, () => (random() * 1000).toFixed(3)),
      ...Array.from({ length: WHOLE_NUMBERS }, () => String(Math.floor(random() * 1000))),
      ...Array.from({ length: WORDS }, () => words[Math.floor(random() * words.length)]!),
      `2024-01-${String(1 + Math.floor(random() * 28)).padStart(2, '0')}`
    ];
    lines.push(values.join(','));
    if (row % 10_000 === 0) {
      writeSync(descriptor, `${lines.join('\n')}\n`);
      lines = [];
    }
  }
  closeSync(descriptor);
}
