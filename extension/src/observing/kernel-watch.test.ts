import { KernelMessage } from '@jupyterlab/services';
import { DEFAULT_OUTPUT_LIMITS } from '@slipway/recording';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { KernelWatch, type SeenMessage } from './kernel-watch.js';
import type { NewRecord } from './outbox.js';

const DATE = '2026-11-21T10:00:00.000000Z';
const T = Date.parse(DATE);
const THIS_PAGE = 'page-session';

/** A kernel process and its messages; `life` is its session id. */
class FakeKernel {
  life = 'first-life';
  #count = 0;

  request(id: string, code: string, more: { cellId?: string; silent?: boolean; store_history?: boolean } = {}) {
    const { cellId, ...content } = more;
    const msg = KernelMessage.createMessage<KernelMessage.IExecuteRequestMsg>({
      channel: 'shell',
      msgType: 'execute_request',
      session: THIS_PAGE,
      msgId: id,
      content: { code, ...content },
      metadata: cellId === undefined ? {} : { cellId }
    });
    return { direction: 'send', msg } satisfies SeenMessage;
  }

  input(id: string, code: string, ms = 0) {
    this.#count += 1;
    return this.#publish(id, 'execute_input', { code, execution_count: this.#count }, ms);
  }

  error(id: string, ename: string) {
    return this.#publish(id, 'error', { ename, evalue: 'no', traceback: ['\u001b[31mline 1\u001b[0m'] }, 0);
  }

  status(id: string, execution_state: 'busy' | 'idle', ms = 0) {
    return this.#publish(id, 'status', { execution_state }, ms);
  }

  restart(): void {
    this.life = 'second-life';
    this.#count = 0;
  }

  output(id: string, type: 'stream' | 'display_data' | 'update_display_data' | 'execute_result', content: object) {
    return this.#publish(id, type, content, 0);
  }

  #publish(id: string, type: string, content: object, ms: number): SeenMessage {
    const header = {
      date: new Date(T + ms).toISOString().replace('Z', '+00:00'),
      session: this.life,
      msg_id: `k${id}`
    };
    const parent_header = { msg_id: id, msg_type: 'execute_request', session: THIS_PAGE };
    const msg = { channel: 'iopub', header: { ...header, msg_type: type }, parent_header, content, metadata: {} };
    return { direction: 'recv', msg: msg as unknown as KernelMessage.IMessage };
  }
}

describe('watching a kernel', () => {
  let records: { session: string; record: NewRecord }[];
  let kernel: FakeKernel;
  let watch: KernelWatch;
  let cells: Record<string, string>;

  const watching = (): KernelWatch =>
    new KernelWatch({
      kernelId: 'kernel-1',
      kernelName: 'python3',
      language: () => 'python',
      notebook: {
        path: 'work/churn.ipynb',
        get cellOrder() {
          return Object.keys(cells);
        },
        cellWithSource: source => Object.keys(cells).find(id => cells[id] === source) ?? null
      },
      record: (session, record) => records.push({ session, record }),
      outputLimits: () => DEFAULT_OUTPUT_LIMITS
    });
  const types = (): string[] => records.map(({ record }) => record.type);
  const runCell = (id: string, cellId: string, code: string): void => {
    watch.see(kernel.request(id, code, { cellId }));
    watch.see(kernel.status(id, 'busy'));
    watch.see(kernel.input(id, code));
    watch.see(kernel.status(id, 'idle', 40));
  };

  beforeEach(() => {
    records = [];
    cells = { a: 'x = 1', b: '1/0' };
    kernel = new FakeKernel();
    watch = watching();
  });

  it('records a cell with its source, its place and the times of the kernel', () => {
    runCell('m1', 'a', 'x = 1');
    expect(types()).toEqual(['session.started', 'session.seen', 'cell.started', 'cell.finished']);
    expect(records[0]?.record).toMatchObject({
      session: { kernel: 'python3', language: 'python', notebook_path: 'work/churn.ipynb', recorder: 'front_end' }
    });
    expect(records[1]?.record).toMatchObject({ cell_order: ['a', 'b'] });
    expect(records[2]?.record).toMatchObject({
      cell: { order: 1, execution_count: 1, cell_id: 'a', message_id: 'm1', source: 'x = 1', started_at: T }
    });
    expect(records[3]?.record).toMatchObject({ cell: { status: 'ok', duration_ms: 40, error: null } });
  });

  it('records errors in plain text, and interrupts as such', () => {
    for (const [id, name] of [
      ['m1', 'ZeroDivisionError'],
      ['m2', 'KeyboardInterrupt']
    ] as const) {
      watch.see(kernel.request(id, '1/0', { cellId: 'b' }));
      watch.see(kernel.input(id, '1/0'));
      watch.see(kernel.error(id, name));
      watch.see(kernel.status(id, 'idle'));
    }
    const finished = records.map(({ record }) => record).filter(record => record.type === 'cell.finished');
    expect(finished).toMatchObject([
      { cell: { status: 'error', error: { name: 'ZeroDivisionError', message: 'no', traceback: ['line 1'] } } },
      { cell: { status: 'interrupted' } }
    ]);
  });

  it('records nothing for requests that are not cells', () => {
    watch.see(kernel.request('m1', 'get_ipython()', { silent: true }));
    watch.see(kernel.status('m1', 'idle'));
    watch.see(kernel.request('m2', 'dir()', { store_history: false }));
    watch.see(kernel.status('m2', 'busy'));
    watch.see(kernel.input('m2', 'dir()'));
    watch.see(kernel.status('m2', 'idle'));
    watch.see(kernel.status('other-window', 'busy'));
    watch.see(kernel.input('other-window', 'typed in a console'));
    watch.see(kernel.status('other-window', 'idle'));
    expect(types().filter(type => type.startsWith('cell.'))).toEqual([]);
  });

  it('records a queued cell that never began not at all', () => {
    watch.see(kernel.request('m1', 'x = 1', { cellId: 'a' }));
    expect(records).toEqual([]);
  });

  it('makes the same ids in every page', () => {
    runCell('m1', 'a', 'x = 1');
    const here = records.splice(0);
    watch = watching();
    kernel = new FakeKernel();
    watch.see(kernel.status('m1', 'busy'));
    watch.see(kernel.input('m1', 'x = 1'));
    watch.see(kernel.status('m1', 'idle', 40));
    expect(records).toEqual(here);
  });

  it('begins a new session when the kernel was restarted', () => {
    runCell('m1', 'a', 'x = 1');
    watch.see(kernel.request('m2', '1/0', { cellId: 'b' }));
    watch.see(kernel.input('m2', '1/0'));
    kernel.restart();
    runCell('m3', 'a', 'x = 1');
    const [first, second] = [...new Set(records.map(({ session }) => session))];
    expect(records.filter(({ session }) => session === first).map(({ record }) => record.type)).toEqual([
      ...['session.started', 'session.seen', 'cell.started', 'cell.finished', 'cell.started'],
      ...['cell.finished', 'session.ended']
    ]);
    expect(records.filter(({ session }) => session === second)[2]?.record).toMatchObject({ cell: { order: 1 } });
  });

  it('finishes a cell that began before the page was loaded', () => {
    watch.see(kernel.input('m1', 'x = 1'));
    const started = records.find(({ record }) => record.type === 'cell.started')?.record;
    watch = watching();
    watch.see(kernel.error('m1', 'ValueError'));
    watch.see(kernel.status('m1', 'idle', 40));
    const id = started?.type === 'cell.started' ? started.cell.execution_id : '';
    expect(records.at(-1)?.record).toMatchObject({
      type: 'cell.finished',
      cell: { execution_id: id, status: 'error', duration_ms: null }
    });
  });

  it('records what a cell shows, masked, before its end, and what comes late', () => {
    vi.useFakeTimers();
    watch.see(kernel.request('m1', 'x', { cellId: 'a' }));
    watch.see(kernel.input('m1', 'x'));
    watch.see(kernel.output('m1', 'stream', { name: 'stdout', text: 'Bearer abcdef' }));
    watch.see(kernel.output('m1', 'stream', { name: 'stdout', text: '123456 sent' }));
    watch.see(kernel.output('m1', 'display_data', { data: { 'text/plain': '0 %' }, transient: { display_id: 'd' } }));
    watch.see(kernel.status('m1', 'idle'));
    expect(types().slice(-2)).toEqual(['cell.outputs', 'cell.finished']);
    expect(records.at(-2)?.record).toMatchObject({
      cell: { outputs: [{ text: 'Bearer *** sent' }, { data: { 'text/plain': '0 %' } }] }
    });
    runCell('m2', 'b', 'y');
    watch.see(
      kernel.output('m2', 'update_display_data', { data: { 'text/plain': 'done' }, transient: { display_id: 'd' } })
    );
    vi.runAllTimers();
    expect(records.at(-1)?.record).toMatchObject({
      type: 'cell.outputs',
      cell: { outputs: [{ output_type: 'stream' }, { data: { 'text/plain': 'done' } }] }
    });
    vi.useRealTimers();
  });

  it('tells of the cells of the notebook again only when they changed', () => {
    runCell('m1', 'a', 'x = 1');
    expect(watch.hasNews).toBe(false);
    cells = { ...cells, c: 'y = 2' };
    expect(watch.hasNews).toBe(true);
    watch.seen(T);
    expect(records.at(-1)?.record).toMatchObject({ type: 'session.seen', cell_order: ['a', 'b', 'c'] });
    watch.seen(T);
    expect(records.at(-1)?.record).toEqual({ at: T, type: 'session.seen' });
  });
});
