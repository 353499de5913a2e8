import type ts from 'typescript';
import { noNames, noUses, type CellNames, type NameUses } from './cell-names.js';
import { bindCell, localsOf, type TypeScript } from './compiler.js';
import {
  assignmentTargets,
  isDeclaredName,
  isInType,
  isMemberName,
  isMoreThanTypes,
  isOwnedBelow,
  nameOfDeferred,
  rootOf
} from './syntax.js';

/** Methods that change the object they are called on. */
const CHANGING_METHODS = new Set(
  (
    'push pop shift unshift splice sort reverse fill copyWithin set add delete clear append assign ' +
    'fit fitDataset trainOnBatch train load update'
  ).split(' ')
);
const FILE_READERS = new Set('readFile readFileSync createReadStream readdir readdirSync'.split(' '));
const FILE_WRITERS = new Set('writeFile writeFileSync appendFile appendFileSync createWriteStream'.split(' '));

/**
 * Finds what a cell declares, reads, assigns and may change. Seen are names and what is done with them by their names:
 * an object that is changed under another name, or by a function that it is handed to, is not.
 */
export function analyseCell(ts: TypeScript, source: string): CellNames {
  const { file, offset } = bindCell(ts, source);
  const names = noNames();
  for (const [name, { flags }] of localsOf(file) ?? []) {
    const isValue = (flags & (ts.SymbolFlags.Value | ts.SymbolFlags.Alias)) !== 0;
    (isValue ? names.declares : names.types).add(ts.unescapeLeadingUnderscores(name));
  }
  new NameWalk(ts, file, offset, names).run();
  return names;
}

/** One walk over a bound cell. `holder` is the top-level function or class whose body is walked, or null. */
class NameWalk {
  constructor(
    private readonly ts: TypeScript,
    private readonly file: ts.SourceFile,
    private readonly offset: number,
    private readonly names: CellNames
  ) {}

  run(): void {
    for (const statement of this.file.statements) {
      this.#visit(statement, null);
    }
  }

  #visit(node: ts.Node, holder: string | null): void {
    const { ts } = this;
    if (ts.isImportDeclaration(node)) {
      this.#noteImport(node);
      return;
    }
    if (ts.isIdentifier(node)) {
      this.#noteIdentifier(node, holder);
      return;
    }
    if (isMoreThanTypes(ts, node)) {
      this.names.needsTransform = true;
    }
    if (ts.isBinaryExpression(node)) {
      const { kind } = node.operatorToken;
      if (kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment) {
        this.#write(node.left, holder);
      }
    } else if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
      const { operator } = node;
      if (operator === ts.SyntaxKind.PlusPlusToken || operator === ts.SyntaxKind.MinusMinusToken) {
        this.#write(node.operand, holder);
      }
    } else if (ts.isDeleteExpression(node)) {
      this.#write(node.expression, holder);
    } else if (ts.isForOfStatement(node) || ts.isForInStatement(node)) {
      if (!ts.isVariableDeclarationList(node.initializer)) {
        this.#write(node.initializer, holder);
      }
    } else if (ts.isCallExpression(node)) {
      this.#noteCall(node, holder);
    }
    const inner = holder ?? nameOfDeferred(ts, node, this.file) ?? null;
    ts.forEachChild(node, child => this.#visit(child, inner));
  }

  #noteImport(node: ts.ImportDeclaration): void {
    const { ts, names } = this;
    const module = ts.isStringLiteral(node.moduleSpecifier) ? node.moduleSpecifier.text : '';
    const { importClause } = node;
    names.imports.push({ ...this.#placeOf(node), module, isBare: !importClause });
    if (importClause?.name) {
      names.imported.set(importClause.name.text, `${module}#default`);
    }
    const bindings = importClause?.namedBindings;
    if (bindings && ts.isNamespaceImport(bindings)) {
      names.imported.set(bindings.name.text, `${module}#*`);
    } else if (bindings) {
      for (const { name, propertyName } of bindings.elements) {
        names.imported.set(name.text, `${module}#${(propertyName ?? name).text}`);
      }
    }
  }

  #noteIdentifier(node: ts.Identifier, holder: string | null): void {
    const { ts } = this;
    // A missing name in broken code is an identifier without a text.
    if (!node.text || isMemberName(ts, node) || isOwnedBelow(ts, node, this.file)) {
      return;
    }
    const { parent } = node;
    const isShorthand =
      (ts.isShorthandPropertyAssignment(parent) && parent.name === node) ||
      (ts.isBindingElement(parent) &&
        parent.name === node &&
        !parent.propertyName &&
        !parent.dotDotDotToken &&
        ts.isObjectBindingPattern(parent.parent));
    this.names.places.push({ ...this.#placeOf(node), name: node.text, isShorthand, isType: isInType(ts, node) });
    if (!isDeclaredName(ts, node) && !this.#isAssignedOnly(node)) {
      this.#usesOf(holder).reads.add(node.text);
    }
  }

  #isAssignedOnly(node: ts.Identifier): boolean {
    const { parent } = node;
    if (!this.ts.isBinaryExpression(parent) || parent.left !== node) {
      return false;
    }
    return parent.operatorToken.kind === this.ts.SyntaxKind.EqualsToken;
  }

  #noteCall({ expression, arguments: args }: ts.CallExpression, holder: string | null): void {
    const { ts } = this;
    const isMethod = ts.isPropertyAccessExpression(expression);
    const name = isMethod ? expression.name.text : ts.isIdentifier(expression) ? expression.text : '';
    const [first] = args;
    if (first && ts.isStringLiteralLike(first)) {
      if (FILE_READERS.has(name)) {
        this.names.filesRead.add(first.text);
      } else if (FILE_WRITERS.has(name)) {
        this.names.filesWritten.add(first.text);
      }
    }
    if (!isMethod || !CHANGING_METHODS.has(name)) {
      return;
    }
    this.#change(expression.expression, holder);
    if (name === 'assign' && first) {
      this.#change(first, holder);
    }
  }

  #write(target: ts.Expression, holder: string | null): void {
    for (const written of assignmentTargets(this.ts, target)) {
      if (!this.ts.isIdentifier(written)) {
        this.#change(written, holder);
      } else if (!isOwnedBelow(this.ts, written, this.file)) {
        this.#usesOf(holder).assigns.add(written.text);
      }
    }
  }

  #change(target: ts.Expression, holder: string | null): void {
    const root = rootOf(this.ts, target);
    if (root && !isOwnedBelow(this.ts, root, this.file)) {
      this.#usesOf(holder).changes.add(root.text);
    }
  }

  #usesOf(holder: string | null): NameUses {
    if (holder === null) {
      return this.names;
    }
    const known = this.names.deferred.get(holder);
    if (known) {
      return known;
    }
    const uses = noUses();
    this.names.deferred.set(holder, uses);
    return uses;
  }

  #placeOf(node: ts.Node): { start: number; end: number } {
    return { start: node.getStart(this.file) - this.offset, end: node.end - this.offset };
  }
}
