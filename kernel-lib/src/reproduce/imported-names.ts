/** The imports of a script, merged: each name once, types apart because Node does not know which names are types. */
export class ImportedNames {
  /** Local name → `module#name`, `module#default` or `module#*`. */
  readonly #names = new Map<string, string>();
  readonly #bare = new Set<string>();
  readonly #values = new Set<string>();
  readonly #types = new Set<string>();

  add(local: string, from: string): void {
    this.#names.set(local, from);
  }

  /** A module that is imported for what it does. */
  addBare(module: string): void {
    this.#bare.add(module);
  }

  /** The script uses `local` somewhere. Names that it never uses are not imported, as in the notebook. */
  use(local: string, isType: boolean): void {
    (isType ? this.#types : this.#values).add(local);
  }

  text(): string {
    const statements = [...this.#bare].map(module => `import ${JSON.stringify(module)};`);
    for (const [keyword, used] of [
      ['import', this.#values],
      ['import type', new Set([...this.#types].filter(name => !this.#values.has(name)))]
    ] as const) {
      statements.push(...this.#statements(keyword, used));
    }
    return statements.join('\n');
  }

  #statements(keyword: string, used: ReadonlySet<string>): string[] {
    const statements: string[] = [];
    const named = new Map<string, string[]>();
    for (const [local, from] of this.#names) {
      if (!used.has(local)) {
        continue;
      }
      const separator = from.lastIndexOf('#');
      const module = JSON.stringify(from.slice(0, separator));
      const name = from.slice(separator + 1);
      if (name === '*') {
        statements.push(`${keyword} * as ${local} from ${module};`);
      } else if (name === 'default') {
        statements.push(`${keyword} ${local} from ${module};`);
      } else {
        const specifier = name === local ? local : `${name} as ${local}`;
        named.set(module, [...(named.get(module) ?? []), specifier]);
      }
    }
    for (const [module, specifiers] of named) {
      statements.push(`${keyword} { ${specifiers.join(', ')} } from ${module};`);
    }
    return statements;
  }
}
