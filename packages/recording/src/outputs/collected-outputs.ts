import type { CellOutput, OutputsReport, StreamName } from '@slipway/contract';
import { maskText, type KnownSecrets } from '../secrets.js';
import { BoundedText } from './bounded-text.js';
import { FIRST_OUTPUTS, LAST_OUTPUTS, STREAM_END_CHARACTERS } from './limits.js';
import { fitData, type ShownData } from './shown-data.js';

/** A message with an output, as Jupyter's protocol has it. */
export type OutputMessage =
  | { readonly type: 'stream'; readonly name: StreamName; readonly text: string }
  | ({ readonly type: 'display_data'; readonly displayId: string | null } & ShownData)
  | ({ readonly type: 'execute_result'; readonly executionCount: number | null } & ShownData)
  | {
      readonly type: 'error';
      readonly ename: string;
      readonly evalue: string;
      readonly traceback: readonly string[];
    }
  | { readonly type: 'clear_output'; readonly wait: boolean };

const MAX_TRACEBACK_LINES = 60;
const MAX_LINE_CHARACTERS = 10_000;

interface StreamEntry {
  readonly name: StreamName;
  readonly text: BoundedText;
}

interface FixedEntry {
  output: Exclude<CellOutput, { output_type: 'stream' }>;
  size: number;
  leftOut: number;
  readonly displayId: string | null;
}

type Entry = StreamEntry | FixedEntry;

/**
 * The outputs of one execution as a notebook file would hold them, within limits: streams are joined and cut in the
 * middle, contents that are too large are left out, and of very many outputs the first and the last are kept. Secrets
 * are masked.
 */
export class CollectedOutputs {
  #first: Entry[] = [];
  #last: Entry[] = [];
  /** Of outputs between the first and the last. */
  #skipped = { outputs: 0, characters: 0 };
  /** Characters kept of all outputs but the open stream, which may still grow. */
  #size = 0;
  #open: StreamEntry | null = null;
  #revision = 0;
  #clearsNext = false;

  /**
   * @param limit characters that are kept of the execution.
   * @param known secrets that are known beside their form; asked for when something is masked.
   */
  constructor(
    readonly executionId: string,
    private readonly limit: number,
    private readonly known: () => KnownSecrets
  ) {}

  /** Messages that were seen so far. */
  get revision(): number {
    return this.#revision;
  }

  /** Characters that are kept now. */
  get size(): number {
    return this.#size + (this.#open?.text.keptLength ?? 0);
  }

  see(message: OutputMessage): void {
    this.#revision++;
    if (message.type === 'clear_output') {
      if (message.wait) {
        this.#clearsNext = true;
      } else {
        this.#clear();
      }
      return;
    }
    if (this.#clearsNext) {
      this.#clear();
    }
    switch (message.type) {
      case 'stream':
        return this.#print(message.name, message.text);
      case 'display_data':
        return this.#show(message, { output_type: 'display_data' }, message.displayId);
      case 'execute_result':
        return this.#show(message, { output_type: 'execute_result', execution_count: message.executionCount }, null);
      case 'error':
        return this.#fail(message);
    }
  }

  /** Replaces what was shown under `displayId`. @returns false when nothing was. */
  update(displayId: string, shown: ShownData): boolean {
    let found = false;
    for (const entry of [...this.#first, ...this.#last]) {
      if ('text' in entry || entry.displayId !== displayId || !('data' in entry.output)) {
        continue;
      }
      this.#size -= entry.size;
      const { kept, size, leftOut } = fitData(shown, this.#room, this.known);
      this.#size += size;
      Object.assign(entry, { output: { ...entry.output, ...kept }, size, leftOut });
      found = true;
    }
    if (found) {
      this.#revision++;
    }
    return found;
  }

  /** What goes on record now. */
  report(): OutputsReport {
    const entries = [...this.#first, ...this.#last];
    const known = this.known();
    const mask = (text: string): string => maskText(text, known);
    const outputs = entries.map(entry =>
      'text' in entry ? { output_type: 'stream' as const, name: entry.name, text: entry.text.text(mask) } : entry.output
    );
    if (this.#skipped.outputs > 0) {
      const text = `\n… ${this.#skipped.outputs} outputs left out …\n`;
      outputs.splice(this.#first.length, 0, { output_type: 'stream', name: 'stderr', text });
    }
    const leftOut = entries.reduce((sum, entry) => sum + leftOutOf(entry), this.#skipped.characters);
    return { execution_id: this.executionId, revision: this.#revision, outputs, left_out: leftOut };
  }

  /** Characters that a further output may take, however much an open stream still grows. */
  get #room(): number {
    return this.limit - this.#size - (this.#open?.text.limit ?? 0);
  }

  #print(name: StreamName, text: string): void {
    if (this.#open?.name === name) {
      this.#open.text.append(text);
      return;
    }
    this.#closeStream();
    const bounded = new BoundedText(Math.min(STREAM_END_CHARACTERS, Math.floor(Math.max(0, this.#room) / 4)));
    bounded.append(text);
    this.#open = { name, text: bounded };
    this.#add(this.#open);
  }

  #show(
    shown: ShownData,
    kind: { output_type: 'display_data' } | { output_type: 'execute_result'; execution_count: number | null },
    displayId: string | null
  ): void {
    this.#closeStream();
    const { kept, size, leftOut } = fitData(shown, this.#room, this.known);
    this.#size += size;
    this.#add({ output: { ...kind, ...kept }, size, leftOut, displayId });
  }

  #fail({ ename, evalue, traceback }: Extract<OutputMessage, { type: 'error' }>): void {
    this.#closeStream();
    const known = this.known();
    const line = (text: string): string => maskText(text, known).slice(0, MAX_LINE_CHARACTERS);
    const lines = traceback.slice(0, MAX_TRACEBACK_LINES).map(line);
    const output = { output_type: 'error' as const, ename, evalue: line(evalue), traceback: lines };
    this.#add({ output, size: 0, leftOut: 0, displayId: null });
  }

  #add(entry: Entry): void {
    if (this.#first.length < FIRST_OUTPUTS) {
      this.#first.push(entry);
      return;
    }
    this.#last.push(entry);
    if (this.#last.length <= LAST_OUTPUTS) {
      return;
    }
    const skipped = this.#last.shift();
    if (!skipped) {
      return;
    }
    this.#skipped.outputs++;
    this.#skipped.characters += leftOutOf(skipped) + keptOf(skipped);
    this.#size -= keptOf(skipped);
  }

  /** Something else follows, so the stream will not grow any more. */
  #closeStream(): void {
    if (this.#open) {
      this.#size += this.#open.text.keptLength;
    }
    this.#open = null;
  }

  #clear(): void {
    this.#clearsNext = false;
    this.#open = null;
    this.#first = [];
    this.#last = [];
    this.#skipped = { outputs: 0, characters: 0 };
    this.#size = 0;
  }
}

function keptOf(entry: Entry): number {
  return 'text' in entry ? entry.text.keptLength : entry.size;
}

function leftOutOf(entry: Entry): number {
  return 'text' in entry ? entry.text.length - entry.text.keptLength : entry.leftOut;
}
