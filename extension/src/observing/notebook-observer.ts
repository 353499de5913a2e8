import type { ISessionContext } from '@jupyterlab/apputils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Kernel } from '@jupyterlab/services';
import type { OutputLimits } from '@slipway/recording';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import { filledCodeCells } from '../notebook/code-cells.js';
import { KernelWatch, type WatchedNotebook } from './kernel-watch.js';
import type { Outbox } from './outbox.js';

/** Kernels that keep their own record, by the name of their kernelspec or of their implementation. */
const SELF_RECORDING = 'slipway';
const HEARTBEAT_MS = 15_000;
const NEWS_MS = 1_000;

interface Watched {
  readonly watch: KernelWatch;
  /** One for each open notebook on this kernel; what the kernel publishes is heard on the first of them only. */
  readonly connections: Set<Kernel.IKernelConnection>;
}

/**
 * Watches the kernels of open notebooks that keep no record themselves, and hands what they execute to the outbox. A
 * kernel whose notebook was closed is still known to live until JupyterLab says that it is gone.
 */
export class NotebookObserver implements IDisposable {
  readonly #kernels: Kernel.IManager;
  readonly #outbox: Outbox;
  readonly #outputLimits: () => OutputLimits;
  readonly #watched = new Map<string, Watched>();
  readonly #heartbeat: ReturnType<typeof setInterval>;
  readonly #news: ReturnType<typeof setInterval>;
  #disposed = false;

  /** @param outputLimits asked for at each output: the user may change them at any time. */
  constructor(kernels: Kernel.IManager, outbox: Outbox, outputLimits: () => OutputLimits) {
    this.#outputLimits = outputLimits;
    this.#kernels = kernels;
    this.#outbox = outbox;
    kernels.runningChanged.connect(this.#endGone, this);
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS);
    this.#news = setInterval(() => this.#tellNews(), NEWS_MS);
  }

  get isDisposed(): boolean {
    return this.#disposed;
  }

  /** Watches until the notebook is closed. */
  observe(panel: NotebookPanel): void {
    const { sessionContext } = panel;
    const notebook = notebookOf(panel);
    const follow = (kernel: Kernel.IKernelConnection | null | undefined): void => {
      if (kernel !== null && kernel !== undefined) {
        this.#watch(kernel, notebook);
      }
    };
    const onKernelChanged: Parameters<ISessionContext['kernelChanged']['connect']>[0] = (
      _sender,
      { oldValue, newValue }
    ) => {
      this.#leave(oldValue);
      follow(newValue);
    };
    sessionContext.kernelChanged.connect(onKernelChanged);
    follow(sessionContext.session?.kernel);
    panel.disposed.connect(() => {
      sessionContext.kernelChanged.disconnect(onKernelChanged);
      this.#leave(sessionContext.session?.kernel);
    });
  }

  /** The session of a kernel; null while nothing of it is recorded here. */
  sessionOf(kernelId: string): string | null {
    return this.#watched.get(kernelId)?.watch.sessionId ?? null;
  }

  dispose(): void {
    if (this.#disposed) {
      return;
    }
    this.#disposed = true;
    clearInterval(this.#heartbeat);
    clearInterval(this.#news);
    Signal.disconnectReceiver(this);
    this.#watched.clear();
  }

  #watch(kernel: Kernel.IKernelConnection, notebook: WatchedNotebook): void {
    if (kernel.name === SELF_RECORDING) {
      return;
    }
    const known = this.#watched.get(kernel.id);
    if (known === undefined) {
      const watch = this.#newWatch(kernel, notebook);
      this.#watched.set(kernel.id, { watch, connections: new Set([kernel]) });
    } else {
      if (known.connections.size === 0) {
        // Opened again: its session goes on.
        known.watch.showIn(notebook);
      }
      known.connections.add(kernel);
    }
    kernel.anyMessage.connect(this.#onMessage, this);
    kernel.statusChanged.connect(this.#onStatus, this);
  }

  #newWatch(kernel: Kernel.IKernelConnection, notebook: WatchedNotebook): KernelWatch {
    let language = '';
    let isSelfRecording = false;
    kernel.info.then(
      info => {
        language = info.language_info.name;
        isSelfRecording = info.implementation === SELF_RECORDING;
      },
      (reason: unknown) => console.debug('A kernel was gone before it said what it is.', reason)
    );
    return new KernelWatch({
      kernelId: kernel.id,
      kernelName: kernel.name,
      language: () => language,
      notebook,
      outputLimits: this.#outputLimits,
      record: (sessionId, record) => {
        if (!isSelfRecording) {
          this.#outbox.add(sessionId, record);
        }
      }
    });
  }

  #leave(kernel: Kernel.IKernelConnection | null | undefined): void {
    if (kernel !== null && kernel !== undefined && this.#watched.get(kernel.id)?.connections.delete(kernel)) {
      kernel.anyMessage.disconnect(this.#onMessage, this);
      kernel.statusChanged.disconnect(this.#onStatus, this);
    }
  }

  #onMessage(kernel: Kernel.IKernelConnection, message: Kernel.IAnyMessageArgs): void {
    const watched = this.#watched.get(kernel.id);
    const [first] = watched?.connections ?? [];
    if (watched === undefined || (message.direction === 'recv' && kernel !== first)) {
      return;
    }
    try {
      watched.watch.see(message);
    } catch (reason) {
      // Unknown messages of a kernel must not break the notebook.
      console.warn('Slipway could not record a message of a kernel.', reason);
    }
  }

  #onStatus(kernel: Kernel.IKernelConnection, status: Kernel.Status): void {
    if (status === 'restarting' || status === 'autorestarting') {
      this.#watched.get(kernel.id)?.watch.ended(Date.now(), 'The kernel was restarted while the cell ran.');
    } else if (status === 'dead') {
      this.#watched.get(kernel.id)?.watch.ended(Date.now(), 'The kernel died while the cell ran.');
    }
  }

  #endGone(_sender: Kernel.IManager, running: Kernel.IModel[]): void {
    const alive = new Set(running.map(model => model.id));
    for (const [id, { watch }] of this.#watched) {
      if (!alive.has(id)) {
        watch.ended(Date.now(), 'The kernel was shut down while the cell ran.');
        this.#watched.delete(id);
      }
    }
  }

  #beat(): void {
    const now = Date.now();
    for (const { watch } of this.#watched.values()) {
      // While records are queued, more of them add nothing.
      if (watch.sessionId !== null && !this.#outbox.isWaiting(watch.sessionId) && this.#kernels.isReady) {
        watch.seen(now);
      }
    }
  }

  #tellNews(): void {
    for (const { watch } of this.#watched.values()) {
      if (watch.hasNews) {
        watch.seen(Date.now());
      }
    }
  }
}

function notebookOf(panel: NotebookPanel): WatchedNotebook {
  // After the notebook was closed, its last state stays reported.
  const known = { path: panel.context.localPath, cellOrder: [] as readonly string[] };
  const codeCells = () => filledCodeCells(panel.content.model?.cells);
  return {
    get path() {
      if (!panel.isDisposed) {
        known.path = panel.context.localPath;
      }
      return known.path;
    },
    get cellOrder() {
      if (!panel.isDisposed && panel.content.model !== null) {
        known.cellOrder = codeCells().map(cell => cell.id);
      }
      return known.cellOrder;
    },
    cellWithSource: source =>
      panel.isDisposed ? null : (codeCells().find(cell => cell.sharedModel.source === source)?.id ?? null)
  };
}
