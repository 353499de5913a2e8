import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { runInThisContext } from 'node:vm';
import type { CompiledModule } from '../compiler/own-modules.js';
import { isRelative } from '../compiler/resolution.js';
import type { Script } from '../compiler/script.js';
import { namespaceOf, type Packages } from './packages.js';

/** A module while and after it runs. */
interface Instance {
  readonly compiled: CompiledModule;
  readonly module: { exports: unknown };
  /** Settles when it has run. */
  done: Promise<void>;
}

/** What code finds in its function's parameters. */
export interface Bindings {
  readonly require: (specifier: string) => unknown;
  readonly import: (specifier: string) => Promise<unknown>;
  readonly meta: object;
}

/**
 * The notebook's own modules as they run: each once, after what it imports, until its file or that of something it
 * imports has changed.
 */
export class OwnModuleInstances {
  readonly #compiled = new Map<string, CompiledModule>();
  readonly #instances = new Map<string, Instance>();

  /** @param onScript is told each script before it runs. */
  constructor(
    private readonly packages: Packages,
    private readonly onScript: (script: Script) => void
  ) {}

  /** Takes what a cell reaches; modules that have changed, and those that import them, will run again. */
  update(modules: readonly CompiledModule[]): void {
    const stale = new Set<string>();
    for (const module of modules) {
      const known = this.#compiled.get(module.path);
      if (known && known !== module) {
        stale.add(module.path);
      }
      this.#compiled.set(module.path, module);
    }
    for (let grew = stale.size > 0; grew;) {
      grew = false;
      for (const { path: file, imports } of this.#compiled.values()) {
        if (!stale.has(file) && [...imports.values()].some(imported => stale.has(imported))) {
          stale.add(file);
          grew = true;
        }
      }
    }
    for (const file of stale) {
      this.#instances.delete(file);
    }
  }

  /** Runs the modules that code requires, those first that they import themselves. */
  async evaluate(
    { imports, required }: Pick<CompiledModule, 'imports' | 'required'>,
    importers: ReadonlySet<string> = new Set()
  ): Promise<void> {
    for (const specifier of required) {
      const file = imports.get(specifier);
      // A module that imports its importer finds what that one has until then.
      if (file !== undefined && !importers.has(file)) {
        await this.#evaluate(file, importers);
      }
    }
  }

  /** What code in a folder imports with. */
  bindings(imports: ReadonlyMap<string, string>, file: string): Bindings {
    const folder = path.dirname(file);
    const outside = (specifier: string): string =>
      /^\.{1,2}(\/|$)/.test(specifier) ? path.resolve(folder, specifier) : specifier;
    return {
      require: specifier => {
        const own = imports.get(specifier);
        return own === undefined ? this.packages.require(outside(specifier)) : this.#exportsOf(own);
      },
      import: async specifier => {
        const own = imports.get(String(specifier));
        if (own === undefined) {
          return this.packages.import(outside(String(specifier)));
        }
        await this.#evaluate(own, new Set());
        return namespaceOf(this.#exportsOf(own));
      },
      meta: {
        dirname: folder,
        filename: file,
        url: pathToFileURL(file).href,
        resolve: (specifier: string) =>
          isRelative(specifier) ? new URL(specifier, pathToFileURL(file)).href : import.meta.resolve(specifier)
      }
    };
  }

  #exportsOf(file: string): unknown {
    const instance = this.#instances.get(file);
    if (!instance) {
      throw new Error(`${file} is required before it could run: use \`import\` at the top of the cell or module.`);
    }
    return instance.module.exports;
  }

  #evaluate(file: string, importers: ReadonlySet<string>): Promise<void> {
    const known = this.#instances.get(file);
    if (known) {
      return known.done;
    }
    const compiled = this.#compiled.get(file);
    if (!compiled) {
      return Promise.reject(new Error(`${file} was not compiled.`));
    }
    const instance: Instance = { compiled, module: { exports: {} }, done: Promise.resolve() };
    this.#instances.set(file, instance);
    instance.done = this.#run(instance, new Set([...importers, file]));
    instance.done.catch(() => {
      // The next cell that imports it tries again.
      if (this.#instances.get(file) === instance) {
        this.#instances.delete(file);
      }
    });
    return instance.done;
  }

  async #run({ compiled, module }: Instance, importers: ReadonlySet<string>): Promise<void> {
    const { content, path: file, imports } = compiled;
    if ('json' in content) {
      module.exports = JSON.parse(content.json);
      return;
    }
    await this.evaluate(compiled, importers);
    const { script } = content;
    this.onScript(script);
    const { require, import: importModule, meta } = this.bindings(imports, file);
    const run = runInThisContext(script.text, { filename: script.name }) as (...args: unknown[]) => unknown;
    await run(module.exports, require, module, importModule, meta);
  }
}
