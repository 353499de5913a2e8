import type ts from 'typescript';
import type { TypeScript } from '../../graph/compiler.js';
import type { IsCompleteReply } from './assistant.js';

/** Parse errors that more lines may fix: an open template, an open comment, an open string. */
const OPEN_ENDED = new Set([1160, 1010, 1002]);
/** Two empty lines at the end mean that the user wants it run unchanged. */
const ENDS_WITH_BLANK_LINES = /\n[ \t]*\n[ \t]*$/;

/** Whether code can run as it is, needs more lines, or is wrong; asked by consoles when Enter is pressed. */
export function isFinished(ts: TypeScript, code: string): IsCompleteReply {
  if (ENDS_WITH_BLANK_LINES.test(code)) {
    return { status: 'complete' };
  }
  const errors = parseErrors(ts, code);
  const end = code.trimEnd().length;
  const isOpen = errors.some(
    ({ code: number, start, length, messageText }) =>
      (OPEN_ENDED.has(number) && start + length >= end) ||
      // The parser has come to the end, and expected more.
      (start >= end && length <= 1 && typeof messageText === 'string' && messageText.endsWith(' expected.'))
  );
  if (isOpen) {
    return { status: 'incomplete', indent: indentAfter(code) };
  }
  return { status: errors.length > 0 ? 'invalid' : 'complete' };
}

/** The indentation of the last line; two more after an opening bracket. */
function indentAfter(code: string): string {
  const last = code.split('\n').at(-1) ?? '';
  const own = /^\s*/.exec(last)?.[0] ?? '';
  return /[([{]\s*$/.test(last) ? `${own}  ` : own;
}

function parseErrors(ts: TypeScript, code: string): readonly ts.DiagnosticWithLocation[] {
  const { ScriptTarget, ScriptKind } = ts;
  const file = ts.createSourceFile('cell.ts', code, ScriptTarget.ESNext, false, ScriptKind.TS);
  // Internal to the compiler, and the only way to the parser's own errors.
  return (file as ts.SourceFile & { parseDiagnostics: readonly ts.DiagnosticWithLocation[] }).parseDiagnostics;
}
