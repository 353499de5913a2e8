import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { compileFunction, constants } from 'node:vm';
import { z } from 'zod';
import { foldersUpward } from '@slipway/recording/spool';
import { originOf, packageFolder, packageName } from '../compiler/packages.js';
import { observedFileModules } from '../files/observed-fs.js';
import type { InterruptFlags } from '../side/flags.js';
import type { TypeScript } from '../compiler/fork.js';
import type { CellRouting } from './routing.js';

/** What tslab leaves in the global scope for the scripts of cells. */
interface TslabGlobal {
  __tslab__: { require: NodeJS.Require };
}

/**
 * How the code of cells gets its modules: `slipway` and tfjs are the kernel's own instances from any folder, and ES
 * modules that `require` refuses are imported before the cell runs. Node's file modules tell what the cells do with files.
 */
export class CellModules {
  readonly #fromNotebook: NodeJS.Require;
  readonly #fromPackage: NodeJS.Require;
  readonly #imported = new Map<string, unknown>();
  readonly #files: ReadonlyMap<string, unknown>;

  private constructor(
    private readonly directory: string,
    private readonly flags: InterruptFlags,
    plain: NodeJS.Require,
    routing: CellRouting
  ) {
    this.#fromNotebook = plain;
    this.#fromPackage = createRequire(path.join(packageFolder, 'package.json'));
    this.#files = observedFileModules((file, use) => routing.own?.files.note(file, use));
  }

  /** Puts itself between the cells and tslab's `require`; an executor must exist. */
  static install(directory: string, flags: InterruptFlags, routing: CellRouting): CellModules {
    const { __tslab__: tslab } = globalThis as unknown as TslabGlobal;
    const modules = new CellModules(directory, flags, tslab.require, routing);
    tslab.require = new Proxy(tslab.require, {
      apply: (_target, _this, [specifier]: [string]) => modules.#load(specifier)
    });
    return modules;
  }

  /**
   * Imports those ES modules of a cell that `require` refuses: they await at their top level, which shows only when
   * they are loaded, or their package names no file for `require`. Errors are left to the cell's own `require`.
   */
  async preload(ts: TypeScript, code: string): Promise<void> {
    if (!code.includes('import')) return;
    for (const { fileName: specifier } of ts.preProcessFile(code, true, false).importedFiles) {
      // tslab runs the notebook's own .ts and .js files itself.
      const isOwnFile = specifier.startsWith('.') && !specifier.endsWith('.mjs');
      if (this.#imported.has(specifier) || isOwnFile || specifier === 'tslab') continue;
      if (!this.#mayBeModule(specifier)) continue;
      try {
        // A module whose loading is terminated stays broken for the rest of the session.
        this.flags.protect(() => this.#load(specifier));
      } catch (error) {
        if (!isErrorWithCode(error, 'ERR_REQUIRE_ASYNC_MODULE') && !isErrorWithCode(error, NOT_FOR_REQUIRE)) continue;
        const base = originOf(specifier) === 'kernel' ? packageFolder : this.directory;
        const loaded = await importFrom(base, specifier).catch(() => undefined);
        if (loaded) this.#imported.set(specifier, asRequired(loaded));
      }
    }
  }

  /** False for CommonJS, for Node's own modules and for what is not found. */
  #mayBeModule(specifier: string): boolean {
    // Node remembers what it did not find: asking too early would hide a package that is installed later.
    if (!specifier.startsWith('.') && !this.#isInstalled(specifier)) return false;
    try {
      const require = originOf(specifier) === 'kernel' ? this.#fromPackage : createRequire(this.directory + path.sep);
      const file = require.resolve(specifier);
      return path.isAbsolute(file) && isModuleFile(file);
    } catch (error) {
      return isErrorWithCode(error, NOT_FOR_REQUIRE);
    }
  }

  #isInstalled(specifier: string): boolean {
    if (originOf(specifier) === 'kernel') return true;
    const name = packageName(specifier);
    return [...foldersUpward(this.directory)].some(folder => existsSync(path.join(folder, 'node_modules', name)));
  }

  #load(specifier: string): unknown {
    const known = this.#files.get(specifier) ?? this.#imported.get(specifier);
    if (known) return known;
    switch (originOf(specifier)) {
      case 'kernel':
        return this.#fromPackage(specifier);
      case 'notebook':
        return this.#fromNotebook(specifier);
      case 'notebook-first':
        return this.#nearOrOurs(specifier);
    }
  }

  #nearOrOurs(specifier: string): unknown {
    try {
      return this.#fromNotebook(specifier);
    } catch (error) {
      if (!isErrorWithCode(error, 'MODULE_NOT_FOUND')) throw error;
      return this.#fromPackage(specifier);
    }
  }
}

/** The package has files for `import` only. */
const NOT_FOR_REQUIRE = 'ERR_PACKAGE_PATH_NOT_EXPORTED';

type Namespace = Readonly<Record<string, unknown>>;

/** Imports a module as a file in `directory` would. */
function importFrom(directory: string, specifier: string): Promise<Namespace> {
  const { emitWarning } = process;
  // Node says once that this is experimental, which tells the user of a notebook nothing.
  process.emitWarning = () => undefined;
  try {
    const load = compileFunction('return import(specifier)', ['specifier'], {
      filename: path.join(directory, 'cell.mjs'),
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER
    }) as (specifier: string) => Promise<Namespace>;
    return load(specifier);
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** The form in which `require` gives ES modules to compiled code: marked, so that a default import finds `default`. */
function asRequired(namespace: Namespace): unknown {
  if (!('default' in namespace) || '__esModule' in namespace) return namespace;
  return Object.defineProperty(Object.create(namespace), '__esModule', { value: true });
}

const Manifest = z.object({ type: z.string().optional() });

function isModuleFile(file: string): boolean {
  if (!file.endsWith('.js')) return file.endsWith('.mjs');
  for (const folder of foldersUpward(path.dirname(file))) {
    try {
      return Manifest.parse(JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))).type === 'module';
    } catch {
      // No package.json here: the next one upward counts.
    }
  }
  return false;
}

function isErrorWithCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
