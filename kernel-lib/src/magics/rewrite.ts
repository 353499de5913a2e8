import type ts from 'typescript';
import { withoutExports } from './exports.js';
import { findMagics, type Magic } from './find.js';

type TypeScript = typeof ts;

/**
 * Turns a cell into code that can run: its magic lines into calls, one line for one line, so that positions in errors
 * stay right, and what it exports into plain declarations, because every later cell sees them anyway. The name before `line` exists in every cell, and the call type-checks because `globalThis` takes any property.
 */
export function rewriteForExecution(ts: TypeScript, source: string): string {
  return withoutExports(ts, rewriteCalls(ts, source, 'globalThis.__slipway__.line'));
}

/**
 * Turns the magic lines of a cell into calls of `callee`.
 *
 * @param callee an expression for the function that runs a line.
 */
export function rewriteCalls(ts: TypeScript, source: string, callee: string): string {
  const magics = findMagics(ts, source);
  // The body of a cell magic belongs to the magic alone: a module with exports is not code of a cell.
  const whole = magics.find(magic => magic.kind === 'cell');
  if (whole) {
    return call(callee, `${whole.name} ${whole.args}`.trim(), bodyUnder(source, whole));
  }
  return replaceMagics(source, magics, magic =>
    magic.name === 'slip' ? call(callee, magic.args) : call(callee, `${magic.name} ${magic.args}`.trim())
  );
}

/** A cell as the compiler is to see it while it is edited: each magic line a comment of the same length. */
export interface EditedCell {
  readonly code: string;
  /** The magic line that the cursor is in. */
  readonly magic: Magic | null;
}

/** Blanks the magic lines of a cell; `cursor` counts UTF-16 units. */
export function blankForEditing(ts: TypeScript, source: string, cursor: number): EditedCell {
  const magics = findMagics(ts, source);
  return {
    code: replaceMagics(source, magics, ({ start, end }) => '//' + ' '.repeat(Math.max(0, end - start - 2))),
    magic: magics.find(({ start, end }) => cursor > start && cursor <= end) ?? null
  };
}

function replaceMagics(source: string, magics: readonly Magic[], replacement: (magic: Magic) => string): string {
  let result = '';
  let last = 0;
  for (const magic of magics) {
    result += source.slice(last, magic.start) + replacement(magic);
    last = magic.end;
  }
  return result + source.slice(last);
}

function call(callee: string, ...args: readonly string[]): string {
  const list = args.map(argument => JSON.stringify(argument)).join(', ');
  return `;await ${callee}(${list});`;
}

function bodyUnder(source: string, magic: Magic): string {
  return source.slice(magic.end).replace(/^\r?\n/, '');
}
