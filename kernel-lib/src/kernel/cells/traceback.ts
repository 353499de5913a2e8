import type { Diagnostic } from '../compiler/diagnostics.js';
import { isErrorOf, textOf } from './foreign-values.js';
import type { StackFrames } from './stack-frames.js';

/** An error as Jupyter's messages carry it. */
export interface ErrorReport {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

const RED = '\x1b[0;31m';
const RED_BOLD = '\x1b[1;31m';
const GREEN = '\x1b[0;32m';
const CYAN = '\x1b[0;36m';
const DIM = '\x1b[2m';
const RESET = '\x1b[0m';

/** A place in a cell at the end of a frame. */
const CELL_PLACE = /^(\s+at )(?:async )?(.*?)\(?(Cell In\[\d+\]:\d+:\d+)\)?$/;
/** Frames that tell the user of a failed cell nothing: Node's own. */
const HIDDEN_FRAME = /node:/;
/** An error that the library words for the user needs no frames of the library. */
const OWN_FRAME =
  /[\\/](?:kernel-lib|packages[\\/][\w-]+)[\\/](?:dist|lib|src)[\\/]|[\\/]node_modules[\\/](?:slipway|@slipway)[\\/]/;
const MAX_CAUSES = 5;
const MAX_QUOTED_DIAGNOSTICS = 5;
/** TypeScript's "Cannot find name", without and with a near name. */
const UNKNOWN_NAME = new Set([2304, 2552]);

/** Describes what cells throw, with the places in the cells' own source. */
export class Tracebacks {
  constructor(private readonly stacks: StackFrames) {}

  /** Describes a thrown value of any kind. */
  describe(thrown: unknown): ErrorReport {
    return this.#describe(thrown, MAX_CAUSES);
  }

  #describe(thrown: unknown, causesLeft: number): ErrorReport {
    const error = asError(thrown);
    if (!error) {
      const evalue = typeof thrown === 'string' ? thrown : textOf(thrown);
      return { ename: 'Thrown', evalue, traceback: [`${RED}Thrown${RESET}: ${evalue}`] };
    }
    const hidden = error.name === 'SlipwayError' ? OWN_FRAME : HIDDEN_FRAME;
    const traceback = [`${RED}${error.name}${RESET}: ${error.message}`, ...this.#frames(error, hidden)];
    if (error.cause !== undefined && error.cause !== null && causesLeft > 0) {
      traceback.push('Caused by:', ...this.#describe(error.cause, causesLeft - 1).traceback);
    }
    if (isErrorOf(AggregateError, thrown) && causesLeft > 0) {
      for (const one of thrown.errors) {
        traceback.push('One of:', ...this.#describe(one, causesLeft - 1).traceback);
      }
    }
    return { ename: error.name, evalue: error.message, traceback };
  }

  /** Frames of the stack; the first one in a cell is preceded by a quotation of the source. */
  #frames({ thrown, stack }: ErrorParts, hidden: RegExp): string[] {
    const frames: string[] = [];
    let quotation: string[] = [];
    for (const { text, place } of this.stacks.of(thrown, stack)) {
      if (place) {
        frames.push(text.replace(CELL_PLACE, `$1$2${CYAN}$3${RESET}`));
        const { cell, line, column } = place;
        if (quotation.length === 0) {
          quotation = quote(cell.source, { line, column, length: 1, around: 2 });
        }
      } else if (!HIDDEN_FRAME.test(text) && !hidden.test(text)) {
        frames.push(DIM + text + RESET);
      }
    }
    return [...quotation, ...frames];
  }
}

/** Describes why a cell was not run. Positions in diagnostics are those of the cell already. */
export function describeDiagnostics(
  diagnostics: readonly Diagnostic[],
  source: string,
  executionCount: number
): ErrorReport {
  const traceback: string[] = [];
  let quoted = 0;
  let previousOffset: number | undefined;
  for (const { code, messageText, fileName, start, end } of diagnostics) {
    const place = `${fileName ?? 'cell'}:${start.line + 1}:${start.character + 1}`;
    traceback.push(`${RED}TS${code}${RESET}: ${messageText} ${CYAN}(${place})${RESET}`);
    // A chain of messages about one place is quoted once.
    if (!fileName && start.offset !== previousOffset && quoted < MAX_QUOTED_DIAGNOSTICS) {
      quoted++;
      const length = end.line === start.line ? Math.max(1, end.character - start.character) : 1;
      traceback.push(...quote(source, { line: start.line, column: start.character, length, around: 1 }));
    }
    previousOffset = start.offset;
  }
  const unknown = diagnostics.flatMap(({ code, messageText, fileName }) =>
    UNKNOWN_NAME.has(code) && !fileName ? (/'([^']+)'/.exec(String(messageText))?.slice(1, 2) ?? []) : []
  );
  if (unknown.length > 0) {
    const names = [...new Set(unknown)].join(', ');
    traceback.push(
      `Cell In[${executionCount}] was not run: no cell that has run defines ${names}. Run the cell that does, or define it here.`
    );
  }
  const [first] = diagnostics;
  return { ename: 'CompileError', evalue: first ? `TS${first.code}: ${first.messageText}` : '', traceback };
}

interface Quotation {
  readonly line: number;
  readonly column: number;
  readonly length: number;
  /** How many lines before and after. */
  readonly around: number;
}

function quote(source: string, { line, column, length, around }: Quotation): string[] {
  const lines = source.split('\n');
  const quoted: string[] = [];
  for (let i = Math.max(0, line - around); i <= Math.min(lines.length - 1, line + around); i++) {
    const number = String(i + 1).padStart(4);
    quoted.push(i === line ? `${GREEN}---->${number}${RESET} ${lines[i]}` : `${DIM}     ${number}${RESET} ${lines[i]}`);
    if (i === line) {
      quoted.push(' '.repeat(10 + column) + RED_BOLD + (length > 1 ? '~'.repeat(length) : '^') + RESET);
    }
  }
  return quoted;
}

interface ErrorParts {
  readonly thrown: object;
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly cause: unknown;
}

/** The parts of an error, also of one from another realm; reading them never throws. */
function asError(thrown: unknown): ErrorParts | null {
  if (!thrown || typeof thrown !== 'object') {
    return null;
  }
  try {
    const { name, message, stack, cause } = thrown as Partial<ErrorParts>;
    if (!(thrown instanceof Error) && typeof stack !== 'string') {
      return null;
    }
    return { thrown, name: String(name || 'Error'), message: String(message ?? ''), stack: String(stack ?? ''), cause };
  } catch {
    return null;
  }
}
