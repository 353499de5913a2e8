import type ts from 'typescript';
import type { TypeScript } from '../../graph/compiler.js';
import type { NotebookFiles } from './notebook-files.js';

interface Kept {
  readonly version: string;
  readonly file: ts.SourceFile;
  readonly snapshot: ts.IScriptSnapshot;
}

/**
 * Parsed files by path. There is one notebook in a process, so nothing is shared and counted as the compiler's own
 * registry does; and libraries can be parsed one by one before the first program is made.
 */
export class SourceFiles {
  readonly #kept = new Map<string, Kept>();

  constructor(
    private readonly ts: TypeScript,
    private readonly files: NotebookFiles,
    private readonly options: ts.CompilerOptions
  ) {}

  /** This as the language service wants it. */
  registry(): ts.DocumentRegistry {
    const get = (
      name: string,
      snapshot: ts.IScriptSnapshot,
      version: string,
      kind: ts.ScriptKind | undefined,
      options: ts.CreateSourceFileOptions | ts.ScriptTarget | undefined
    ): ts.SourceFile => this.#get(name, snapshot, version, kind, options);
    const none = (): void => undefined;
    return {
      acquireDocument: (name, _host, snapshot, version, kind, options) => get(name, snapshot, version, kind, options),
      acquireDocumentWithKey: (name, _path, _host, _key, snapshot, version, kind, options) =>
        get(name, snapshot, version, kind, options),
      updateDocument: (name, _host, snapshot, version, kind, options) => get(name, snapshot, version, kind, options),
      updateDocumentWithKey: (name, _path, _host, _key, snapshot, version, kind, options) =>
        get(name, snapshot, version, kind, options),
      getKeyForCompilationSettings: () => 'notebook' as ts.DocumentRegistryBucketKey,
      releaseDocument: none,
      releaseDocumentWithKey: none,
      reportStats: () => ''
    };
  }

  /** The text of a file as the language service wants it; that of a library is read once. */
  snapshotOf(name: string): ts.IScriptSnapshot | undefined {
    const known = this.#kept.get(name);
    if (known?.version === this.files.versionOf(name)) {
      return known.snapshot;
    }
    const text = this.files.read(name);
    return text === undefined ? undefined : this.ts.ScriptSnapshot.fromString(text);
  }

  /** Parses a file before a program asks for it; undefined when it cannot be read. */
  prepare(name: string, host: ts.ModuleResolutionHost): ts.SourceFile | undefined {
    const { ts, options } = this;
    const snapshot = this.snapshotOf(name);
    if (!snapshot) {
      return undefined;
    }
    const impliedNodeFormat = ts.getImpliedNodeFormatForFile(name, undefined, host, options);
    const target = options.target ?? ts.ScriptTarget.ES2022;
    const version = this.files.versionOf(name);
    return this.#get(name, snapshot, version, ts.ScriptKind.TS, { languageVersion: target, impliedNodeFormat });
  }

  #get(
    name: string,
    snapshot: ts.IScriptSnapshot,
    version: string,
    kind: ts.ScriptKind | undefined,
    options: ts.CreateSourceFileOptions | ts.ScriptTarget | undefined
  ): ts.SourceFile {
    const known = this.#kept.get(name);
    if (known?.version === version) {
      return known.file;
    }
    const target = options ?? this.options.target ?? this.ts.ScriptTarget.ES2022;
    const file = this.ts.createLanguageServiceSourceFile(name, snapshot, target, version, false, kind);
    this.#kept.set(name, { version, file, snapshot });
    return file;
  }
}
