import type ts from 'typescript';
import { localsOf, type TypeScript } from './compiler.js';

/** True where an identifier names a member, a label or a part of an import: it refers to no variable. */
export function isMemberName(ts: TypeScript, node: ts.Identifier): boolean {
  const { SyntaxKind } = ts;
  const parent = node.parent as ts.Node & { name?: ts.Node; right?: ts.Node; propertyName?: ts.Node };
  switch (parent.kind) {
    case SyntaxKind.PropertyAccessExpression:
    case SyntaxKind.PropertyAssignment:
    case SyntaxKind.MethodDeclaration:
    case SyntaxKind.PropertyDeclaration:
    case SyntaxKind.PropertySignature:
    case SyntaxKind.MethodSignature:
    case SyntaxKind.GetAccessor:
    case SyntaxKind.SetAccessor:
    case SyntaxKind.EnumMember:
    case SyntaxKind.Parameter:
      return parent.name === node;
    case SyntaxKind.QualifiedName:
      return parent.right === node;
    case SyntaxKind.BindingElement:
      return parent.propertyName === node;
    case SyntaxKind.LabeledStatement:
      return (parent as ts.LabeledStatement).label === node;
    case SyntaxKind.BreakStatement:
    case SyntaxKind.ContinueStatement:
    case SyntaxKind.ExportSpecifier:
    case SyntaxKind.NamedTupleMember:
    case SyntaxKind.MetaProperty:
      return true;
    default:
      return false;
  }
}

/** True where an identifier is the name that a declaration gives. */
export function isDeclaredName(ts: TypeScript, node: ts.Identifier): boolean {
  const parent = node.parent as ts.Node & { name?: ts.Node };
  return (
    parent.name === node && (ts.isVariableDeclaration(parent) || ts.isBindingElement(parent) || isNamed(ts, parent))
  );
}

function isNamed(ts: TypeScript, node: ts.Node): boolean {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isEnumDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isModuleDeclaration(node)
  );
}

/** True where an identifier is in a type, which is erased when the code runs. */
export function isInType(ts: TypeScript, node: ts.Identifier): boolean {
  let top: ts.Node = node;
  while (ts.isQualifiedName(top.parent)) {
    top = top.parent;
  }
  const { parent } = top;
  return (
    ts.isTypeReferenceNode(parent) ||
    (ts.isExpressionWithTypeArguments(parent) && ts.isInterfaceDeclaration(parent.parent.parent))
  );
}

/** True when a scope below the cell's top level declares the name of `node`. */
export function isOwnedBelow(ts: TypeScript, node: ts.Identifier, top: ts.SourceFile): boolean {
  const name = node.text;
  const escaped = ts.escapeLeadingUnderscores(name);
  for (let scope: ts.Node = node.parent; scope && scope !== top; scope = scope.parent) {
    if (localsOf(scope)?.has(escaped)) {
      return true;
    }
    if ((ts.isFunctionExpression(scope) || ts.isClassExpression(scope)) && scope.name?.text === name) {
      return true;
    }
    if (
      (ts.isClassLike(scope) || ts.isInterfaceDeclaration(scope)) &&
      scope.typeParameters?.some(parameter => parameter.name.text === name)
    ) {
      return true;
    }
  }
  return false;
}

/** True for syntax that code must be generated for: an enum, a namespace, a parameter property. */
export function isMoreThanTypes(ts: TypeScript, node: ts.Node): boolean {
  if (ts.isEnumDeclaration(node) || ts.isModuleDeclaration(node)) {
    return !node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword);
  }
  return ts.isParameter(node) && ts.isParameterPropertyDeclaration(node, node.parent);
}

/** The variable at the root of `a.b[c].d`; undefined when it is not a variable. */
export function rootOf(ts: TypeScript, expression: ts.Expression): ts.Identifier | undefined {
  let node: ts.Expression = expression;
  while (
    ts.isPropertyAccessExpression(node) ||
    ts.isElementAccessExpression(node) ||
    ts.isNonNullExpression(node) ||
    ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node)
  ) {
    node = node.expression;
  }
  return ts.isIdentifier(node) ? node : undefined;
}

/** The expressions that an assignment to `target` writes, through destructuring. */
export function assignmentTargets(ts: TypeScript, target: ts.Expression): ts.Expression[] {
  if (ts.isArrayLiteralExpression(target)) {
    return target.elements.flatMap(element => assignmentTargets(ts, element));
  }
  if (ts.isSpreadElement(target)) {
    return assignmentTargets(ts, target.expression);
  }
  if (ts.isParenthesizedExpression(target)) {
    return assignmentTargets(ts, target.expression);
  }
  if (ts.isBinaryExpression(target) && target.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
    return assignmentTargets(ts, target.left);
  }
  if (!ts.isObjectLiteralExpression(target)) {
    return [target];
  }
  return target.properties.flatMap(property => {
    if (ts.isPropertyAssignment(property)) {
      return assignmentTargets(ts, property.initializer);
    }
    if (ts.isShorthandPropertyAssignment(property)) {
      return [property.name];
    }
    return ts.isSpreadAssignment(property) ? assignmentTargets(ts, property.expression) : [];
  });
}

/** The name that holds a function or class of the cell's top level, whose body runs later. */
export function nameOfDeferred(ts: TypeScript, node: ts.Node, top: ts.SourceFile): string | undefined {
  if (ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node)) {
    return node.parent === top ? node.name?.text : undefined;
  }
  if (!ts.isArrowFunction(node) && !ts.isFunctionExpression(node)) {
    return undefined;
  }
  const { parent } = node;
  if (!ts.isVariableDeclaration(parent) || !ts.isIdentifier(parent.name)) {
    return undefined;
  }
  return parent.parent.parent.parent === top ? parent.name.text : undefined;
}
