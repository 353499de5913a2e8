import type { CurrentCell } from '@slipway/notebook';
import type { Diagnostic } from '../compiler/diagnostics.js';
import type { FilesOfCell } from '../files/files-of-cell.js';
import type { ExecuteRequest } from '../protocol/requests.js';
import type { Message } from '../protocol/wire.js';
import type { CellOutput } from './output.js';

/** A value that was thrown, which may be undefined. */
export interface Thrown {
  readonly value: unknown;
}

/** One execution of a cell: what is asked, and what becomes of it while it runs and after. */
export class Cell implements CurrentCell {
  readonly abort = new AbortController();
  /** True once the cell's code took the abort signal: an interrupt then lets it end by itself. */
  listens = false;
  result: { readonly value: unknown } | null = null;
  thrown: Thrown | null = null;
  diagnostics: readonly Diagnostic[] = [];
  /** The names that a cell that failed had given a value until then; null for any other. */
  assignedUntilFailure: ReadonlySet<string> | null = null;
  readonly pages: string[] = [];
  readonly runs = new Set<string>();
  readonly reads = new Set<string>();
  readonly writes = new Set<string>();

  /**
   * @param serial counts every execution of this kernel, silent ones too; it names the script in stack traces.
   * @param order counts the recorded executions from 1.
   */
  constructor(
    readonly serial: number,
    readonly order: number,
    readonly executionId: string,
    readonly executionCount: number,
    readonly cellId: string | null,
    readonly message: Message,
    readonly request: ExecuteRequest,
    readonly output: CellOutput,
    readonly files: FilesOfCell
  ) {}

  get source(): string {
    return this.request.code;
  }

  get isSilent(): boolean {
    return this.request.silent;
  }

  get scriptName(): string {
    return `${SCRIPT_SCHEME}${this.serial}`;
  }
}

export const SCRIPT_SCHEME = 'slip://cell/';
