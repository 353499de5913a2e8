import { statSync } from 'node:fs';
import path from 'node:path';
import type { TypeScript } from '../../graph/compiler.js';
import { packageFolder } from './packages.js';

/** Makes a file a module; on a line of its own, so that the columns of a cell stay. */
export const MODULE_PREFIX = 'export {};\n';

/** What every cell can call without an import, and only the kernel gives. */
const GLOBALS = `
/** Asks the user of the notebook for a line of text; null when there is none. */
declare function prompt(message?: string, defaultValue?: string): string | null;
/** Asks the user of the notebook a question that is answered with yes or no. */
declare function confirm(message?: string): boolean;
`;

interface MemoryFile {
  text: string;
  version: number;
}

/**
 * The files that the compiler sees: the cell, what earlier cells declared, modules that exist in memory only, and the
 * files on disk. Files of packages are taken not to change while the kernel lives; the notebook's own are looked at
 * again for each cell.
 */
export class NotebookFiles {
  readonly cell: string;
  readonly earlier: string;
  readonly #memory = new Map<string, MemoryFile>();
  readonly #versions = new Map<string, string>();
  readonly #ours = normalize(packageFolder);

  /** @param directory folder of the notebook. */
  constructor(
    private readonly ts: TypeScript,
    readonly directory: string
  ) {
    this.cell = this.pathOf('__cell__.ts');
    this.earlier = this.pathOf('__earlier__.d.ts');
    this.put(this.cell, '');
    this.put(this.earlier, '');
    this.#memory.set(this.pathOf('__globals__.d.ts'), { text: GLOBALS, version: 1 });
  }

  /** Files that the compiler starts from. */
  get roots(): string[] {
    return [...this.#memory.keys()];
  }

  /** The path of a file in the notebook's folder, as the compiler writes paths. */
  pathOf(name: string): string {
    return normalize(path.join(this.directory, name));
  }

  /** Puts a module into memory, or changes it; true when it is another text than before. */
  put(file: string, text: string): boolean {
    const known = this.#memory.get(file);
    const whole = MODULE_PREFIX + text;
    if (known?.text === whole) {
      return false;
    }
    this.#memory.set(file, { text: whole, version: (known?.version ?? 0) + 1 });
    return true;
  }

  /** What was put before the user's own text of a file to compile it. */
  prefixOf(file: string): string {
    return this.#memory.has(file) ? MODULE_PREFIX : '';
  }

  /** Makes the notebook's own files be looked at again. */
  lookAgain(): void {
    this.#versions.clear();
  }

  exists(file: string): boolean {
    return this.#memory.has(file) || this.ts.sys.fileExists(file);
  }

  read(file: string): string | undefined {
    return this.#memory.get(file)?.text ?? this.ts.sys.readFile(file);
  }

  /** Changes whenever the text of the file does. */
  versionOf(file: string): string {
    const memory = this.#memory.get(file);
    if (memory) {
      return String(memory.version);
    }
    if (this.isLibrary(file)) {
      return 'library';
    }
    const known = this.#versions.get(file);
    if (known !== undefined) {
      return known;
    }
    const stats = statSync(file, { throwIfNoEntry: false });
    const version = stats ? `${stats.mtimeMs} ${stats.ctimeMs} ${stats.size}` : 'missing';
    this.#versions.set(file, version);
    return version;
  }

  isLibrary(file: string): boolean {
    return file.includes('/node_modules/') || file.startsWith(this.#ours);
  }

  /** True for modules of the notebook itself, which its cells import by a path. */
  isOwnModule(file: string): boolean {
    return !this.isLibrary(file) && OWN_MODULE.test(file) && !DECLARATION.test(file);
  }
}

const OWN_MODULE = /\.(?:[mc]?[jt]s|[jt]sx|json)$/;
const DECLARATION = /\.d\.[mc]?ts$/;

function normalize(file: string): string {
  return file.replaceAll('\\', '/');
}
