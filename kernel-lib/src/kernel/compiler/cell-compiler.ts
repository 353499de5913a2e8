import { createRequire } from 'node:module';
import path from 'node:path';
import { loadCompiler, type TypeScript } from '../../graph/compiler.js';
import type { InterruptFlags } from '../side/flags.js';
import { completionsAt, descriptionAt, type Completions } from './editor.js';
import { Declarations } from './declarations.js';
import { diagnosticsOf, type Diagnostic } from './diagnostics.js';
import { emitJavaScript } from './javascript.js';
import { moduleOfCell } from '../../magics/memory-module.js';
import { topLevelNames, variablesOf } from './names.js';
import { OwnModules, requiredBy, type CompiledModule } from './own-modules.js';
import { remainingDeclarations } from './remaining.js';
import { Script } from './script.js';
import { awaitsAtTopLevel } from './top-level-await.js';
import { cellTransformer, IMPORT_NAME, META_NAME } from './transform.js';
import { isUnnamed, writeDeclarations } from './unnamed.js';
import { Workspace, type CellProgram } from './workspace.js';

/** What the function of a cell is called with. */
export const CELL_PARAMETERS = ['exports', 'require', IMPORT_NAME, META_NAME] as const;

/** A cell that can run, with the modules of the notebook's own that it reaches. */
export interface CompiledCell {
  readonly diagnostics: readonly Diagnostic[];
  /** Null when the cell has nothing to run. */
  readonly script: Script | null;
  readonly isAsync: boolean;
  /** Its top-level variables. */
  readonly variables: readonly string[];
  readonly imports: ReadonlyMap<string, string>;
  readonly required: readonly string[];
  readonly modules: readonly CompiledModule[];
}

/** A cell that has nothing to run. */
const NOTHING: CompiledCell = {
  ...{ diagnostics: [], script: null, isAsync: false, variables: [] },
  ...{ imports: new Map(), required: [], modules: [] }
};

interface Loaded {
  readonly ts: TypeScript;
  readonly workspace: Workspace;
  readonly modules: OwnModules;
  readonly declarations: Declarations;
}

/**
 * Checks cells and turns them into JavaScript. A cell is a module that sees what earlier cells declared; it is checked
 * with no more of that than it can reach. The compiler is loaded at the first use, because that takes a second that a
 * starting kernel need not wait for.
 */
export class CellCompiler {
  #loaded: Loaded | undefined;
  #isReady = false;
  #preparing: Promise<void> | undefined;

  /** @param directory folder of the notebook. */
  constructor(
    private readonly directory: string,
    private readonly flags: InterruptFlags
  ) {}

  get ts(): TypeScript {
    return this.#load().ts;
  }

  /** False while the first check would keep a question waiting for about a second. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Gets the compiler ready before the first cell needs it, in steps between which requests are answered. */
  prepare(): Promise<void> {
    this.#preparing ??= this.#prepare();
    return this.#preparing;
  }

  async #prepare(): Promise<void> {
    const { workspace } = this.#load();
    await workspace.prepare();
    if (!this.#isReady) {
      this.#checkTrifle();
    }
  }

  /** A first program and check: what every later one builds on. */
  #checkTrifle(): void {
    this.flags.protect(() => {
      const { ts, workspace } = this.#load();
      const { program, cell } = workspace.show('0', '');
      diagnosticsOf(ts, program, workspace.files, [cell]);
    });
    this.#isReady = true;
  }

  /** @param name of the cell's script in stack traces. */
  compile(source: string, name: string): CompiledCell {
    const compiled = this.flags.protect(() => this.#compile(source, name));
    this.#isReady = true;
    return compiled;
  }

  #compile(source: string, name: string): CompiledCell {
    const { ts, workspace, declarations, modules: own } = this.#load();
    const memoryModule = moduleOfCell(source);
    if (memoryModule !== null) {
      return this.#addModule(memoryModule, source);
    }
    const names = topLevelNames(ts, source);
    const exported = names.length > 0 ? `\nexport { ${names.join(', ')} };` : '';
    const reachable = declarations.reachableFrom(source);
    const shown = workspace.show(source + exported, reachable.text);
    const { program, cell } = shown;
    const sources = own.reachedFrom(program, cell);
    const diagnostics = diagnosticsOf(ts, program, workspace.files, [cell, ...sources]);
    if (diagnostics.length > 0) {
      return { ...NOTHING, diagnostics };
    }
    const emitted = emitJavaScript(ts, program, cell, cellTransformer(ts, shown));
    declarations.replace(reachable, this.#declarationsAfter(shown, emitted));
    const isAsync = awaitsAtTopLevel(ts, source);
    const { code, maps } = emitted;
    const script =
      code === null || maps === null
        ? null
        : new Script(name, code, maps, { isAsync, parameters: CELL_PARAMETERS, prefixLines: 1 });
    return {
      diagnostics,
      script,
      isAsync,
      variables: variablesOf(ts, cell),
      imports: own.importsOf(cell),
      required: code === null ? [] : requiredBy(ts, code),
      modules: sources.map(file => own.compile(program, file))
    };
  }

  #declarationsAfter(shown: CellProgram, emitted: ReturnType<typeof emitJavaScript>): string {
    const { ts } = this.#load();
    const written =
      emitted.declarations === undefined || emitted.diagnostics.some(isUnnamed)
        ? writeDeclarations(ts, shown)
        : emitted.declarations;
    return `${remainingDeclarations(ts, shown)}\n${written}`;
  }

  /** A cell that is a module in memory: later cells import it by its name. */
  #addModule(name: string, source: string): CompiledCell {
    const { ts, workspace } = this.#load();
    const { files } = workspace;
    const file = files.pathOf(name);
    files.put(file, source);
    const { program } = workspace.show('', '');
    const module = program.getSourceFile(file);
    const diagnostics = module ? diagnosticsOf(ts, program, files, [module]) : [];
    return { ...NOTHING, diagnostics };
  }

  /** What could be written at a position, counted in UTF-16 units. */
  completions(source: string, position: number): Completions {
    const { workspace, declarations } = this.#load();
    const { text } = declarations.reachableFrom(source);
    return this.flags.protect(() => {
      workspace.edit(source, text);
      return completionsAt(workspace, source, position, declarations.names);
    });
  }

  /** What is known about the name at a position; undefined for none. */
  describe(source: string, position: number): string | undefined {
    const { workspace, declarations } = this.#load();
    const { text } = declarations.reachableFrom(source);
    return this.flags.protect(() => {
      workspace.edit(source, text);
      return descriptionAt(workspace, position);
    });
  }

  #load(): Loaded {
    if (this.#loaded) {
      return this.#loaded;
    }
    const ts = loadCompiler();
    const nodeTypes = path.dirname(createRequire(import.meta.url).resolve('@types/node/package.json'));
    const workspace = new Workspace(ts, this.directory.replaceAll('\\', '/'), nodeTypes);
    this.#loaded = { ts, workspace, modules: new OwnModules(ts, workspace), declarations: new Declarations(ts) };
    return this.#loaded;
  }
}
