import type { OutputsReport } from '@slipway/contract';
import { NO_KNOWN_SECRETS, type KnownSecrets } from '../secrets.js';
import { CollectedOutputs, type OutputMessage } from './collected-outputs.js';
import type { OutputLimits } from './limits.js';
import type { ShownData } from './shown-data.js';

/** A cell that goes on showing things is reported at once when it ends, and otherwise ever less often. */
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
/** Outputs of more, or of longer ones, are not kept in memory: what comes late for older ones is not recorded. */
const MAX_OPEN = 500;
const MAX_OPEN_CHARACTERS = 16_000_000;

export interface OutputLedgerOptions {
  readonly limits: () => OutputLimits;
  /** Secrets that are known beside their form; none by default. */
  readonly known?: () => KnownSecrets;
  readonly report: (report: OutputsReport) => void;
  /** Starts a timer that keeps no process alive; calling what it returns cancels it. */
  readonly startTimer: (callback: () => void, ms: number) => () => void;
}

interface Open {
  readonly outputs: CollectedOutputs;
  reportedRevision: number;
  delay: number;
  cancel: (() => void) | null;
}

/**
 * Collects what all executions of a session show, and reports it: when an execution ends, and, while it runs or when
 * something comes late, some time after a change. A report replaces the one before it.
 */
export class OutputLedger {
  readonly #options: OutputLedgerOptions;
  readonly #open = new Map<string, Open>();
  /** The execution that first showed something under a display id. */
  readonly #displays = new Map<string, Set<string>>();
  #sessionSize = 0;

  constructor(options: OutputLedgerOptions) {
    this.#options = options;
  }

  /** Takes a message of an execution. */
  see(executionId: string, message: OutputMessage): void {
    if (this.#options.limits().cell <= 0) {
      return;
    }
    const open = this.#open.get(executionId) ?? this.#begin(executionId);
    open.outputs.see(message);
    if (message.type === 'display_data' && message.displayId !== null) {
      const holders = this.#displays.get(message.displayId) ?? new Set();
      this.#displays.set(message.displayId, holders.add(executionId));
    }
    this.#reportLater(open);
  }

  /** Takes an update of what was shown under `displayId`, in whatever execution. */
  update(displayId: string, shown: ShownData): void {
    for (const executionId of this.#displays.get(displayId) ?? []) {
      const open = this.#open.get(executionId);
      if (open?.outputs.update(displayId, shown)) {
        this.#reportLater(open);
      }
    }
  }

  /** The execution has ended: reports what is not reported yet. */
  ended(executionId: string): void {
    const open = this.#open.get(executionId);
    if (open) {
      this.#report(open);
    }
  }

  /** Reports everything that waits. */
  flush(): void {
    for (const open of this.#open.values()) {
      if (open.cancel) {
        this.#report(open);
      }
    }
  }

  #begin(executionId: string): Open {
    const { limits, known = () => NO_KNOWN_SECRETS } = this.#options;
    const outputs = new CollectedOutputs(executionId, limits().cell, known);
    const open: Open = { outputs, reportedRevision: 0, delay: FIRST_DELAY_MS, cancel: null };
    this.#open.set(executionId, open);
    this.#forgetOld();
    return open;
  }

  #forgetOld(): void {
    let size = [...this.#open.values()].reduce((sum, { outputs }) => sum + outputs.size, 0);
    for (const [executionId, open] of this.#open) {
      // The newest has just begun.
      if (this.#open.size === 1 || (this.#open.size <= MAX_OPEN && size <= MAX_OPEN_CHARACTERS)) {
        return;
      }
      size -= open.outputs.size;
      if (open.cancel) {
        this.#report(open);
      }
      this.#open.delete(executionId);
      for (const [displayId, holders] of this.#displays) {
        if (holders.delete(executionId) && holders.size === 0) {
          this.#displays.delete(displayId);
        }
      }
    }
  }

  #reportLater(open: Open): void {
    if (open.cancel) {
      return;
    }
    open.cancel = this.#options.startTimer(() => this.#report(open), open.delay);
    open.delay = Math.min(open.delay * 2, LONGEST_DELAY_MS);
  }

  #report(open: Open): void {
    open.cancel?.();
    open.cancel = null;
    const { outputs, reportedRevision } = open;
    if (reportedRevision === outputs.revision) {
      return;
    }
    open.reportedRevision = outputs.revision;
    if (this.#sessionSize + outputs.size <= this.#options.limits().session) {
      this.#sessionSize += outputs.size;
      this.#options.report(outputs.report());
    } else if (reportedRevision === 0) {
      this.#options.report(onlyErrors(outputs.report(), outputs.size));
    }
  }
}

/** What is left of a report when the session has shown too much. */
function onlyErrors(report: OutputsReport, size: number): OutputsReport {
  const outputs = report.outputs.filter(({ output_type }) => output_type === 'error');
  return { ...report, outputs, left_out: report.left_out + size };
}
