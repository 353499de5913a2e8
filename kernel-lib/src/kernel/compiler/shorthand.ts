import type ts from '@tslab/typescript-for-tslab';
import type { TypeScript } from './fork.js';

/**
 * Makes `{ train }` read a variable of an earlier cell. tslab turns such names into `exports.train`, but overlooks those
 * in shorthand properties, which then are "not defined" at run time: the shorthand is written out before tslab's own
 * transformation, and its name is looked up as the value that it stands for.
 */
export function expandShorthand(ts: TypeScript, builder: ts.BuilderProgram): void {
  const emit = builder.emit.bind(builder);
  builder.emit = (target, write, token, onlyDeclarations, custom) => {
    lookUpValues(ts, builder.getProgram().getTypeChecker());
    const before = [shorthandWriter(ts), ...(custom?.before ?? [])];
    return emit(target, write, token, onlyDeclarations, { ...custom, before });
  };
}

function shorthandWriter(ts: TypeScript): ts.TransformerFactory<ts.SourceFile> {
  return context => {
    const visit = (node: ts.Node): ts.Node => {
      if (!ts.isShorthandPropertyAssignment(node)) return ts.visitEachChild(node, visit, context);
      if (node.objectAssignmentInitializer) return node;
      const value = ts.setOriginalNode(ts.factory.createIdentifier(node.name.text), node.name);
      ts.setTextRange(value, node.name);
      const written = ts.factory.createPropertyAssignment(ts.factory.createIdentifier(node.name.text), value);
      return ts.setTextRange(written, node);
    };
    return file => ts.visitEachChild(file, visit, context);
  };
}

const patched = new WeakSet<ts.TypeChecker>();

function lookUpValues(ts: TypeScript, checker: ts.TypeChecker): void {
  if (patched.has(checker)) return;
  patched.add(checker);
  const original = checker.getSymbolAtLocation.bind(checker);
  checker.getSymbolAtLocation = node => {
    const parsed = ts.getParseTreeNode(node);
    const shorthand = parsed?.parent;
    return parsed && shorthand && ts.isShorthandPropertyAssignment(shorthand) && shorthand.name === parsed
      ? checker.getShorthandAssignmentValueSymbol(shorthand)
      : original(node);
  };
}
