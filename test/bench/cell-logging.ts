import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadCompiler } from '../../kernel-lib/dist/graph/compiler.js';
import { Cell } from '../../kernel-lib/dist/kernel/cells/cell.js';
import { FilesOfCell } from '../../kernel-lib/dist/kernel/files/files-of-cell.js';
import { CellLog } from '../../kernel-lib/dist/kernel/session/cell-log.js';
import { ExecutedCells } from '../../kernel-lib/dist/kernel/session/executed-cells.js';
import { Recorder } from '../../packages/recording/dist/spool/recorder.js';
import type { Measurement } from './measurement.ts';
import { twentyLines } from './sample-cells.ts';

/** In a kernel the compiler is warm: it has parsed, bound and checked each cell before. */
const WARM_UP = 300;
const CELLS = 500;

/**
 * What the record costs a 20-line cell, 95th percentile: start and end written to the spool, secrets masked, and its
 * place in the graph found. The same without the graph is the baseline.
 */
export async function cellLogging(): Promise<Measurement> {
  const directory = mkdtempSync(path.join(tmpdir(), 'slipway-bench-'));
  const recorder = new Recorder({ sessionId: 'bench-session', directory, warn: message => console.error(message) });
  const log = new CellLog(recorder, 'bench-session', directory);
  const executed = new ExecutedCells(loadCompiler);
  const outcome = { status: 'ok', error: null, resultText: null } as const;
  const nothing = { dependsOn: [], reads: [], writes: [] };
  log.begin(() => Promise.resolve({ runtime: '', platform: '', hostname: '', packages: {}, git: null }));
  const times: Record<'all' | 'record', number[]> = { all: [], record: [] };
  for (let n = 0; n < WARM_UP + CELLS; n++) {
    for (const what of ['record', 'all'] as const) {
      const cell = makeCell(log, directory, n);
      const start = performance.now();
      await log.started(cell);
      const links = what === 'all' ? executed.add(cell, 'ok', 1) : nothing;
      log.finished(cell, outcome, { ...links, files: await cell.files.describe() });
      if (n >= WARM_UP) {
        times[what].push(performance.now() - start);
      }
    }
  }
  log.end();
  rmSync(directory, { recursive: true, force: true });
  return {
    name: 'log and graph of a 20-line cell, p95',
    unit: 'ms',
    value: percentile95(times.all),
    baseline: percentile95(times.record),
    baselineName: 'the log alone'
  };
}

function makeCell(log: CellLog, directory: string, n: number): Cell {
  const order = log.nextOrder();
  const header = {
    msg_id: `message-${order}`,
    msg_type: 'execute_request',
    session: '',
    username: '',
    date: '',
    version: ''
  };
  const request = { code: twentyLines(n), silent: false, store_history: true, allow_stdin: false, stop_on_error: true };
  const message = { identities: [], header, parent: {}, metadata: {}, content: {} };
  // Nothing of what is measured here shows an output.
  const output = {} as ConstructorParameters<typeof Cell>[7];
  const files = new FilesOfCell(directory);
  return new Cell(order, order, log.executionId(order), order, `cell-${n}`, message, request, output, files);
}

function percentile95(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.95)]!;
}
