import type ts from '@tslab/typescript-for-tslab';
import type { CellCompiler } from '../compiler/cell-compiler.js';
import type { IsCompleteReply } from './assistant.js';

/** Parse errors that more lines may mend: an open template, an open comment, an open string. */
const OPEN_ENDED = new Set([1160, 1010, 1002]);
/** Two empty lines at the end mean that the user wants it run as it is. */
const ENDS_WITH_BLANK_LINES = /\n[ \t]*\n[ \t]*$/;

/** Whether code can run as it stands, needs more lines, or is wrong; asked by consoles when Enter is pressed. */
export function isFinished(compiler: CellCompiler, code: string): IsCompleteReply {
  const { completed, indent } = compiler.isComplete(code);
  if (!completed) return { status: 'incomplete', indent: indent ?? '' };
  const errors = parseErrors(compiler.ts, code);
  const end = code.trimEnd().length;
  const isOpen = errors.some(({ code: number, start, length }) => OPEN_ENDED.has(number) && start + length >= end);
  if (isOpen) return { status: 'incomplete', indent: '' };
  return { status: errors.length > 0 && !ENDS_WITH_BLANK_LINES.test(code) ? 'invalid' : 'complete' };
}

function parseErrors(typescript: typeof ts, code: string): readonly ts.DiagnosticWithLocation[] {
  const { ScriptTarget, ScriptKind } = typescript;
  const file = typescript.createSourceFile('cell.ts', code, ScriptTarget.ES2022, false, ScriptKind.TS);
  // Internal to the compiler, and the only way to the parser's own errors.
  return (file as ts.SourceFile & { parseDiagnostics: readonly ts.DiagnosticWithLocation[] }).parseDiagnostics;
}
