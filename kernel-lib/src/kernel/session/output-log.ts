import { OutputLedger, type OutputMessage } from '@slipway/recording';
import { outputLimits } from '../../record/output-limits.js';
import { knownSecrets } from '@slipway/recording/spool';
import type { OutputListener, OutputContent } from '../cells/output.js';
import type { RecordSink } from './cell-log.js';

/** Records the outputs of cells, also those after their end. */
export class OutputLog {
  readonly #ledger: OutputLedger;
  #isClosed = false;

  constructor(sink: RecordSink) {
    this.#ledger = new OutputLedger({
      limits: () => outputLimits(),
      known: () => knownSecrets(),
      report: cell => {
        if (!this.#isClosed) {
          sink.record({ type: 'cell.outputs', cell });
        }
      },
      startTimer: (callback, ms) => {
        const timer = setTimeout(callback, ms).unref();
        return () => clearTimeout(timer);
      }
    });
  }

  /** What is told the outputs of one execution. */
  listenerOf(executionId: string): OutputListener {
    return content => {
      if (content.type === 'update_display_data') {
        const displayId = displayIdOf(content);
        if (displayId !== null) {
          this.#ledger.update(displayId, content);
        }
      } else {
        this.#ledger.see(executionId, asMessage(content));
      }
    };
  }

  /** Records now what the execution has shown until its end. */
  ended(executionId: string): void {
    this.#ledger.ended(executionId);
  }

  /** The session ends: records the pending outputs, and nothing after them. */
  close(): void {
    this.#ledger.flush();
    this.#isClosed = true;
  }
}

function asMessage(content: Exclude<OutputContent, { type: 'update_display_data' }>): OutputMessage {
  switch (content.type) {
    case 'display_data':
      return { ...content, displayId: displayIdOf(content) };
    case 'execute_result':
      return { ...content, executionCount: content.execution_count };
    default:
      return content;
  }
}

function displayIdOf(content: { readonly transient: { readonly display_id?: string } }): string | null {
  return content.transient.display_id ?? null;
}
