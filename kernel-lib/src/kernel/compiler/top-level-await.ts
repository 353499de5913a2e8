import type ts from 'typescript';
import type { TypeScript } from '../../graph/compiler.js';

/** Whether a cell or module awaits outside of all functions. */
export function awaitsAtTopLevel(ts: TypeScript, source: string): boolean {
  if (!/\bawait\b/.test(source)) {
    return false;
  }
  // With an export it is a module, where await is a keyword.
  const file = ts.createSourceFile('cell.ts', `export {};${source}`, ts.ScriptTarget.ESNext, false, ts.ScriptKind.TS);
  const awaits = (node: ts.Node): boolean => {
    if (ts.isFunctionLike(node)) {
      return false;
    }
    if (ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.AwaitUsing) === ts.NodeFlags.AwaitUsing) {
      return true;
    }
    if (ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier !== undefined)) {
      return true;
    }
    return ts.forEachChild(node, awaits) ?? false;
  };
  return awaits(file);
}
