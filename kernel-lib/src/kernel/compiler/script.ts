import { SourceMap } from 'node:module';

/** A place in a source, counted from 0. */
export interface SourcePosition {
  readonly line: number;
  readonly column: number;
}

/** The two source maps of a script: TypeScript to ES module, ES module to the CommonJS that runs. */
export interface ScriptMaps {
  readonly toModule: string;
  readonly toCommonJs: string;
}

/** Compiled code as the function that runs it, with the way back to its source. */
export class Script {
  /** The text of an expression for the function. */
  readonly text: string;
  readonly #opening: string;
  readonly #lineCount: number;
  readonly #maps: ScriptMaps;
  readonly #prefixLines: number;
  #parsed: readonly [toCommonJs: SourceMap, toModule: SourceMap] | undefined;

  /**
   * @param name of the script in stack traces.
   * @param parameters of the function, which the code finds as variables.
   * @param prefixLines lines that were put before the source to compile it.
   */
  constructor(
    readonly name: string,
    code: string,
    maps: ScriptMaps,
    options: { readonly isAsync: boolean; readonly parameters: readonly string[]; readonly prefixLines: number }
  ) {
    this.#opening = `(${options.isAsync ? 'async ' : ''}function (${options.parameters.join(', ')}) { `;
    this.text = `${this.#opening}${code}\n})`;
    this.#lineCount = code.split('\n').length;
    this.#maps = maps;
    this.#prefixLines = options.prefixLines;
  }

  /** The place in the source of a place in the script, both of which are counted from 1 in stack traces. */
  positionOf(line: number, column: number): SourcePosition | null {
    // Past the end is the call of the function.
    if (line > this.#lineCount) {
      return null;
    }
    this.#parsed ??= [parseMap(this.#maps.toCommonJs), parseMap(this.#maps.toModule)];
    const [toCommonJs, toModule] = this.#parsed;
    const columnInOutput = column - 1 - (line === 1 ? this.#opening.length : 0);
    const inModule = findOriginal(toCommonJs, line - 1, Math.max(columnInOutput, 0));
    const inSource = inModule && findOriginal(toModule, inModule.line, inModule.column);
    return inSource ? { line: inSource.line - this.#prefixLines, column: inSource.column } : null;
  }
}

function parseMap(text: string): SourceMap {
  // The parsed JSON is the compiler's own output of a moment ago.
  return new SourceMap(JSON.parse(text) as ConstructorParameters<typeof SourceMap>[0]);
}

function findOriginal(map: SourceMap, line: number, column: number): SourcePosition | null {
  const entry = map.findEntry(line, column);
  return 'originalLine' in entry ? { line: entry.originalLine, column: entry.originalColumn } : null;
}
