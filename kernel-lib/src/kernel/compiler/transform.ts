import type ts from 'typescript';
import type { TypeScript } from '../../graph/compiler.js';
import type { CellProgram } from './workspace.js';

/** Where a cell leaves the value of its last expression: no name that code could have. */
export const RESULT_NAME = ' result';
/** Replaces `import(…)`, which Node cannot resolve from a script without a file. */
export const IMPORT_NAME = '__import';
/** Replaces `import.meta`, which exists in files of modules only. */
export const META_NAME = '__meta';

/** What the compiler has and does not declare. */
interface Internal {
  isExpressionNode(node: ts.Node): boolean;
}

/** Changes a file before the compiler turns it into JavaScript. */
export type Transformer = ts.TransformerFactory<ts.SourceFile>;

/**
 * A module of the notebook: its imports come first, as in every module, also where the file has them below their use.
 */
export function moduleTransformer(ts: TypeScript): Transformer {
  return context => {
    const visit = (node: ts.Node): ts.Node => replaceImportSyntax(ts, ts.visitEachChild(node, visit, context));
    return file => {
      const visited = ts.visitEachChild(file, visit, context);
      return context.factory.updateSourceFile(visited, importsFirst(ts, visited.statements));
    };
  };
}

/**
 * A cell: as a module; and names of earlier cells are read from what these left behind, and the value of the last
 * expression is kept.
 */
export function cellTransformer(ts: TypeScript, { checker, earlier }: CellProgram): Transformer {
  const { isExpressionNode } = ts as unknown as Internal;
  const isEarlier = (symbol: ts.Symbol | undefined): boolean =>
    symbol?.declarations?.some(declaration => declaration.getSourceFile() === earlier) ?? false;
  return context => {
    const { factory } = context;
    const earlierValue = (name: ts.Identifier): ts.Expression =>
      ts.setTextRange(factory.createPropertyAccessExpression(factory.createIdentifier('exports'), name), name);
    const isRead = (node: ts.Identifier): boolean =>
      !(ts.isPropertyAccessExpression(node.parent) && node.parent.name === node) &&
      isExpressionNode(node) &&
      isEarlier(checker.getSymbolAtLocation(node));
    const visit = (node: ts.Node): ts.Node => {
      if (ts.isIdentifier(node)) {
        return isRead(node) ? earlierValue(node) : node;
      }
      if (ts.isShorthandPropertyAssignment(node)) {
        if (!isEarlier(checker.getShorthandAssignmentValueSymbol(node))) {
          return ts.visitEachChild(node, visit, context);
        }
        const value = earlierValue(factory.createIdentifier(node.name.text));
        const initializer = node.objectAssignmentInitializer;
        const whole = initializer
          ? factory.createAssignment(value, ts.visitNode(initializer, visit, ts.isExpression))
          : value;
        return ts.setTextRange(factory.createPropertyAssignment(node.name.text, whole), node);
      }
      if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) {
        return node;
      }
      return replaceImportSyntax(ts, ts.visitEachChild(node, visit, context));
    };
    return file => {
      const visited = ts.visitEachChild(file, visit, context);
      const statements = importsFirst(ts, keepResult(ts, context, visited.statements));
      return factory.updateSourceFile(visited, statements);
    };
  };
}

function replaceImportSyntax(ts: TypeScript, node: ts.Node): ts.Node {
  const { factory, SyntaxKind } = ts;
  if (ts.isCallExpression(node) && node.expression.kind === SyntaxKind.ImportKeyword) {
    const callee = factory.createIdentifier(IMPORT_NAME);
    return ts.setTextRange(factory.createCallExpression(callee, undefined, node.arguments), node);
  }
  if (ts.isMetaProperty(node) && node.keywordToken === SyntaxKind.ImportKeyword) {
    return ts.setTextRange(factory.createIdentifier(META_NAME), node);
  }
  return node;
}

function importsFirst(ts: TypeScript, statements: readonly ts.Statement[]): ts.Statement[] {
  const isImport = (statement: ts.Statement): boolean =>
    ts.isImportDeclaration(statement) || (ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined);
  return [...statements.filter(isImport), ...statements.filter(statement => !isImport(statement))];
}

/** `a * 2` at the end of a cell becomes `exports[" result"] = a * 2`. */
function keepResult(
  ts: TypeScript,
  { factory }: ts.TransformationContext,
  statements: readonly ts.Statement[]
): ts.Statement[] {
  const last = statements.findLastIndex(statement => !ts.isExportDeclaration(statement));
  const statement = statements[last];
  if (!statement || !ts.isExpressionStatement(statement)) {
    return [...statements];
  }
  const target = factory.createElementAccessExpression(
    factory.createIdentifier('exports'),
    factory.createStringLiteral(RESULT_NAME)
  );
  const kept = factory.createExpressionStatement(factory.createAssignment(target, statement.expression));
  return statements.toSpliced(last, 1, ts.setTextRange(kept, statement));
}
