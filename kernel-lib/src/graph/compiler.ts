import { createRequire } from 'node:module';
import type ts from '@tslab/typescript-for-tslab';

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
  const file = ts.createSourceFile('cell.ts', PREFIX + source, ScriptTarget.ES2022, false, ScriptKind.TS);
  (ts as unknown as Internal).bindSourceFile(file, { target: ScriptTarget.ES2022, module: ModuleKind.ESNext });
  return { file, offset: PREFIX.length };
}

/** The names of one scope, which the binder leaves on the node that opens it. */
export function localsOf(node: ts.Node): ReadonlyMap<string, ts.Symbol> | undefined {
  return (node as ts.Node & { locals?: ReadonlyMap<string, ts.Symbol> }).locals;
}

let loaded: TypeScript | undefined;

/** The copy of the compiler that tslab uses: a second one would cost 90 MB. Loads it at the first call. */
export function loadCompiler(): TypeScript {
  if (loaded) return loaded;
  const own = createRequire(import.meta.url);
  const requireOfTslab = createRequire(own.resolve('tslab/dist/converter.js'));
  loaded = requireOfTslab('@tslab/typescript-for-tslab') as TypeScript;
  return loaded;
}
