import path from 'node:path';
import type ts from 'typescript';
import { bindFile, type TypeScript } from '../../graph/compiler.js';
import { NotebookFiles } from './notebook-files.js';
import { compilerOptions, Resolution } from './resolution.js';
import { SourceFiles } from './source-files.js';

/** How long a step of the preparation may keep the main thread from everything else. */
const STEP_MS = 25;

/** What the language service asks of its host, and its declarations leave out. */
interface Internal {
  hasInvalidatedResolutions(): boolean;
  getModuleResolutionCache(): ts.ModuleResolutionCache;
}

/** A program that was made for one cell. */
export interface CellProgram {
  readonly program: ts.Program;
  readonly checker: ts.TypeChecker;
  readonly cell: ts.SourceFile;
  /** What earlier cells declared. */
  readonly earlier: ts.SourceFile;
}

/** The compiler's side of one notebook: its files, options, and the programs that are made of them one after another. */
export class Workspace {
  readonly files: NotebookFiles;
  readonly options: ts.CompilerOptions;
  readonly resolution: Resolution;
  readonly service: ts.LanguageService;
  readonly #host: ts.LanguageServiceHost;
  readonly #sources: SourceFiles;
  #version = 0;

  /** @param nodeTypes folder of `@types/node`. */
  constructor(
    readonly ts: TypeScript,
    directory: string,
    private readonly nodeTypes: string
  ) {
    this.files = new NotebookFiles(ts, directory);
    this.options = compilerOptions(ts, directory, nodeTypes);
    this.#sources = new SourceFiles(ts, this.files, this.options);
    this.#host = this.#makeHost();
    this.resolution = new Resolution(ts, this.#host, this.options);
    this.service = ts.createLanguageService(this.#host, this.#sources.registry());
  }

  /** Puts a cell and what it can reach of earlier ones before the compiler, with the notebook's modules as they are now. */
  show(cell: string, earlier: string): CellProgram {
    this.files.lookAgain();
    this.#put(cell, earlier);
    this.#version++;
    return this.current();
  }

  /** As `show`, of a cell that is being written: asked again about the same text, everything is there already. */
  edit(cell: string, earlier: string): CellProgram {
    if (this.#put(cell, earlier)) {
      this.#version++;
    }
    return this.current();
  }

  #put(cell: string, earlier: string): boolean {
    const { files } = this;
    const isNewCell = files.put(files.cell, cell);
    return files.put(files.earlier, earlier) || isNewCell;
  }

  /** The program of what was shown last. */
  current(): CellProgram {
    const program = this.service.getProgram();
    const cell = program?.getSourceFile(this.files.cell);
    const earlier = program?.getSourceFile(this.files.earlier);
    if (!program || !cell || !earlier) {
      throw new Error('The compiler has lost the cell.');
    }
    // Bound before one becomes the other's parent, which binding would undo.
    bindFile(this.ts, cell, this.options);
    bindFile(this.ts, earlier, this.options);
    // Names that the cell does not declare are looked up in what surrounds it.
    (cell as { parent?: ts.Node }).parent = earlier;
    return { program, checker: program.getTypeChecker(), cell, earlier };
  }

  /**
   * Parses and binds the standard library and Node's types in short steps, so that requests are answered in between.
   */
  async prepare(): Promise<void> {
    const { ts, options } = this;
    const folder = path.dirname(ts.getDefaultLibFilePath(options));
    const open = [
      ...(options.lib ?? []).map(name => path.join(folder, name)),
      path.join(this.nodeTypes, 'index.d.ts')
    ].map(file => file.replaceAll('\\', '/'));
    const seen = new Set(open);
    let start = performance.now();
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      const file = this.#sources.prepare(name, this.#host);
      if (file) {
        bindFile(ts, file, options);
        for (const next of this.#referencesOf(file, folder)) {
          if (!seen.has(next)) {
            seen.add(next);
            open.push(next);
          }
        }
      }
      if (performance.now() - start > STEP_MS) {
        await new Promise(resolve => setImmediate(resolve));
        start = performance.now();
      }
    }
  }

  #referencesOf(file: ts.SourceFile, libFolder: string): string[] {
    const own = path.posix.dirname(file.fileName);
    return [
      ...file.referencedFiles.map(({ fileName }) => path.posix.join(own, fileName)),
      ...file.libReferenceDirectives.map(({ fileName }) =>
        path.join(libFolder, `lib.${fileName}.d.ts`).replaceAll('\\', '/')
      )
    ];
  }

  #makeHost(): ts.LanguageServiceHost {
    const { ts, files } = this;
    // Asked only whether a file's package is one of ES modules; without it every manifest is read at each cell.
    const manifests = ts.createModuleResolutionCache(files.directory, name => name, this.options);
    return {
      getCompilationSettings: () => this.options,
      getProjectVersion: () => String(this.#version),
      getScriptFileNames: () => files.roots,
      getScriptVersion: name => files.versionOf(name),
      getScriptSnapshot: name => this.#sources.snapshotOf(name),
      getCurrentDirectory: () => files.directory,
      getDefaultLibFileName: options => ts.getDefaultLibFilePath(options),
      useCaseSensitiveFileNames: () => true,
      fileExists: name => files.exists(name),
      readFile: name => files.read(name),
      directoryExists: name => ts.sys.directoryExists(name),
      getDirectories: name => ts.sys.getDirectories(name),
      readDirectory: (...args) => ts.sys.readDirectory(...args),
      realpath: name => ts.sys.realpath?.(name) ?? name,
      resolveModuleNameLiterals: (literals, containingFile) =>
        literals.map(({ text }) => this.resolution.resolve(text, containingFile)),
      resolveTypeReferenceDirectiveReferences: (references, containingFile, _redirected, _options, file) =>
        references.map(reference => this.resolution.resolveTypes(reference, containingFile, file)),
      getModuleResolutionCache: () => manifests,
      // Without this the compiler resolves every import of every library again at each cell.
      hasInvalidatedResolutions: () => false
    } as ts.LanguageServiceHost & Internal;
  }
}
