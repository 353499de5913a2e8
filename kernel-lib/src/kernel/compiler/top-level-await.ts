import type ts from '@tslab/typescript-for-tslab';
import type { TypeScript } from './fork.js';

/**
 * Whether a cell awaits outside of all functions. tslab concludes that from complaints of the compiler, which stay away
 * from a statement that awaits a member of something awaited, `await (await f()).g()`, where no other statement awaits.
 */
export function awaitsAtTopLevel(ts: TypeScript, source: string): boolean {
  if (!/\bawait\b/.test(source)) return false;
  // With an export it is a module, where await is a keyword.
  const file = ts.createSourceFile('cell.ts', `export {};${source}`, ts.ScriptTarget.ES2022, false, ts.ScriptKind.TS);
  const awaits = (node: ts.Node): boolean => {
    if (ts.isFunctionLike(node)) return false;
    if (ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier !== undefined)) return true;
    return ts.forEachChild(node, awaits) ?? false;
  };
  return awaits(file);
}
