import { Signal } from '@lumino/signaling';
import { describe, expect, it } from 'vitest';
import type { CurrentSession } from '../notebook/current-session.js';
import type { INotebookSources } from '../notebook/open-notebooks.js';
import { sampleSession } from '../../../packages/client/testing/samples.js';
import { CellOrderReport } from './cell-order.js';
import type { NewRecord } from './outbox.js';

describe('the report of the order of cells', () => {
  const setUp = (recorder: 'kernel' | 'front_end') => {
    const sent: { session: string; record: NewRecord }[] = [];
    const cells = ['a', 'b'];
    const session = sampleSession({ recorder });
    const current = { session } as unknown as CurrentSession;
    const changed = new Signal<CurrentSession, void>(current);
    Object.assign(current, { changed });
    const notebooks = { cellOrder: () => [...cells] } as unknown as INotebookSources;
    const report = new CellOrderReport(current, notebooks, {
      add: (id, record) => sent.push({ session: id, record })
    });
    return { sent, cells, report, change: () => changed.emit() };
  };

  it('is sent for a kernel that keeps its own record, and again only when it changed', () => {
    const { sent, cells, change } = setUp('kernel');
    change();
    change();
    expect(sent).toMatchObject([{ session: 'session-0001', record: { type: 'session.seen', cell_order: ['a', 'b'] } }]);
    cells.push('c');
    change();
    expect(sent[1]?.record).toMatchObject({ cell_order: ['a', 'b', 'c'] });
  });

  it('ends with the page', () => {
    const { sent, report, change } = setUp('kernel');
    report.dispose();
    change();
    expect(sent).toEqual([]);
  });

  it('is not needed for a kernel that the page records', () => {
    const { sent, change } = setUp('front_end');
    change();
    expect(sent).toEqual([]);
  });
});
