import { SourceMap } from 'node:module';
import type { CellMaps } from './fork.js';

/** What tslab puts around a cell on the first line of the script that runs. */
const SYNC_WRAPPER = '(function(exports, require) { ';
const ASYNC_WRAPPER = '(async function(exports, require) { ';
/** tslab puts `export {};` on a line of its own before a cell. */
const PREFIX_LINES = 1;

/** A place in a cell's source, counted from 0. */
export interface CellPosition {
  readonly line: number;
  readonly column: number;
}

/** The JavaScript that ran for a cell, with the way back to the cell's source. */
export class CellScript {
  readonly #wrapperLength: number;
  readonly #lineCount: number;
  readonly #maps: CellMaps;
  #parsed: readonly [toCommonJs: SourceMap, toModule: SourceMap] | undefined;

  constructor(output: string, isAsync: boolean, maps: CellMaps) {
    this.#wrapperLength = (isAsync ? ASYNC_WRAPPER : SYNC_WRAPPER).length;
    this.#lineCount = output.split('\n').length;
    this.#maps = maps;
  }

  /** The place in the cell of a place in the script, both of which are counted from 1 in stack traces. */
  positionOf(line: number, column: number): CellPosition | null {
    // Past the end is tslab's call of the wrapper.
    if (line > this.#lineCount) return null;
    this.#parsed ??= [parseMap(this.#maps.toCommonJs), parseMap(this.#maps.toModule)];
    const [toCommonJs, toModule] = this.#parsed;
    const columnInOutput = column - 1 - (line === 1 ? this.#wrapperLength : 0);
    const inModule = findOriginal(toCommonJs, line - 1, Math.max(columnInOutput, 0));
    const inSource = inModule && findOriginal(toModule, inModule.line, inModule.column);
    return inSource ? { line: inSource.line - PREFIX_LINES, column: inSource.column } : null;
  }
}

function parseMap(text: string): SourceMap {
  // The parsed JSON is the compiler's own output of a moment ago.
  return new SourceMap(JSON.parse(text) as ConstructorParameters<typeof SourceMap>[0]);
}

function findOriginal(map: SourceMap, line: number, column: number): CellPosition | null {
  const entry = map.findEntry(line, column);
  return 'originalLine' in entry ? { line: entry.originalLine, column: entry.originalColumn } : null;
}
