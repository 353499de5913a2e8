import type { CellExecution } from '@slipway/contract';
import { maskText, type OutputLimits } from '@slipway/recording';
import type { KernelMessage } from '@jupyterlab/services';
import type { NewRecord } from './outbox.js';
import { sha256 } from './sha256.js';
import { WatchedOutputs } from './watched-outputs.js';

/** The notebook in its current state in the front end. */
export interface WatchedNotebook {
  /** As JupyterLab names it. */
  readonly path: string;
  /** Ids of the code cells that are not empty, top to bottom. */
  readonly cellOrder: readonly string[];
  /** Id of the code cell with exactly this source. */
  cellWithSource(source: string): string | null;
}

export interface KernelWatchOptions {
  readonly kernelId: string;
  /** Name of the kernelspec. */
  readonly kernelName: string;
  readonly language: () => string;
  readonly notebook: WatchedNotebook;
  readonly record: (sessionId: string, record: NewRecord) => void;
  /** How much of the outputs is recorded. */
  readonly outputLimits: () => OutputLimits;
}

/** A message of the kernel's connection, as `anyMessage` gives it. */
export interface SeenMessage {
  readonly direction: 'send' | 'recv';
  readonly msg: KernelMessage.IMessage;
}

interface OpenCell {
  readonly executionId: string;
  /** Milliseconds since the epoch, by the kernel's clock; null when it began before this page was loaded. */
  readonly startedAt: number | null;
  error: CellExecution['error'];
}

const MAX_SOURCE_CHARACTERS = 1_000_000;
const MAX_TRACEBACK_LINES = 60;
const MAX_MESSAGE_CHARACTERS = 4_000;
const MAX_REQUESTS = 10_000;

/**
 * Records the executions of a kernel that does not record itself. Only the kernel's own messages count: a cell ran
 * when the kernel published its input, and ended when the kernel became idle again. Times are those of the messages, so
 * they are the kernel's clock whatever the clock of this machine says.
 *
 * The ids of sessions and executions are derived from the kernel's, so that several pages make the same records.
 */
export class KernelWatch {
  readonly #options: KernelWatchOptions;
  /** Execution requests of this page by message id, with their cell; null: not of a cell. */
  readonly #requests = new Map<string, { readonly cellId: string | null } | null>();
  /** Requests that the kernel was seen to begin. */
  readonly #begun = new Set<string>();
  readonly #open = new Map<string, OpenCell>();
  /** Executions by their request, also after their end: outputs may come late. */
  readonly #executions = new Map<string, string>();
  #outputs: WatchedOutputs | null = null;
  #notebook: WatchedNotebook;
  #sessionId: string | null = null;
  #life: string | null = null;
  #restarts = 0;
  #path = '';
  #cellOrder = '';

  constructor(options: KernelWatchOptions) {
    this.#options = options;
    this.#notebook = options.notebook;
  }

  /** The kernel's notebook was closed and opened again, or another one took its kernel. */
  showIn(notebook: WatchedNotebook): void {
    this.#notebook = notebook;
  }

  /** Null until the kernel has executed something. */
  get sessionId(): string | null {
    return this.#sessionId;
  }

  see({ direction, msg }: SeenMessage): void {
    if (direction === 'send') {
      if (msg.header.msg_type === 'execute_request') {
        this.#requested(msg as KernelMessage.IExecuteRequestMsg);
      }
      return;
    }
    // The empty header of a message without a request has no type either.
    const parent = msg.parent_header as KernelMessage.IHeader;
    if (msg.channel !== 'iopub' || parent.msg_type !== 'execute_request') {
      return;
    }
    // An error is an output, too, and both come before the end of the cell.
    this.#outputs?.see(this.#executions.get(parent.msg_id) ?? null, msg);
    switch (msg.header.msg_type) {
      case 'execute_input':
        this.#started(msg as KernelMessage.IExecuteInputMsg, parent);
        break;
      case 'error':
        this.#failed(msg as KernelMessage.IErrorMsg, parent);
        break;
      case 'status':
        this.#statusChanged(msg as KernelMessage.IStatusMsg, parent);
        break;
      default:
        break;
    }
  }

  /** The kernel is alive; also reports changes of its notebook. */
  seen(now: number): void {
    if (this.#sessionId === null) {
      return;
    }
    const { path, cellOrder } = this.#notebook;
    const order = JSON.stringify(cellOrder);
    this.#record({
      at: now,
      type: 'session.seen',
      ...(path === this.#path ? {} : { notebook_path: path }),
      ...(order === this.#cellOrder ? {} : { cell_order: [...cellOrder] })
    });
    this.#path = path;
    this.#cellOrder = order;
  }

  /** Whether the notebook's cells or name differ from the last report. */
  get hasNews(): boolean {
    const { path, cellOrder } = this.#notebook;
    return this.#sessionId !== null && (path !== this.#path || JSON.stringify(cellOrder) !== this.#cellOrder);
  }

  /** The kernel process has ended. @param reason why, in words, for cells that were running. */
  ended(now: number, reason: string): void {
    if (this.#sessionId === null) {
      return;
    }
    for (const cell of this.#open.values()) {
      cell.error ??= { name: 'KernelGone', message: reason };
      this.#finish(cell, 'error', now);
    }
    this.#open.clear();
    this.#outputs?.close();
    this.#outputs = null;
    this.#executions.clear();
    this.#record({ at: now, type: 'session.ended' });
    this.#sessionId = null;
    this.#life = null;
    this.#restarts += 1;
  }

  #requested(request: KernelMessage.IExecuteRequestMsg): void {
    const { silent, store_history } = request.content;
    const cellId = request.metadata['cellId'];
    const isCell = silent !== true && store_history !== false;
    if (this.#requests.size >= MAX_REQUESTS) {
      this.#requests.clear();
    }
    this.#requests.set(request.header.msg_id, isCell ? { cellId: typeof cellId === 'string' ? cellId : null } : null);
  }

  #started(input: KernelMessage.IExecuteInputMsg, parent: KernelMessage.IHeader): void {
    const source = input.content.code;
    const messageId = parent.msg_id;
    this.#begun.add(messageId);
    const request = this.#requests.get(messageId);
    // What another window, a console or an extension sent counts only when it is the text of a cell.
    const cellId = request?.cellId ?? this.#notebook.cellWithSource(source);
    if (request === null || (request === undefined && cellId === null)) {
      return;
    }
    const startedAt = timeOf(input);
    const sessionId = this.#session(input, parent, startedAt);
    const cell: OpenCell = { executionId: executionId(sessionId, messageId), startedAt, error: null };
    this.#open.set(messageId, cell);
    this.#executions.set(messageId, cell.executionId);
    if (this.#executions.size > MAX_REQUESTS) {
      this.#executions.clear();
    }
    const count = input.content.execution_count ?? null;
    this.#record({
      at: startedAt,
      type: 'cell.started',
      cell: {
        execution_id: cell.executionId,
        order: Math.max(1, count ?? 1),
        execution_count: count,
        cell_id: cellId,
        message_id: messageId,
        source: maskText(source).slice(0, MAX_SOURCE_CHARACTERS),
        source_sha256: sha256(source),
        started_at: startedAt
      }
    });
  }

  #failed(message: KernelMessage.IErrorMsg, parent: KernelMessage.IHeader): void {
    const cell = this.#openCell(message, parent);
    if (cell !== null) {
      const { ename, evalue, traceback } = message.content;
      cell.error = {
        name: ename,
        message: plainText(evalue),
        traceback: traceback.slice(-MAX_TRACEBACK_LINES).map(plainText)
      };
    }
  }

  #statusChanged(message: KernelMessage.IStatusMsg, parent: KernelMessage.IHeader): void {
    const messageId = parent.msg_id;
    if (message.content.execution_state !== 'idle') {
      this.#begun.add(messageId);
      return;
    }
    const cell = this.#openCell(message, parent);
    if (cell !== null) {
      this.#open.delete(messageId);
      const status = cell.error === null ? 'ok' : /interrupt/i.test(cell.error.name) ? 'interrupted' : 'error';
      this.#finish(cell, status, timeOf(message));
    }
    this.#begun.delete(messageId);
    this.#requests.delete(messageId);
  }

  /**
   * The cell that a message is about; null for what is not recorded. What began before this page was loaded may have been
   * recorded by the page before it; if not, the server does not know it and drops it.
   */
  #openCell(message: KernelMessage.IMessage, parent: KernelMessage.IHeader): OpenCell | null {
    const messageId = parent.msg_id;
    const known = this.#open.get(messageId);
    if (known !== undefined || this.#begun.has(messageId) || this.#requests.has(messageId)) {
      return known ?? null;
    }
    const sessionId = this.#session(message, parent, timeOf(message));
    const cell: OpenCell = { executionId: executionId(sessionId, messageId), startedAt: null, error: null };
    this.#open.set(messageId, cell);
    return cell;
  }

  #finish(cell: OpenCell, status: CellExecution['status'], at: number): void {
    this.#outputs?.ended(cell.executionId);
    const duration = cell.startedAt === null ? null : Math.max(0, at - cell.startedAt);
    this.#record({
      at,
      type: 'cell.finished',
      cell: {
        execution_id: cell.executionId,
        status,
        duration_ms: duration,
        error: cell.error,
        run_ids: [],
        reads: [],
        writes: []
      }
    });
  }

  /** The session of the kernel's life that this message comes from; begins it when it is new. */
  #session(message: KernelMessage.IMessage, parent: KernelMessage.IHeader, at: number): string {
    // A kernel process has a new session id after each start. Some kernels only repeat the id of the request.
    const own = message.header.session;
    const life = own !== '' && own !== parent.session ? own : `restart ${this.#restarts}`;
    if (this.#sessionId !== null && this.#life === life) {
      return this.#sessionId;
    }
    this.ended(at, 'The kernel was restarted while the cell ran.');
    const { kernelId, kernelName } = this.#options;
    const notebook = this.#notebook;
    this.#life = life;
    this.#sessionId = sha256(`${kernelId} ${life}`).slice(0, 32);
    this.#path = notebook.path;
    this.#outputs = new WatchedOutputs(this.#options.outputLimits, report =>
      this.#record({ at: Date.now(), type: 'cell.outputs', cell: report })
    );
    this.#record({
      at,
      type: 'session.started',
      session: {
        kernel: kernelName,
        language: this.#options.language(),
        notebook_path: notebook.path,
        started_at: at,
        pid: null,
        environment: null,
        recorder: 'front_end'
      }
    });
    this.#cellOrder = '';
    this.seen(at);
    return this.#sessionId;
  }

  #record(record: NewRecord): void {
    if (this.#sessionId !== null) {
      this.#options.record(this.#sessionId, record);
    }
  }
}

function executionId(sessionId: string, messageId: string): string {
  return `${sessionId.slice(0, 16)}.${sha256(messageId).slice(0, 24)}`;
}

/** When the kernel sent it, in milliseconds since the epoch; dates without a zone are in UTC. */
function timeOf(message: KernelMessage.IMessage): number {
  const date = String(message.header.date);
  const time = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(date) ? date : `${date}Z`);
  return Number.isNaN(time) ? Date.now() : time;
}

function plainText(text: string): string {
  const plain = maskText(text.replace(/\u001b\[[0-9;]*m/g, ''));
  return plain.length > MAX_MESSAGE_CHARACTERS ? `${plain.slice(0, MAX_MESSAGE_CHARACTERS)}…` : plain;
}
