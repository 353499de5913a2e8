import { Signal } from '@lumino/signaling';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SlipwayClient } from '@slipway/client';
import { FakeConnection } from '../../testing/fake-connection.js';
import { FakeServer } from '../../../packages/client/testing/fake-server.js';
import { sampleCell, sampleSession } from '../../../packages/client/testing/samples.js';
import { CurrentSession } from './current-session.js';
import type { INotebookSources } from './open-notebooks.js';

/** A page that shows one notebook. */
class FakeNotebooks implements INotebookSources {
  readonly changed: Signal<INotebookSources, void> = new Signal<INotebookSources, void>(this);
  currentPath: string | null = 'work/a.ipynb';
  cells: Record<string, string> = {};

  isCurrent(path: string): boolean {
    return path === `/home/ada/${this.currentPath}`;
  }

  cellOrder(): readonly string[] {
    return Object.keys(this.cells);
  }

  digests(): ReadonlyMap<string, string> {
    return new Map(Object.entries(this.cells));
  }
}

describe('the session of the notebook that is shown', () => {
  let notebooks: FakeNotebooks;
  let connection: FakeConnection;
  let cells: object[];
  let current: CurrentSession;

  beforeEach(async () => {
    vi.useFakeTimers();
    notebooks = new FakeNotebooks();
    connection = new FakeConnection();
    cells = [sampleCell({ cell_id: 'c1', source_sha256: 'a'.repeat(64) })];
    const server = new FakeServer({
      'GET /api/v1/sessions': () => ({
        sessions: [
          sampleSession({ session_id: 'session-b', notebook_path: '/home/ada/work/b.ipynb' }),
          sampleSession({ session_id: 'session-a', notebook_path: '/home/ada/work/a.ipynb' }),
          sampleSession({ session_id: 'session-old', notebook_path: '/home/ada/work/a.ipynb' })
        ]
      }),
      'GET /api/v1/sessions/session-a/cells': () => ({ cells }),
      'GET /api/v1/sessions/session-b/cells': () => ({ cells: [] })
    });
    notebooks.cells = { c1: 'a'.repeat(64) };
    current = new CurrentSession(new SlipwayClient(server.transport), connection, notebooks);
    await vi.advanceTimersByTimeAsync(0);
  });

  afterEach(() => {
    current.dispose();
    vi.useRealTimers();
  });

  it('is the newest one of that notebook', () => {
    expect(current.sessionId).toBe('session-a');
    expect(current.staleCount).toBe(0);
  });

  it('counts a cell as stale when it was edited after it ran', () => {
    notebooks.cells = { c1: 'b'.repeat(64) };
    notebooks.changed.emit();
    expect(current.staleCount).toBe(1);
  });

  it('counts what the server says is stale when an event comes', async () => {
    cells = [sampleCell({ cell_id: 'c1', source_sha256: 'a'.repeat(64), stale: 'variable:x' })];
    connection.event.emit({ type: 'cell.changed', session_id: 'session-a', execution_id: 'e' });
    await vi.advanceTimersByTimeAsync(1000);
    expect(current.staleCount).toBe(1);
  });

  it('follows the notebook that comes to the front', async () => {
    notebooks.currentPath = 'work/b.ipynb';
    notebooks.changed.emit();
    expect(current.sessionId).toBeNull();
    await vi.advanceTimersByTimeAsync(0);
    expect(current.sessionId).toBe('session-b');
    notebooks.currentPath = null;
    notebooks.changed.emit();
    expect(current.sessionId).toBeNull();
  });
});
