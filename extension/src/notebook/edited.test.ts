import { Signal } from '@lumino/signaling';
import { describe, expect, it } from 'vitest';
import { freshnessOf } from './edited.js';
import type { INotebookSources } from './open-notebooks.js';

function notebookWith(cells: Record<string, string>): INotebookSources {
  const sender = {} as INotebookSources;
  return Object.assign(sender, {
    changed: new Signal<INotebookSources, void>(sender),
    currentPath: 'a.ipynb',
    isCurrent: () => true,
    cellOrder: () => Object.keys(cells),
    digests: (path: string) => (path === 'a.ipynb' ? new Map(Object.entries(cells)) : null)
  });
}

describe('the record of a cell', () => {
  const cell = { cell_id: 'c1', source_sha256: 'aa', stale: null, is_latest: true };

  it('is current while the notebook has the source that ran', () => {
    expect(freshnessOf(cell, 'a.ipynb', notebookWith({ c1: 'aa' }))).toEqual({ kind: 'current' });
  });

  it('says that the cell was edited since, or removed', () => {
    expect(freshnessOf(cell, 'a.ipynb', notebookWith({ c1: 'bb' }))).toEqual({ kind: 'edited' });
    expect(freshnessOf(cell, 'a.ipynb', notebookWith({ c2: 'aa' }))).toEqual({ kind: 'removed' });
  });

  it('says which name is stale, also when the notebook is not open', () => {
    const stale = { ...cell, stale: 'variable:train' };
    expect(freshnessOf(stale, 'closed.ipynb', notebookWith({}))).toEqual({ kind: 'stale', name: 'variable:train' });
  });

  it('leaves earlier executions of the cell alone', () => {
    const earlier = { ...cell, is_latest: false, stale: 'variable:train' };
    expect(freshnessOf(earlier, 'a.ipynb', notebookWith({ c1: 'bb' }))).toEqual({ kind: 'current' });
  });
});
