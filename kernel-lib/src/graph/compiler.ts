import { createRequire } from 'node:module';
import type ts from 'typescript';

/** The TypeScript API, as a value. */
export type TypeScript = typeof ts;

/** What the compiler has and does not declare. */
interface Internal {
  bindSourceFile(file: ts.SourceFile, options: ts.CompilerOptions): void;
}

/** Makes the cell a module, so that its names are its own. */
const PREFIX = 'export {};';

/** A cell that is parsed and bound: every scope knows its names, and nothing is type-checked. */
export interface BoundCell {
  readonly file: ts.SourceFile;
  /** Offset of the cell's own text in the file. */
  readonly offset: number;
}

/** Parses and binds a cell, which takes a fraction of a millisecond. Code with errors gives what can be read of it. */
export function bindCell(ts: TypeScript, source: string): BoundCell {
  const { ScriptTarget, ScriptKind, ModuleKind } = ts;
  const file = ts.createSourceFile('cell.ts', PREFIX + source, ScriptTarget.ESNext, false, ScriptKind.TS);
  bindFile(ts, file, { target: ScriptTarget.ESNext, module: ModuleKind.ESNext });
  return { file, offset: PREFIX.length };
}

/** Gives every scope of a file its names; a file that has them already stays as it is. */
export function bindFile(ts: TypeScript, file: ts.SourceFile, options: ts.CompilerOptions): void {
  (ts as unknown as Internal).bindSourceFile(file, options);
}

/** The names of one scope, which the binder leaves on the node that opens it. */
export function localsOf(node: ts.Node): ReadonlyMap<ts.__String, ts.Symbol> | undefined {
  return (node as ts.Node & { locals?: ReadonlyMap<ts.__String, ts.Symbol> }).locals;
}

let loaded: TypeScript | undefined;

/** The one copy of the compiler in this process: a second one would cost 90 MB. Loads it at the first call. */
export function loadCompiler(): TypeScript {
  loaded ??= createRequire(import.meta.url)('typescript') as TypeScript;
  return loaded;
}
