import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import { DEFAULT_OUTPUT_LIMITS } from '@slipway/recording';
import { Signal } from '@lumino/signaling';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NotebookObserver } from './notebook-observer.js';
import type { NewRecord, Outbox } from './outbox.js';

/** One page's connection to a kernel; several may lead to the same kernel. */
class FakeConnection {
  readonly anyMessage: Signal<FakeConnection, unknown> = new Signal<FakeConnection, unknown>(this);
  readonly statusChanged: Signal<FakeConnection, string> = new Signal<FakeConnection, string>(this);
  readonly info: Promise<unknown>;

  constructor(
    readonly id: string,
    readonly name = 'python3',
    implementation = 'ipython'
  ) {
    this.info = Promise.resolve({ implementation, language_info: { name: 'python' } });
  }
}

/** An open notebook with the one cell `c1`. */
class FakePanel {
  readonly disposed: Signal<FakePanel, void> = new Signal<FakePanel, void>(this);
  readonly context = { localPath: 'a.ipynb' };
  readonly content = { model: { cells: [{ id: 'c1', type: 'code', sharedModel: { source: 'x = 1' } }] } };
  readonly isDisposed = false;
  readonly sessionContext: { session: { kernel: FakeConnection }; kernelChanged: Signal<FakePanel, unknown> };

  constructor(kernel: FakeConnection) {
    this.sessionContext = { session: { kernel }, kernelChanged: new Signal<FakePanel, unknown>(this) };
  }
}

describe('the observer of notebooks', () => {
  let sent: { session: string; record: NewRecord }[];
  let running: Signal<object, Kernel.IModel[]>;
  let observer: NotebookObserver;

  beforeEach(() => {
    sent = [];
    running = new Signal<object, Kernel.IModel[]>({});
    const kernels = { runningChanged: running, isReady: true } as unknown as Kernel.IManager;
    const outbox = {
      add: (session: string, record: NewRecord) => sent.push({ session, record }),
      isWaiting: () => false
    };
    observer = new NotebookObserver(kernels, outbox as unknown as Outbox, () => DEFAULT_OUTPUT_LIMITS);
  });

  afterEach(() => observer.dispose());

  const open = (kernel: FakeConnection): FakePanel => {
    const panel = new FakePanel(kernel);
    observer.observe(panel as unknown as NotebookPanel);
    return panel;
  };
  /** The kernel runs the cell; every connection hears of it. */
  const runCell = (id: string, ...connections: FakeConnection[]): void => {
    const parent_header = { msg_id: id, msg_type: 'execute_request', session: 'page' };
    const header = { date: '2026-11-21T10:00:00Z', session: 'life-1', msg_id: `k-${id}` };
    const publish = (msg_type: string, content: object): void => {
      const msg = { channel: 'iopub', header: { ...header, msg_type }, parent_header, content, metadata: {} };
      for (const connection of connections) {
        connection.anyMessage.emit({ direction: 'recv', msg: msg as unknown as KernelMessage.IMessage });
      }
    };
    publish('status', { execution_state: 'busy' });
    publish('execute_input', { code: 'x = 1', execution_count: 1 });
    publish('status', { execution_state: 'idle' });
  };
  const types = (): string[] => sent.map(({ record }) => record.type);

  it('leaves kernels alone that keep their own record', async () => {
    const byName = new FakeConnection('k1', 'slipway');
    const byWord = new FakeConnection('k2', 'my-slipway', 'slipway');
    open(byName);
    open(byWord);
    await byWord.info;
    runCell('m1', byName);
    runCell('m2', byWord);
    expect(sent).toEqual([]);
  });

  it('records a cell once when two notebooks of the page share the kernel', () => {
    const [one, two] = [new FakeConnection('k1'), new FakeConnection('k1')];
    const first = open(one);
    open(two);
    runCell('m1', one, two);
    expect(types()).toEqual(['session.started', 'session.seen', 'cell.started', 'cell.finished']);
    first.disposed.emit();
    runCell('m2', two);
    expect(types().slice(4)).toEqual(['cell.started', 'cell.finished']);
  });

  it('goes on with the session of a notebook that was closed and opened again', () => {
    const before = new FakeConnection('k1');
    open(before).disposed.emit();
    const after = new FakeConnection('k1');
    open(after);
    runCell('m1', before);
    expect(sent).toEqual([]);
    runCell('m1', after);
    runCell('m2', after);
    expect(new Set(sent.map(({ session }) => session)).size).toBe(1);
  });

  it('ends the session when JupyterLab says that the kernel is gone', () => {
    const kernel = new FakeConnection('k1');
    open(kernel).disposed.emit();
    open(kernel);
    runCell('m1', kernel);
    running.emit([{ id: 'k1', name: 'python3' }]);
    expect(types()).not.toContain('session.ended');
    running.emit([]);
    expect(types().at(-1)).toBe('session.ended');
    expect(observer.sessionOf('k1')).toBeNull();
  });

  it('ends the session when the kernel restarts', () => {
    const kernel = new FakeConnection('k1');
    open(kernel);
    runCell('m1', kernel);
    kernel.statusChanged.emit('autorestarting');
    expect(types().at(-1)).toBe('session.ended');
  });
});
