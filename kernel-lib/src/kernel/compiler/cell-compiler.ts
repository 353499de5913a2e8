import path from 'node:path';
import type ts from '@tslab/typescript-for-tslab';
import type * as converterModule from 'tslab/dist/converter.js';
import type { CompletionInfo, Converter, ConvertResult, Diagnostic } from 'tslab/dist/converter.js';
import type { InterruptFlags } from '../side/flags.js';
import { Declarations } from './declarations.js';
import { CompilerHook, requireOfTslab, type TypeScript } from './fork.js';
import { resolutionAdjustments, watchOnlyOwnFiles } from './resolution.js';
import { CellScript } from './script.js';
import { awaitsAtTopLevel } from './top-level-await.js';
import { writeDeclarations } from './unnamed.js';

/** What a conversion tells about the cell beside the JavaScript that tslab runs. */
export interface Compiled {
  readonly diagnostics: readonly Diagnostic[];
  /** Null when the cell has nothing to run. */
  readonly script: CellScript | null;
}

type ConverterModule = typeof converterModule;

/**
 * tslab's converter with what it lacks: it keeps the declarations of cells that throw, checks only what a cell can
 * reach, and gives source maps. The compiler is loaded and the converter is made at the first use, because both
 * together take a second that a starting kernel need not wait for.
 */
export class CellCompiler implements Converter {
  readonly #onCompiled: (compiled: Compiled) => void;
  readonly #flags: InterruptFlags;
  #loaded: { hook: CompilerHook; module: ConverterModule; declarations: Declarations } | undefined;
  #converter: Converter | undefined;
  /** Gives each script its name in stack traces. */
  scriptName: string = 'slip://cell/0';

  /** @param onCompiled is called within `convert`, before the cell's code runs. */
  constructor(onCompiled: (compiled: Compiled) => void, flags: InterruptFlags) {
    this.#onCompiled = onCompiled;
    this.#flags = flags;
  }

  get ts(): TypeScript {
    return this.#load().hook.ts;
  }

  /** tslab's test whether code is complete. */
  isComplete(code: string): { completed: boolean; indent?: string } {
    return this.#load().module.isCompleteCode(code);
  }

  /** Builds the compiler's program and checks a trifle with it, so that the first cell finds everything ready. */
  warmUp(): void {
    this.#flags.protect(() => this.#ready().convert('', '0'));
  }

  convert(_previous: string, source: string): ConvertResult {
    return this.#flags.protect(() => this.#convert(source));
  }

  #convert(source: string): ConvertResult {
    const { hook, declarations } = this.#load();
    const reachable = declarations.reachableFrom(source);
    hook.lastMaps = null;
    const result = this.#ready().convert(reachable.text, source);
    if (result.diagnostics.length > 0) {
      this.#onCompiled({ diagnostics: result.diagnostics, script: null });
      return result;
    }
    result.hasToplevelAwait ||= awaitsAtTopLevel(hook.ts, source);
    if (hook.unnamed.length > 0 && hook.program) {
      // The converter appends to an undefined text where the compiler wrote none.
      const rest = (result.declOutput ?? '').replace(/^undefined/, '');
      result.declOutput = writeDeclarations(hook.ts, hook.program, rest);
    }
    declarations.replace(reachable, result.declOutput ?? '');
    this.#onCompiled({ diagnostics: [], script: this.#scriptOf(result) });
    return result;
  }

  inspect(_previous: string, source: string, position: number): ts.QuickInfo {
    const { text } = this.#load().declarations.reachableFrom(source);
    return this.#flags.protect(() => this.#ready().inspect(text, source, position));
  }

  complete(_previous: string, source: string, position: number): CompletionInfo {
    const { declarations } = this.#load();
    const { text } = declarations.reachableFrom(source);
    const info = this.#flags.protect(() => this.#ready().complete(text, source, position));
    const word = source.slice(info.start, position);
    if (word && source[info.start - 1] !== '.') {
      const known = new Set(info.candidates);
      // Names that the unfinished word does not reach yet.
      for (const name of declarations.names)
        if (name.startsWith(word) && !known.has(name)) info.candidates.unshift(name);
    }
    return info;
  }

  addModule(...args: Parameters<Converter['addModule']>): Diagnostic[] {
    return this.#flags.protect(() => this.#ready().addModule(...args));
  }

  close(): void {
    this.#converter?.close();
  }

  #scriptOf(result: ConvertResult): CellScript | null {
    const { hook } = this.#load();
    if (!result.output || !hook.lastMaps) return null;
    const script = new CellScript(result.output, result.hasToplevelAwait === true, hook.lastMaps);
    result.output += `\n//# sourceURL=${this.scriptName}\n`;
    return script;
  }

  #load(): { hook: CompilerHook; module: ConverterModule; declarations: Declarations } {
    if (this.#loaded) return this.#loaded;
    const tslabRequire = requireOfTslab();
    const nodeTypes = path.dirname(tslabRequire.resolve('@types/node/package.json', { paths: [import.meta.dirname] }));
    const hook = CompilerHook.install(tslabRequire, ts => resolutionAdjustments(ts, nodeTypes));
    watchOnlyOwnFiles(hook.ts);
    const module = tslabRequire('tslab/dist/converter.js') as ConverterModule;
    this.#loaded = { hook, module, declarations: new Declarations(hook.ts) };
    return this.#loaded;
  }

  #ready(): Converter {
    this.#converter ??= this.#load().module.createConverter({ isJS: false, isBrowser: false });
    return this.#converter;
  }
}
