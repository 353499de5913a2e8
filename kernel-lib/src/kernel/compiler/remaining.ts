import type ts from 'typescript';
import { localsOf, type TypeScript } from '../../graph/compiler.js';
import type { CellProgram } from './workspace.js';

/** Which meanings of a name the cell leaves to the earlier declaration. */
interface Kept {
  readonly value: boolean;
  readonly type: boolean;
}

/**
 * The text of those earlier declarations that the cell does not declare anew. A name has two meanings, value and type,
 * and a cell may take over one of them.
 */
export function remainingDeclarations(ts: TypeScript, program: CellProgram): string {
  return new Remaining(ts, program).text();
}

class Remaining {
  /** Names of classes and enums whose type was taken over: the value is still there, and its type has no name. */
  readonly #untyped = new Set<string>();
  readonly #declared: ReadonlyMap<ts.__String, ts.Symbol>;

  constructor(
    private readonly ts: TypeScript,
    private readonly program: CellProgram
  ) {
    this.#declared = localsOf(program.cell) ?? new Map();
  }

  text(): string {
    const statements = this.program.earlier.statements.flatMap(statement => this.#statement(statement) ?? []);
    return [...statements, ...[...this.#untyped].map(name => `declare let ${name}: any;`)].join('\n');
  }

  #statement(statement: ts.Statement): string | null {
    const { ts } = this;
    const { earlier } = this.program;
    const whole = statement.getText(earlier);
    if (ts.isVariableStatement(statement)) {
      const { declarations, flags } = statement.declarationList;
      const left = declarations.filter(({ name }) => ts.isIdentifier(name) && this.#kept(name).value);
      const keyword = flags & ts.NodeFlags.Const ? 'const' : flags & ts.NodeFlags.Let ? 'let' : 'var';
      return left.length === 0 ? null : `declare ${keyword} ${left.map(one => one.getText(earlier)).join(', ')};`;
    }
    if (ts.isImportDeclaration(statement)) {
      return this.#import(statement);
    }
    if (ts.isFunctionDeclaration(statement)) {
      return statement.name && this.#kept(statement.name).value ? whole : null;
    }
    if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) {
      return this.#kept(statement.name).type ? whole : null;
    }
    if (ts.isClassDeclaration(statement) || ts.isEnumDeclaration(statement)) {
      return statement.name ? this.#both(statement.name, whole) : null;
    }
    if (ts.isModuleDeclaration(statement)) {
      // `declare global` and `declare module "name"` add to what is declared elsewhere.
      return ts.isIdentifier(statement.name) && statement.name.text !== 'global'
        ? this.#both(statement.name, whole)
        : whole;
    }
    return null;
  }

  /** A declaration that is a value and a type at once. */
  #both(name: ts.Identifier, whole: string): string | null {
    const { value, type } = this.#kept(name);
    if (value && !type) {
      this.#untyped.add(name.text);
    }
    return value && type ? whole : null;
  }

  #import(statement: ts.ImportDeclaration): string | null {
    const { ts } = this;
    const clause = statement.importClause;
    if (!clause) {
      return null;
    }
    const { earlier } = this.program;
    const name = clause.name && this.#keptImport(clause.name) ? clause.name.text : null;
    const bindings = clause.namedBindings;
    let others: string | null = null;
    if (bindings && ts.isNamespaceImport(bindings)) {
      others = this.#keptImport(bindings.name) ? bindings.getText(earlier) : null;
    } else if (bindings) {
      const left = bindings.elements.filter(element => this.#keptImport(element.name));
      others = left.length === 0 ? null : `{ ${left.map(element => element.getText(earlier)).join(', ')} }`;
    }
    const parts = [name, others].filter(part => part !== null).join(', ');
    const keyword = clause.isTypeOnly ? 'import type' : 'import';
    return parts && `${keyword} ${parts} from ${statement.moduleSpecifier.getText(earlier)};`;
  }

  #keptImport(name: ts.Identifier): boolean {
    const { ts } = this;
    const { checker } = this.program;
    const { value, type } = this.#kept(name);
    if (value === type) {
      return value;
    }
    const symbol = checker.getSymbolAtLocation(name);
    const meant = symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    const flags = meant?.flags ?? ts.SymbolFlags.None;
    const isValue = (flags & ts.SymbolFlags.Value) !== 0;
    const isType = (flags & ts.SymbolFlags.Type) !== 0;
    if (isValue && isType) {
      if (value) {
        this.#untyped.add(name.text);
      }
      return false;
    }
    return value ? isValue : isType;
  }

  #kept(name: ts.Identifier): Kept {
    const { ts } = this;
    const symbol = this.#declared.get(name.escapedText);
    if (!symbol) {
      return { value: true, type: true };
    }
    const meant = symbol.flags & ts.SymbolFlags.Alias ? this.program.checker.getAliasedSymbol(symbol) : symbol;
    return { value: !(meant.flags & ts.SymbolFlags.Value), type: !(meant.flags & ts.SymbolFlags.Type) };
  }
}
