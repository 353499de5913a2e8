import { describe, expect, it } from 'vitest';
import { judgeSession } from './cleanness.js';
import { markCells, type RanCell } from './staleness.js';

/** Executions in the order given; `id` is the notebook cell. */
function executions(...cells: (Partial<RanCell> & { id: string })[]): RanCell[] {
  return cells.map(({ id, ...cell }, index) => ({
    execution_id: `e${index + 1}`,
    order: index + 1,
    cell_id: id,
    status: 'ok',
    reads: [],
    writes: [],
    ...cell
  }));
}

function staleNames(cells: readonly RanCell[]): (string | null)[] {
  const marks = markCells(cells, null);
  return cells.map(cell => marks.get(cell.execution_id)?.stale ?? null);
}

function reasons(cells: readonly RanCell[], cellOrder: readonly string[] | null): readonly string[] {
  const marks = markCells(cells, cellOrder);
  return judgeSession(
    cells.map(cell => ({ ...cell, ...marks.get(cell.execution_id)! })),
    cellOrder,
    'front_end'
  ).reasons;
}

describe('a cell', () => {
  it('is stale when the cell that wrote what it read has run again', () => {
    const cells = executions(
      { id: 'data', writes: ['variable:train'] },
      { id: 'fit', reads: ['variable:train'], depends_on: ['e1'] },
      { id: 'data', writes: ['variable:train'] }
    );
    expect(staleNames(cells)).toEqual([null, 'variable:train', null]);
  });

  it('is stale when what it read is stale, and up to date again once all ran again in order', () => {
    const data = { id: 'data', writes: ['variable:train'] };
    const fit = { id: 'fit', reads: ['variable:train'], writes: ['variable:model'] };
    const test = { id: 'test', reads: ['variable:model'] };
    expect(staleNames(executions(data, fit, test, data))).toEqual([null, 'variable:train', 'variable:model', null]);
    expect(staleNames(executions(data, fit, test, data, fit, test)).filter(name => name !== null)).toEqual([]);
  });

  it('is not stale because a cell below it gives the name another value', () => {
    const cells = executions(
      { id: 'a', writes: ['variable:x'] },
      { id: 'b', reads: ['variable:x'] },
      { id: 'c', writes: ['variable:x'] }
    );
    expect(staleNames(cells)).toEqual([null, null, null]);
  });

  it('is stale when it still lives on what an earlier text of a cell wrote', () => {
    const cells = executions({ id: 'a', writes: ['variable:x'] }, { id: 'a' }, { id: 'b', reads: ['variable:x'] });
    expect(staleNames(cells)).toEqual([null, null, 'variable:x']);
  });

  it('believes the kernel about what it read rather than the names', () => {
    const cells = executions(
      { id: 'a', writes: ['variable:x'] },
      { id: 'b', reads: ['variable:x'], depends_on: [] },
      { id: 'a', writes: ['variable:x'] }
    );
    expect(staleNames(cells)).toEqual([null, null, null]);
  });

  it('ran out of order when a cell below it had run before', () => {
    const cells = executions({ id: 'a' }, { id: 'c' }, { id: 'b' }, { id: 'd' });
    const marks = markCells(cells, ['a', 'b', 'c', 'd']);
    expect(cells.map(cell => marks.get(cell.execution_id)?.out_of_order)).toEqual([false, false, true, false]);
  });
});

describe('a session', () => {
  it('is clean when every cell ran once, from top to bottom, and none failed', () => {
    expect(reasons(executions({ id: 'a' }, { id: 'b' }), ['a', 'b'])).toEqual([]);
    expect(reasons(executions({ id: 'a' }, { id: 'b' }), null)).toEqual([]);
  });

  it('says each reason why it is not', () => {
    const cells = executions(
      { id: 'a', writes: ['variable:x'] },
      { id: 'c', reads: ['variable:x'] },
      { id: 'b', status: 'error' },
      { id: 'a', writes: ['variable:x'] },
      { id: 'gone' }
    );
    expect(reasons(cells, ['a', 'b', 'c', 'd', 'e'])).toEqual([
      '1 cell ran more than once.',
      '1 cell did not succeed.',
      '1 cell is stale.',
      '2 cells ran out of order.',
      '2 cells have not run.',
      '1 cell ran that is no longer in the notebook.'
    ]);
  });

  it('is not clean when the kernel counted more executions than any page saw', () => {
    const cells = executions({ id: 'a' }, { id: 'b' }).map(cell => ({ ...cell, order: cell.order * 2 }));
    expect(reasons(cells, ['a', 'b'])).toEqual(['2 executions were not seen by any page.']);
  });

  it('is not clean before anything ran', () => {
    expect(reasons([], ['a'])).toEqual(['No cell has run.']);
  });
});
