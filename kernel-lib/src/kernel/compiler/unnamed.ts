import type ts from 'typescript';
import { localsOf, type TypeScript } from '../../graph/compiler.js';
import { textOf } from './names.js';
import type { CellProgram } from './workspace.js';

/** Types that can be written down as the checker prints them. */
const PRINTABLE = /^(?:typeof import\("[^"]+"\)|(?:string|number|boolean)(?:\[\])?)$/;

/**
 * Codes about a type that cannot be written in a declaration file: 4000-4127 "has or is using name", 2742 and 2527
 * "inferred type cannot be named", 7056 "exceeds the maximum length". They are not about the user's code.
 */
export function isUnnamed({ code }: ts.Diagnostic): boolean {
  return (code >= 4000 && code < 4128) || code === 2742 || code === 2527 || code === 7056;
}

/**
 * Writes the declarations of a cell whose declaration file the compiler refused to write, because a type in it has no
 * name that the cell could use. Such names become `any` unless their type can be printed; the rest keeps its own text.
 */
export function writeDeclarations(ts: TypeScript, { checker, cell }: CellProgram): string {
  const written = new Set<string>();
  for (const [name, symbol] of localsOf(cell) ?? []) {
    const declaration = symbol.declarations?.[0];
    if (declaration) {
      written.add(declarationText(ts, checker, cell, textOf(ts, name), symbol, declaration));
    }
  }
  return [...written].join('\n');
}

function declarationText(
  ts: TypeScript,
  checker: ts.TypeChecker,
  file: ts.SourceFile,
  name: string,
  symbol: ts.Symbol,
  declaration: ts.Declaration
): string {
  if (symbol.flags & ts.SymbolFlags.Alias) {
    let node: ts.Node = declaration;
    while (node.parent && !ts.isImportDeclaration(node)) {
      node = node.parent;
    }
    return ts.isImportDeclaration(node) ? node.getText(file) : `declare let ${name}: any;`;
  }
  const isTypeOnly = symbol.flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias);
  if (isTypeOnly && !(symbol.flags & ts.SymbolFlags.Value)) {
    return declaration.getText(file);
  }
  const flags = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.UseFullyQualifiedType;
  const type = checker.typeToString(checker.getTypeOfSymbolAtLocation(symbol, declaration), undefined, flags);
  return `declare let ${name}: ${PRINTABLE.test(type) ? type : 'any'};`;
}
