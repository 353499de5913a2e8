import type ts from '@tslab/typescript-for-tslab';
import type { TypeScript } from './fork.js';

/** Types that can be written down as the checker prints them. */
const PRINTABLE = /^(?:typeof import\("[^"]+"\)|(?:string|number|boolean)(?:\[\])?)$/;

/**
 * Writes the declarations of a cell whose declaration file the compiler refused to write, because a type in it has no
 * name that the cell could use (`const fs = await import("fs")`). Such names become `any` unless their type can be
 * printed; the rest keeps its own text.
 *
 * @param rest what the converter appended for earlier cells.
 */
export function writeDeclarations(ts: TypeScript, program: ts.Program, rest: string): string {
  const file = program.getSourceFiles().find(({ fileName }) => fileName.endsWith('/__tslab__.ts'));
  if (!file) return rest;
  const checker = program.getTypeChecker();
  const written = new Set<string>();
  // `locals` is the binder's table of the cell's top-level names, internal to the compiler.
  const { locals } = file as ts.SourceFile & { locals?: ReadonlyMap<string, ts.Symbol> };
  for (const [name, symbol] of locals ?? []) {
    const declaration = symbol.declarations?.[0];
    if (declaration) written.add(declarationText(ts, checker, file, name, symbol, declaration));
  }
  return [...written, rest].join('\n');
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
    while (node.parent && !ts.isImportDeclaration(node)) node = node.parent;
    return ts.isImportDeclaration(node) ? node.getText(file) : `declare let ${name}: any;`;
  }
  const isTypeOnly = symbol.flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias);
  if (isTypeOnly && !(symbol.flags & ts.SymbolFlags.Value)) return declaration.getText(file);
  const flags = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.UseFullyQualifiedType;
  const type = checker.typeToString(checker.getTypeOfSymbolAtLocation(symbol, declaration), undefined, flags);
  return `declare let ${name}: ${PRINTABLE.test(type) ? type : 'any'};`;
}
