import type { Script } from '../compiler/script.js';
import { SCRIPT_SCHEME, type Cell } from './cell.js';

/** Internal frames of the kernel, which are left out. */
const KERNEL_FRAME = /evalmachine|[\\/](?:dist|lib)[\\/]kernel[\\/]|[\\/]src[\\/]kernel[\\/]/;
const NODE_FRAME = /\(node:|at node:/;
/** `at name (script:1:2)` or `at script:1:2`. */
const FRAME = /^(\s+at (?:async )?)(?:(.+?) \((.+):(\d+):(\d+)\)|(.+):(\d+):(\d+))$/;

interface RawFrame {
  readonly start: string;
  readonly name: string;
  readonly script: string;
  readonly line: number;
  readonly column: number;
}

/** A place in a cell, counted from 0. */
export interface CellPlace {
  readonly cell: Cell;
  readonly line: number;
  readonly column: number;
}

/** One line of a stack, told in places of what the user wrote. */
export interface StackFrame {
  readonly text: string;
  readonly place: CellPlace | null;
}

/** Translates stacks from the scripts that run to the cells and modules that the user wrote. */
export class StackFrames {
  readonly #scripts = new Map<string, Script>();
  /** Stacks that were translated when they were made, by their errors. */
  readonly #translated = new WeakMap<object, { readonly text: string; readonly frames: readonly StackFrame[] }>();

  /** @param cellWithSerial the cell of a script. */
  constructor(private readonly cellWithSerial: (serial: number) => Cell | undefined) {}

  /** Must be told each script before it runs. */
  add(script: Script): void {
    this.#scripts.set(script.name, script);
  }

  /** Makes `error.stack` name cells, for every error that passes through one. */
  takeOver(): void {
    // What the user's own code puts here instead goes before ours, and gives back what it found.
    Error.prepareStackTrace = (error, calls) => this.#prepare(error, calls);
  }

  /** The frames of an error. */
  of(error: object, stack: string): readonly StackFrame[] {
    const known = this.#translated.get(error);
    if (known && stack.endsWith(known.text)) {
      return known.frames;
    }
    return this.#translate(stack.split('\n').filter(line => /^\s+at /.test(line)));
  }

  #prepare(error: Error, calls: readonly NodeJS.CallSite[]): string {
    const header = headerOf(error);
    const raw = calls.map(call => `    at ${String(call)}`);
    const frames = raw.some(line => this.#scriptOf(line)) ? this.#translate(raw) : null;
    if (!frames) {
      return [header, ...raw].join('\n');
    }
    const text = frames.map(frame => `\n${frame.text}`).join('');
    this.#translated.set(error, { text, frames });
    return header + text;
  }

  #translate(lines: readonly string[]): StackFrame[] {
    const places = lines.map(line => this.#placeOf(line));
    const last = places.findLastIndex(place => place !== null);
    return lines.flatMap((line, index) => {
      const place = places[index];
      if (place) {
        return [place];
      }
      // Below the last frame of the user there is only what called it: the kernel and Node's event loop.
      const isHidden = this.#scriptOf(line) || KERNEL_FRAME.test(line) || (index > last && NODE_FRAME.test(line));
      return isHidden ? [] : [{ text: line, place: null }];
    });
  }

  #scriptOf(line: string): Script | undefined {
    const frame = parse(line);
    return frame ? this.#scripts.get(frame.script) : undefined;
  }

  #placeOf(line: string): StackFrame | null {
    const frame = parse(line);
    const script = frame && this.#scripts.get(frame.script);
    const position = script?.positionOf(frame?.line ?? 0, frame?.column ?? 0);
    if (!frame || !script || !position) {
      return null;
    }
    const cell = frame.script.startsWith(SCRIPT_SCHEME)
      ? this.cellWithSerial(Number.parseInt(frame.script.slice(SCRIPT_SCHEME.length), 10))
      : undefined;
    const label = cell ? `Cell In[${cell.executionCount}]` : frame.script;
    const at = `${label}:${position.line + 1}:${position.column + 1}`;
    const name = nameOf(frame);
    return { text: frame.start + (name === '' ? at : `${name} (${at})`), place: cell ? { cell, ...position } : null };
  }
}

function parse(line: string): RawFrame | null {
  const [, start = '', name = '', named, namedLine, namedColumn, bare, bareLine, bareColumn] = FRAME.exec(line) ?? [];
  const script = named ?? bare;
  return script === undefined
    ? null
    : { start, name, script, line: Number(namedLine ?? bareLine), column: Number(namedColumn ?? bareColumn) };
}

/** Compiled code calls what other cells and modules define as a member of what holds it; nobody wrote that. */
function nameOf({ name }: RawFrame): string {
  const own = name.replace(/^(?:Proxy|Object|exports|module)\./, '');
  return /^(?:eval|<anonymous>)$/.test(own) ? '' : own;
}

function headerOf(error: Error): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return 'Error';
  }
}
