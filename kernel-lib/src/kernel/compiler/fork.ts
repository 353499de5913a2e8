import { createRequire } from 'node:module';
import type ts from '@tslab/typescript-for-tslab';
import { lightBuilder } from './light-builder.js';
import { expandShorthand } from './shorthand.js';

/** The TypeScript API, as a value. */
export type TypeScript = typeof ts;

type CreateWatchCompilerHost = (
  rootFiles: string[],
  options: ts.CompilerOptions,
  system: ts.System,
  createProgram: ts.CreateProgram<ts.BuilderProgram> | null,
  ...rest: unknown[]
) => ts.WatchCompilerHostOfFilesAndCompilerOptions<ts.BuilderProgram>;
type CreateWatchProgram = (
  host: ts.WatchCompilerHostOfFilesAndCompilerOptions<ts.BuilderProgram>
) => ts.WatchOfFilesAndCompilerOptions<ts.BuilderProgram>;
type DiagnosticsOfFiles = (program: ts.BuilderProgram, files: readonly ts.SourceFile[]) => readonly ts.Diagnostic[];

/** The two source maps of a converted cell: TypeScript to ES module, ES module to the CommonJS that runs. */
export interface CellMaps {
  readonly toModule: string;
  readonly toCommonJs: string;
}

/** What the hook changes in how tslab's converter uses the compiler. */
export interface CompilerAdjustments {
  adjustOptions(options: ts.CompilerOptions): ts.CompilerOptions;
  adjustHost(host: ts.WatchCompilerHostOfFilesAndCompilerOptions<ts.BuilderProgram>): void;
}

/**
 * The compiler that tslab's converter sees: the original with four functions replaced. tslab exposes no other way to
 * its options, its source maps and its program.
 */
export class CompilerHook {
  /** Maps of the last conversion; null when it had none. */
  lastMaps: CellMaps | null = null;
  /** "Cannot be named" diagnostics of the last conversion, which are not about the user's code. */
  unnamed: readonly ts.Diagnostic[] = [];
  #builder: ts.BuilderProgram | undefined;

  private constructor(
    readonly ts: TypeScript,
    readonly adjustments: CompilerAdjustments
  ) {}

  /**
   * Loads the compiler and puts the hooked one in its place. Must run before tslab's converter is loaded.
   *
   * @param tslabRequire `require` as tslab's own modules have it.
   */
  static install(tslabRequire: NodeJS.Require, makeAdjustments: (ts: TypeScript) => CompilerAdjustments): CompilerHook {
    const file = tslabRequire.resolve('@tslab/typescript-for-tslab');
    const original = tslabRequire(file) as TypeScript;
    const hook = new CompilerHook(original, makeAdjustments(original));
    const cached = tslabRequire.cache[file];
    if (!cached) throw new Error(`The compiler at ${file} was not loaded as a CommonJS module.`);
    cached.exports = { ...original, ...hook.#replacements() };
    return hook;
  }

  /** The current program, which exists once a converter was made. */
  get program(): ts.Program | undefined {
    return this.#builder?.getProgram();
  }

  #replacements(): Record<string, unknown> {
    const createWatchCompilerHost = this.ts.createWatchCompilerHost as unknown as CreateWatchCompilerHost;
    const createWatchProgram = this.ts.createWatchProgram as unknown as CreateWatchProgram;
    // Internal to the fork, so its declarations do not have it.
    const internal = this.ts as unknown as { getPreEmitDiagnosticsOfFiles: DiagnosticsOfFiles };
    const createProgram = lightBuilder(this.ts);
    const replacedHost: CreateWatchCompilerHost = (rootFiles, options, system, _createProgram, ...rest) =>
      createWatchCompilerHost(rootFiles, this.adjustments.adjustOptions(options), system, createProgram, ...rest);
    const replacedProgram: CreateWatchProgram = host => {
      const inner = host.afterProgramCreate;
      host.afterProgramCreate = builder => {
        this.#builder = builder;
        expandShorthand(this.ts, builder);
        inner?.(builder);
      };
      this.adjustments.adjustHost(host);
      return createWatchProgram(host);
    };
    const replacedDiagnostics: DiagnosticsOfFiles = (program, files) => {
      const all = internal.getPreEmitDiagnosticsOfFiles(program, files);
      this.unnamed = all.filter(isUnnamed);
      return all.filter(diagnostic => !isUnnamed(diagnostic));
    };
    return {
      createWatchCompilerHost: replacedHost,
      createWatchProgram: replacedProgram,
      getPreEmitDiagnosticsOfFiles: replacedDiagnostics,
      transpileModule: (input: string, options: ts.TranspileOptions) => this.#transpile(input, options)
    };
  }

  /** tslab turns its ES module into CommonJS here; with `inlineSourceMap` the first map comes along in the text. */
  #transpile(input: string, options: ts.TranspileOptions): ts.TranspileOutput {
    const comment = INLINE_MAP.exec(input);
    if (!comment?.[1]) return this.ts.transpileModule(input, options);
    const output = this.ts.transpileModule(input.slice(0, comment.index), {
      ...options,
      compilerOptions: { ...options.compilerOptions, sourceMap: true }
    });
    this.lastMaps = {
      toModule: Buffer.from(comment[1], 'base64').toString(),
      toCommonJs: output.sourceMapText ?? ''
    };
    return { ...output, outputText: output.outputText.replace(MAP_COMMENT, '\n') };
  }
}

const INLINE_MAP = /\n?\/\/# sourceMappingURL=data:application\/json;base64,([\w+/=]+)\s*$/;
const MAP_COMMENT = /\n?\/\/# sourceMappingURL=.*\s*$/;

/**
 * Codes about a type that cannot be written in the declaration file, which tslab keeps for later cells: 4000-4127
 * "has or is using name", 2742 and 2527 "inferred type cannot be named", 7056 "exceeds the maximum length".
 */
function isUnnamed({ code }: ts.Diagnostic): boolean {
  return (code >= 4000 && code < 4128) || code === 2742 || code === 2527 || code === 7056;
}

/** `require` as tslab's modules have it, so that we get the same copy of the compiler. */
export function requireOfTslab(): NodeJS.Require {
  const own = createRequire(import.meta.url);
  return createRequire(own.resolve('tslab/dist/converter.js'));
}
