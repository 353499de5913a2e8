import type ts from 'typescript';
import { bindCell, localsOf, type TypeScript } from '../../graph/compiler.js';

/** The names that a cell declares at its top level, in the order of their declarations. */
export function topLevelNames(ts: TypeScript, source: string): string[] {
  const names = [...(localsOf(bindCell(ts, source).file)?.keys() ?? [])];
  return names.filter(name => !isInternal(name)).map(name => textOf(ts, name));
}

/** The variables that a bound file declares at its top level. */
export function variablesOf(ts: TypeScript, file: ts.SourceFile): string[] {
  return [...(localsOf(file) ?? [])].flatMap(([name, { flags }]) =>
    flags & ts.SymbolFlags.Variable ? [textOf(ts, name)] : []
  );
}

/** True for what the compiler itself enters, as for `declare global`. */
function isInternal(name: ts.__String): boolean {
  return /^__[^_]/.test(name as string);
}

/** A name as it is written: in its tables the compiler puts an underscore before names that begin with two. */
export function textOf(ts: TypeScript, name: ts.__String): string {
  return ts.unescapeLeadingUnderscores(name);
}
