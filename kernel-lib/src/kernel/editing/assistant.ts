import { describeCommand, slipCommands } from '../../magics/commands.js';
import { completeMagic, type NameSource } from '../../magics/complete.js';
import type { Magic } from '../../magics/find.js';
import { blankForEditing } from '../../magics/rewrite.js';
import type { CellCompiler } from '../compiler/cell-compiler.js';
import type { Completions } from '../compiler/editor.js';
import type { CodePosition } from '../protocol/requests.js';
import { earlyCompletions } from './early-completions.js';
import { isFinished } from './is-complete.js';
import { completeModelName } from './model-names.js';
import { toCodePoints, toUnits } from './code-points.js';

/** JupyterLab drops completions that take longer than a second. */
const READY_TIMEOUT_MS = 300;

export interface CompleteReply {
  readonly status: 'ok';
  readonly matches: readonly string[];
  readonly cursor_start: number;
  readonly cursor_end: number;
  readonly metadata: Record<string, never>;
}

export interface InspectReply {
  readonly status: 'ok';
  readonly found: boolean;
  readonly data: Record<string, string>;
  readonly metadata: Record<string, never>;
}

export type IsCompleteReply =
  | { readonly status: 'complete' | 'invalid' }
  | { readonly status: 'incomplete'; readonly indent: string };

/** Answers the editor's requests about a cell that is being written. */
export class EditingAssistant {
  constructor(
    private readonly compiler: CellCompiler,
    private readonly names: NameSource
  ) {}

  async complete(request: CodePosition): Promise<CompleteReply> {
    const cursor = toUnits(request.code, request.cursor_pos);
    const found = (await this.#isCompilerReady())
      ? await this.#complete(request.code, cursor)
      : earlyCompletions(request.code, cursor);
    return {
      status: 'ok',
      matches: found.candidates,
      cursor_start: toCodePoints(request.code, found.start),
      cursor_end: toCodePoints(request.code, found.end),
      metadata: {}
    };
  }

  /** Waits for a compiler that is about to be ready, but no longer than an editor waits for an answer. */
  async #isCompilerReady(): Promise<boolean> {
    if (!this.compiler.isReady) {
      await Promise.race([this.compiler.prepare(), new Promise(resolve => setTimeout(resolve, READY_TIMEOUT_MS))]);
    }
    return this.compiler.isReady;
  }

  async #complete(source: string, cursor: number): Promise<Completions> {
    const { code, magic } = blankForEditing(this.compiler.ts, source, cursor);
    if (magic) {
      return completeMagic(source, magic, cursor, this.names);
    }
    return (await completeModelName(source, cursor, this.names)) ?? this.compiler.completions(code, cursor);
  }

  inspect(request: CodePosition): InspectReply {
    const cursor = toUnits(request.code, request.cursor_pos);
    const { code, magic } = blankForEditing(this.compiler.ts, request.code, cursor);
    // A front end asks with the cursor just after a name as well as inside it.
    const text = magic ? helpOf(magic) : (this.#describe(code, cursor) ?? this.#describe(code, cursor - 1));
    if (!text) {
      return { status: 'ok', found: false, data: {}, metadata: {} };
    }
    return { status: 'ok', found: true, data: { 'text/plain': text }, metadata: {} };
  }

  isComplete(source: string): IsCompleteReply {
    const { code } = blankForEditing(this.compiler.ts, source, -1);
    return isFinished(this.compiler.ts, code);
  }

  #describe(code: string, position: number): string | undefined {
    return position < 0 ? undefined : this.compiler.describe(code, position);
  }
}

/** Explains the sub-command that a magic line names, or all of them. */
function helpOf(magic: Magic): string {
  const [word] = magic.args.split(/\s+/);
  const command = magic.name === 'slip' ? slipCommands.find(({ name }) => name === word) : undefined;
  return command ? describeCommand(command) : slipCommands.map(describeCommand).join('\n');
}
