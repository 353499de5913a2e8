import type { OutputsReport } from '@slipway/contract';
import { beforeEach, describe, expect, it } from 'vitest';
import { NO_KNOWN_SECRETS } from '../secrets.js';
import type { OutputMessage } from './collected-outputs.js';
import { OutputLedger } from './output-ledger.js';

const print = (text: string): OutputMessage => ({ type: 'stream', name: 'stdout', text });

let reports: OutputsReport[];
let timers: { callback: () => void; ms: number }[];
let limits: { cell: number; session: number };
let ledger: OutputLedger;
beforeEach(() => {
  reports = [];
  timers = [];
  limits = { cell: 1000, session: 10_000 };
  ledger = new OutputLedger({
    limits: () => limits,
    known: () => NO_KNOWN_SECRETS,
    report: report => reports.push(report),
    startTimer: (callback, ms) => {
      const timer = { callback, ms };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), 1);
    }
  });
});
const tick = (): void => timers.shift()?.callback();

describe('outputs are reported', () => {
  it('when their execution ends, once', () => {
    ledger.see('cell-1', print('a'));
    ledger.see('cell-1', print('b'));
    ledger.ended('cell-1');
    ledger.ended('cell-1');
    expect(reports).toMatchObject([{ execution_id: 'cell-1', revision: 2, outputs: [{ text: 'ab' }] }]);
    expect(timers).toEqual([]);
  });

  it('while it runs, and when they come late, ever less often', () => {
    const delays = [];
    for (let i = 0; i < 9; i++) {
      ledger.see('cell-1', print('.'));
      ledger.see('cell-1', print('.'));
      delays.push(timers[0]?.ms);
      tick();
    }
    expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    expect(reports.map(({ revision }) => revision)).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18]);
  });

  it('again when another cell updates a display', () => {
    ledger.see('cell-1', { type: 'display_data', displayId: 'bar', data: { 'text/plain': '0 %' }, metadata: {} });
    ledger.ended('cell-1');
    ledger.update('bar', { data: { 'text/plain': 'done' }, metadata: {} });
    tick();
    expect(reports.at(-1)).toMatchObject({ execution_id: 'cell-1', outputs: [{ data: { 'text/plain': 'done' } }] });
  });

  it('not at all where the limit is 0', () => {
    limits = { cell: 0, session: 10_000 };
    ledger.see('cell-1', print('a'));
    ledger.ended('cell-1');
    expect(reports).toEqual([]);
  });

  it('without more than errors once the session has shown too much', () => {
    for (let i = 0; i < 30; i++) {
      ledger.see(`cell-${i}`, print('x'.repeat(450)));
      ledger.see(`cell-${i}`, { type: 'error', ename: 'E', evalue: 'e', traceback: [] });
      ledger.ended(`cell-${i}`);
    }
    expect(reports).toHaveLength(30);
    expect(reports[0]?.outputs).toHaveLength(2);
    expect(reports.at(-1)).toMatchObject({ left_out: 450, outputs: [{ output_type: 'error' }] });
  });

  it('and what waits is reported when the session ends', () => {
    ledger.see('cell-1', print('a'));
    ledger.flush();
    expect(reports).toHaveLength(1);
  });
});
