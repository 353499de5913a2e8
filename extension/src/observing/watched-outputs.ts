import type { OutputsReport } from '@slipway/contract';
import { OutputLedger, type OutputLimits, type OutputMessage } from '@slipway/recording';
import type { KernelMessage } from '@jupyterlab/services';

type Content = Record<string, unknown>;

/** The outputs of a kernel's executions as a page sees them in the kernel's own messages. */
export class WatchedOutputs {
  readonly #ledger: OutputLedger;
  #isClosed = false;

  constructor(limits: () => OutputLimits, report: (report: OutputsReport) => void) {
    this.#ledger = new OutputLedger({
      limits,
      report: cell => {
        if (!this.#isClosed) {
          report(cell);
        }
      },
      startTimer: (callback, ms) => {
        const timer = setTimeout(callback, ms);
        return () => clearTimeout(timer);
      }
    });
  }

  /** @param executionId null when the message belongs to no recorded execution: only an update of a display counts then. */
  see(executionId: string | null, { header, content }: KernelMessage.IMessage): void {
    // Kernels may leave out parts of a message.
    const given = content as Content;
    if (header.msg_type === 'update_display_data') {
      const displayId = displayIdOf(given);
      if (displayId !== null) {
        this.#ledger.update(displayId, shownData(given));
      }
      return;
    }
    const message = outputMessage(header.msg_type, given);
    if (executionId !== null && message !== null) {
      this.#ledger.see(executionId, message);
    }
  }

  ended(executionId: string): void {
    this.#ledger.ended(executionId);
  }

  /** Reports the pending outputs, and nothing after them. */
  close(): void {
    this.#ledger.flush();
    this.#isClosed = true;
  }
}

/** Null for messages that show nothing. */
function outputMessage(type: string, content: Content): OutputMessage | null {
  switch (type) {
    case 'stream':
      return { type, name: content['name'] === 'stderr' ? 'stderr' : 'stdout', text: String(content['text'] ?? '') };
    case 'display_data':
      return { type, displayId: displayIdOf(content), ...shownData(content) };
    case 'execute_result': {
      const count = content['execution_count'];
      return { type, executionCount: typeof count === 'number' ? count : null, ...shownData(content) };
    }
    case 'error': {
      const traceback = Array.isArray(content['traceback']) ? content['traceback'].map(String) : [];
      return { type, ename: String(content['ename'] ?? ''), evalue: String(content['evalue'] ?? ''), traceback };
    }
    case 'clear_output':
      return { type, wait: content['wait'] === true };
    default:
      return null;
  }
}

function shownData(content: Content): { data: Content; metadata: Content } {
  return { data: asContent(content['data']), metadata: asContent(content['metadata']) };
}

function displayIdOf(content: Content): string | null {
  const id = asContent(content['transient'])['display_id'];
  return typeof id === 'string' ? id : null;
}

function asContent(value: unknown): Content {
  return typeof value === 'object' && value !== null ? (value as Content) : {};
}
