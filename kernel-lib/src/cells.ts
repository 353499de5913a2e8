import { type ExecutedCell, notebook, renderCard, renderTable, textTable } from '@slipway/notebook';
import { lineBundle } from './registry/registry-display.js';
import { formatNumber } from '@slipway/wording';

/** Most rows of the overview; the Cells tab of the session has all of them. */
const MAX_ROWS = 200;
const MAX_LINE_CHARACTERS = 60;

/** Shows the cells that this session has executed, with status, duration and what is stale. */
export function showCells(): void {
  const book = notebook();
  const cells = book.executedCells();
  if (cells.length === 0) {
    book.display(lineBundle('Cells', 'no cell has ended in this session yet'));
    return;
  }
  const header = ['order', 'cell', 'status', 'took', 'stale'];
  const rows = cells.slice(-MAX_ROWS).map(rowOf);
  const stale = cells.filter(cell => cell.stale !== null).length;
  const left = cells.length > MAX_ROWS ? `, the last ${MAX_ROWS} shown` : '';
  const subtitle = `${cells.length} executed${left}; ${stale === 0 ? 'none is stale' : `${stale} stale`}`;
  book.display({
    'text/html': renderCard({ title: 'Cells', subtitle, body: renderTable(header, rows) }),
    'text/plain': `Cells: ${subtitle}\n${textTable(header, rows)}`
  });
}

function rowOf({ order, executionCount, source, status, durationMs, stale }: ExecutedCell): string[] {
  const line = firstLine(source);
  const took =
    durationMs === null
      ? ''
      : durationMs < 1000
        ? `${Math.round(durationMs)} ms`
        : `${formatNumber(durationMs / 1000)} s`;
  return [String(order), `[${executionCount}] ${line}`, status, took, stale ?? ''];
}

function firstLine(source: string): string {
  const line =
    source
      .split('\n')
      .find(text => text.trim() !== '')
      ?.trim() ?? '';
  return line.length > MAX_LINE_CHARACTERS ? `${line.slice(0, MAX_LINE_CHARACTERS)}…` : line;
}
