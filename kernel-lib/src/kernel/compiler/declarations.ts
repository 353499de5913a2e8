import type ts from 'typescript';
import type { TypeScript } from '../../graph/compiler.js';

/** One statement of the declaration file of a cell. */
interface Declaration {
  readonly position: number;
  readonly text: string;
  readonly names: readonly string[];
  /** Every identifier in its text: what it may refer to. */
  readonly mentions: ReadonlySet<string>;
  /** Every cell sees it. */
  readonly isForAll: boolean;
}

/**
 * What all earlier cells declared. Checked together with every earlier declaration the hundredth cell would be slow: a
 * cell is given only what it can reach, and all imports.
 */
export class Declarations {
  readonly #byName = new Map<string, Set<Declaration>>();
  readonly #forAll = new Set<Declaration>();
  #next = 0;

  constructor(private readonly ts: TypeScript) {}

  get names(): Iterable<string> {
    return this.#byName.keys();
  }

  /** The declarations that `source` can reach. */
  reachableFrom(source: string): ReachableDeclarations {
    const reached = new Set(this.#forAll);
    const seen = new Set<string>();
    const open = [...identifiersIn(source)];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      if (seen.has(name)) {
        continue;
      }
      seen.add(name);
      for (const declaration of this.#byName.get(name) ?? []) {
        if (reached.has(declaration)) {
          continue;
        }
        reached.add(declaration);
        open.push(...declaration.mentions, ...declaration.names);
      }
    }
    const ordered = [...reached].sort((a, b) => a.position - b.position);
    return { text: ordered.map(({ text }) => text).join('\n'), members: reached };
  }

  /** Takes what the converter made of `given` and the cell: the declarations that hold from now on. */
  replace(given: ReachableDeclarations, declarationFile: string): void {
    for (const declaration of given.members as ReadonlySet<Declaration>) {
      this.#remove(declaration);
    }
    const { ScriptTarget, ScriptKind } = this.ts;
    const file = this.ts.createSourceFile('d.d.ts', declarationFile, ScriptTarget.ES2022, false, ScriptKind.TS);
    for (const statement of file.statements) {
      const names = this.#namesOf(statement);
      if (names.length === 0) {
        continue;
      }
      const text = declarationFile.slice(statement.pos, statement.end).trim();
      const isForAll = this.ts.isImportDeclaration(statement) || names[0] === GLOBAL;
      this.#add({ position: this.#next++, text, names, mentions: identifiersIn(text), isForAll });
    }
  }

  #add(declaration: Declaration): void {
    if (declaration.isForAll) {
      this.#forAll.add(declaration);
    }
    for (const name of declaration.names) {
      const declarations = this.#byName.get(name);
      if (declarations) {
        declarations.add(declaration);
      } else {
        this.#byName.set(name, new Set([declaration]));
      }
    }
  }

  #remove(declaration: Declaration): void {
    this.#forAll.delete(declaration);
    for (const name of declaration.names) {
      const declarations = this.#byName.get(name);
      declarations?.delete(declaration);
      if (declarations?.size === 0) {
        this.#byName.delete(name);
      }
    }
  }

  #namesOf(statement: ts.Statement): string[] {
    const { ts } = this;
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []));
    }
    if (ts.isImportDeclaration(statement)) {
      return this.#namesOfImport(statement);
    }
    if (ts.isModuleDeclaration(statement) && (ts.isStringLiteral(statement.name) || statement.name.text === GLOBAL)) {
      return [GLOBAL];
    }
    if (
      ts.isFunctionDeclaration(statement) ||
      ts.isClassDeclaration(statement) ||
      ts.isInterfaceDeclaration(statement) ||
      ts.isTypeAliasDeclaration(statement) ||
      ts.isEnumDeclaration(statement) ||
      ts.isModuleDeclaration(statement)
    ) {
      return statement.name ? [statement.name.text] : [];
    }
    return [];
  }

  #namesOfImport({ importClause }: ts.ImportDeclaration): string[] {
    if (!importClause) {
      return [];
    }
    const names = importClause.name ? [importClause.name.text] : [];
    const bindings = importClause.namedBindings;
    if (!bindings) {
      return names;
    }
    if (this.ts.isNamespaceImport(bindings)) {
      return [...names, bindings.name.text];
    }
    return [...names, ...bindings.elements.map(({ name }) => name.text)];
  }
}

/** Declarations that go into a conversion, to be given back to `replace`. */
export interface ReachableDeclarations {
  readonly text: string;
  readonly members: ReadonlySet<unknown>;
}

/** `declare global` and `declare module "name"` add to what every cell sees. */
const GLOBAL = 'global';

/** More than there are: words in strings and comments count too, which costs nothing but a declaration too many. */
function identifiersIn(source: string): Set<string> {
  const words = source.matchAll(/[A-Za-z_$\u00aa-\uffff][\w$\u00aa-\uffff]*/g);
  return new Set([...words].map(([word]) => word));
}
