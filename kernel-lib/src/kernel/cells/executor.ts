import path from 'node:path';
import { runInThisContext } from 'node:vm';
import type { CompiledCell } from '../compiler/cell-compiler.js';
import type { Script } from '../compiler/script.js';
import { RESULT_NAME } from '../compiler/transform.js';
import { InterruptedError } from './interrupts.js';
import { OwnModuleInstances } from './own-modules.js';
import type { Packages } from './packages.js';

/** Where the script of a cell finds what its function is called with. */
const ARGUMENTS = Symbol.for('slipway.cell.arguments');

/** Runs compiled cells, whose top-level names stay for later ones. */
export class CellExecutor {
  /** The top-level names of all cells. */
  readonly values: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  readonly #exports = exportsInto(this.values, name => this.#assigned.add(name));
  #assigned = new Set<string>();
  readonly #modules: OwnModuleInstances;
  readonly #file: string;
  #interrupt: () => void = () => undefined;

  constructor(
    directory: string,
    private readonly packages: Packages,
    private readonly onScript: (script: Script) => void
  ) {
    this.#modules = new OwnModuleInstances(packages, onScript);
    // A cell has no file; what it names is relative to the notebook's folder.
    this.#file = path.join(directory, 'cell.ts');
  }

  /** Top-level names that the last cell has given a value, whether it came to its end or not. */
  get assigned(): ReadonlySet<string> {
    return this.#assigned;
  }

  /** Rejects what the running cell is awaiting. */
  readonly interrupt = (): void => this.#interrupt();

  /** Loads the packages of a cell and of the modules that it reaches, as far as that takes an import of Node's. */
  async preload({ required, modules }: CompiledCell): Promise<void> {
    await this.packages.preload([...required, ...modules.flatMap(module => module.required)].filter(isPackage));
  }

  /**
   * Runs a cell.
   *
   * @returns the value of its last expression.
   * @throws whatever its code throws; InterruptedError when it was interrupted.
   */
  run(compiled: CompiledCell): Promise<unknown> {
    this.#assigned = new Set();
    const interrupted = new Promise<never>((_resolve, reject) => {
      this.#interrupt = () => reject(new InterruptedError());
    });
    // Wired before any code runs: what waits in the microtask queue is lost when a busy loop is terminated.
    return Promise.race([this.#run(compiled), interrupted]);
  }

  async #run(compiled: CompiledCell): Promise<unknown> {
    this.#modules.update(compiled.modules);
    if (compiled.required.length > 0) {
      await this.#modules.evaluate(compiled);
    }
    const { script, imports } = compiled;
    if (!script) {
      return undefined;
    }
    this.onScript(script);
    const { require, import: importModule, meta } = this.#modules.bindings(imports, this.#file);
    Object.defineProperty(globalThis, ARGUMENTS, {
      configurable: true,
      value: [this.#exports, require, importModule, meta]
    });
    // Called within the script, so that SIGINT ends its first synchronous part.
    await runInThisContext(`${script.text}(...globalThis[Symbol.for('${ARGUMENTS.description}')])`, {
      filename: script.name,
      breakOnSigint: true
    });
    for (const name of compiled.variables) {
      // Declared without a value, or never come to: undefined, and not what an earlier cell left.
      if (!this.#assigned.has(name)) {
        this.values[name] = undefined;
      }
    }
    const value = this.values[RESULT_NAME];
    delete this.values[RESULT_NAME];
    return value;
  }
}

/** The `exports` of cells: compiled code defines imported names as getters, which a later cell could not change. */
function exportsInto(values: Record<string, unknown>, onAssigned: (name: string) => void): object {
  return new Proxy(values, {
    defineProperty: (_target, name, attributes) => {
      if (name !== '__esModule') {
        onAssigned(name as string);
        values[name as string] = attributes.get ? (attributes.get() as unknown) : attributes.value;
      }
      return true;
    }
  });
}

/** Relative files are the notebook's own modules, or resolved by these. */
function isPackage(specifier: string): boolean {
  return !/^\.{1,2}(\/|$)/.test(specifier);
}
