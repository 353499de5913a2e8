import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { types } from 'node:util';
import { compileFunction, constants } from 'node:vm';
import { z } from 'zod';
import { foldersUpward } from '@slipway/recording/spool';
import { originOf, packageFolder, packageName } from '../compiler/packages.js';
import { isRelative } from '../compiler/resolution.js';
import type { InterruptFlags } from '../side/flags.js';

type Namespace = Readonly<Record<string, unknown>>;

/**
 * How the code of cells gets packages: `slipway` and tfjs are the kernel's own instances from any folder, and ES modules
 * that `require` refuses are imported before the code runs.
 */
export class Packages {
  readonly #fromNotebook: NodeJS.Require;
  readonly #fromPackage: NodeJS.Require;
  readonly #imported = new Map<string, Namespace>();

  /** @param given modules that cells get in place of Node's own, by their specifiers. */
  constructor(
    private readonly directory: string,
    private readonly flags: InterruptFlags,
    private readonly given: ReadonlyMap<string, () => unknown>
  ) {
    this.#fromNotebook = createRequire(path.join(directory, 'cell.js'));
    this.#fromPackage = createRequire(path.join(packageFolder, 'package.json'));
  }

  /** A package, a module of Node, or a file by its absolute path or URL. */
  require(specifier: string): unknown {
    const imported = this.#imported.get(specifier);
    return imported ? asRequired(imported) : this.#load(specifier);
  }

  /** What `import(specifier)` gives. */
  async import(name: string): Promise<unknown> {
    const specifier = name.startsWith('file:') ? fileURLToPath(name) : name;
    await this.preload([specifier]);
    return this.#imported.get(specifier) ?? namespaceOf(this.#load(specifier));
  }

  /**
   * Imports those ES modules that `require` refuses: they await at their top level, which shows only when they are
   * loaded, or their package names no file for `require`. Errors are left to the code's own `require`.
   */
  async preload(specifiers: readonly string[]): Promise<void> {
    for (const specifier of specifiers) {
      if (this.#imported.has(specifier) || this.given.has(specifier) || !this.#mayBeModule(specifier)) {
        continue;
      }
      try {
        // A module whose loading is terminated stays broken for the rest of the session.
        this.flags.protect(() => this.#load(specifier));
      } catch (error) {
        if (!isErrorWithCode(error, 'ERR_REQUIRE_ASYNC_MODULE') && !isErrorWithCode(error, NOT_FOR_REQUIRE)) {
          continue;
        }
        const base = originOf(specifier) === 'kernel' ? packageFolder : this.directory;
        const loaded = await importFrom(base, specifier).catch(() => undefined);
        if (loaded) {
          this.#imported.set(specifier, loaded);
        }
      }
    }
  }

  /** False for CommonJS, for Node's own modules and for what is not found. */
  #mayBeModule(specifier: string): boolean {
    // Node remembers what it did not find: asking too early would hide a package that is installed later.
    if (!isRelative(specifier) && !this.#isInstalled(specifier)) {
      return false;
    }
    try {
      const require = originOf(specifier) === 'kernel' ? this.#fromPackage : this.#fromNotebook;
      const file = require.resolve(specifier);
      return path.isAbsolute(file) && isModuleFile(file);
    } catch (error) {
      return isErrorWithCode(error, NOT_FOR_REQUIRE);
    }
  }

  #isInstalled(specifier: string): boolean {
    if (originOf(specifier) === 'kernel') {
      return true;
    }
    const name = packageName(specifier);
    return [...foldersUpward(this.directory)].some(folder => existsSync(path.join(folder, 'node_modules', name)));
  }

  #load(specifier: string): unknown {
    const given = this.given.get(specifier);
    if (given) {
      return given();
    }
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
      if (!isErrorWithCode(error, 'MODULE_NOT_FOUND')) {
        throw error;
      }
      return this.#fromPackage(specifier);
    }
  }
}

/** The package has files for `import` only. */
const NOT_FOR_REQUIRE = 'ERR_PACKAGE_PATH_NOT_EXPORTED';

/** Imports a module as a file in `directory` would. */
function importFrom(directory: string, specifier: string): Promise<Namespace> {
  const { emitWarning } = process;
  // Node says once that this is experimental, which is of no use in a notebook.
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
  if (!('default' in namespace) || '__esModule' in namespace) {
    return namespace;
  }
  return Object.defineProperty(Object.create(namespace), '__esModule', { value: true });
}

/** What `import()` gives for a module that `require` loaded: a CommonJS module is the default, too. */
export function namespaceOf(loaded: unknown): unknown {
  const isObject = (typeof loaded === 'object' && loaded !== null) || typeof loaded === 'function';
  if (types.isModuleNamespaceObject(loaded) || (isObject && '__esModule' in loaded)) {
    return loaded;
  }
  const namespace: Record<string, unknown> = {};
  for (const name of isObject ? Object.keys(loaded) : []) {
    Object.defineProperty(namespace, name, { enumerable: true, get: () => (loaded as Namespace)[name] });
  }
  return Object.defineProperty(namespace, 'default', { enumerable: true, value: loaded });
}

const Manifest = z.object({ type: z.string().optional() });

function isModuleFile(file: string): boolean {
  if (!file.endsWith('.js')) {
    return file.endsWith('.mjs');
  }
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
