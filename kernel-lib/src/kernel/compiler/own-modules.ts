import type ts from 'typescript';
import type { TypeScript } from '../../graph/compiler.js';
import { emitJavaScript } from './javascript.js';
import { isRelative } from './resolution.js';
import { Script } from './script.js';
import { awaitsAtTopLevel } from './top-level-await.js';
import { IMPORT_NAME, META_NAME, moduleTransformer } from './transform.js';
import type { Workspace } from './workspace.js';

/** What the function of a module is called with. */
export const MODULE_PARAMETERS = ['exports', 'require', 'module', IMPORT_NAME, META_NAME] as const;

/** One of the notebook's own modules, ready to run. */
export interface CompiledModule {
  /** Path of the source file. */
  readonly path: string;
  /** Changes with the file. */
  readonly version: string;
  readonly isAsync: boolean;
  /** What it runs: a script, or the value of a JSON file. */
  readonly content: { readonly script: Script } | { readonly json: string };
  /** Files of its own modules by the specifier that names them. */
  readonly imports: ReadonlyMap<string, string>;
  /** Specifiers that must be there before it runs, in their order; the others are imported while it runs. */
  readonly required: readonly string[];
}

/** Compiles the modules of the notebook's own that a cell reaches; what has not changed is kept. */
export class OwnModules {
  readonly #compiled = new Map<string, CompiledModule>();

  constructor(
    private readonly ts: TypeScript,
    private readonly workspace: Workspace
  ) {}

  /** Files of the modules that `file` imports, directly or transitively. */
  reachedFrom(program: ts.Program, file: ts.SourceFile): ts.SourceFile[] {
    const found = new Set<ts.SourceFile>();
    const open = [file];
    for (let next = open.pop(); next; next = open.pop()) {
      for (const path of this.importsOf(next).values()) {
        const imported = program.getSourceFile(path);
        if (imported && imported !== file && !found.has(imported)) {
          found.add(imported);
          open.push(imported);
        }
      }
    }
    return [...found];
  }

  /** Own modules that a file imports, by the specifier. */
  importsOf(file: ts.SourceFile): Map<string, string> {
    const { resolution, files } = this.workspace;
    const imports = new Map<string, string>();
    for (const { fileName: specifier } of this.ts.preProcessFile(file.text, true, true).importedFiles) {
      if (!isRelative(specifier)) {
        continue;
      }
      const path = resolution.resolve(specifier, file.fileName).resolvedModule?.resolvedFileName;
      if (path && files.isOwnModule(path)) {
        imports.set(specifier, path);
      }
    }
    return imports;
  }

  /** A module of the program, compiled. */
  compile(program: ts.Program, file: ts.SourceFile): CompiledModule {
    const { ts } = this;
    const path = file.fileName;
    const version = this.workspace.files.versionOf(path);
    const known = this.#compiled.get(path);
    if (known?.version === version && !this.#importsChanged(known, file)) {
      return known;
    }
    const compiled = path.endsWith('.json')
      ? {
          path,
          version,
          isAsync: false,
          content: { json: file.text },
          imports: new Map<string, string>(),
          required: []
        }
      : this.#compileScript(program, file, version, awaitsAtTopLevel(ts, file.text));
    this.#compiled.set(path, compiled);
    return compiled;
  }

  #compileScript(program: ts.Program, file: ts.SourceFile, version: string, isAsync: boolean): CompiledModule {
    const { ts } = this;
    const { code, maps } = emitJavaScript(ts, program, file, moduleTransformer(ts));
    if (code === null || maps === null) {
      throw new Error(`The compiler wrote nothing for ${file.fileName}.`);
    }
    const prefixLines = this.workspace.files.prefixOf(file.fileName) === '' ? 0 : 1;
    return {
      ...{ path: file.fileName, version, isAsync },
      content: {
        script: new Script(file.fileName, code, maps, { isAsync, parameters: MODULE_PARAMETERS, prefixLines })
      },
      imports: this.importsOf(file),
      required: requiredBy(ts, code)
    };
  }

  #importsChanged({ imports }: CompiledModule, file: ts.SourceFile): boolean {
    const now = this.importsOf(file);
    return now.size !== imports.size || [...now].some(([specifier, path]) => imports.get(specifier) !== path);
  }
}

/** Specifiers of the modules that compiled code requires: imports of types alone are gone. */
export function requiredBy(ts: TypeScript, code: string): string[] {
  if (!code.includes('require(')) {
    return [];
  }
  return ts.preProcessFile(code, true, true).importedFiles.map(({ fileName }) => fileName);
}
