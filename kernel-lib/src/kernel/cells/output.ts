import type { MimeBundle } from '@slipway/notebook';
import type { Channels } from '../protocol/channels.js';
import type { Message } from '../protocol/wire.js';
import type { ErrorReport } from './traceback.js';

export type StreamName = 'stdout' | 'stderr';

interface DisplayContent {
  readonly data: Record<string, unknown>;
  readonly metadata: Record<string, unknown>;
  readonly transient: { readonly display_id?: string };
}

/** What a cell shows: the type of the message to the front end, and its content. */
export type OutputContent =
  | { readonly type: 'stream'; readonly name: StreamName; readonly text: string }
  | ({ readonly type: 'display_data' } & DisplayContent)
  | ({ readonly type: 'update_display_data' } & DisplayContent)
  | ({ readonly type: 'execute_result'; readonly execution_count: number } & Omit<DisplayContent, 'transient'>)
  | ({ readonly type: 'error' } & ErrorReport)
  | { readonly type: 'clear_output'; readonly wait: boolean };

/** Is told everything that a cell shows, in its order. */
export type OutputListener = (content: OutputContent) => void;

/** Text is gathered for this long, or up to this many characters, before it becomes a message. */
const GATHER_MS = 20;
const GATHER_CHARACTERS = 65_536;

/** Where the outputs of one cell execution go, also after it has ended. */
export class CellOutput {
  #text = '';
  #stream: StreamName = 'stdout';
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly channels: Channels,
    private readonly message: Message,
    private readonly isSilent: boolean,
    /** Starts a timer that does not belong to any cell. */
    private readonly startTimer: (callback: () => void, ms: number) => NodeJS.Timeout,
    private readonly listener: OutputListener
  ) {}

  write(stream: StreamName, text: string): void {
    if (stream !== this.#stream) {
      this.flush();
      this.#stream = stream;
    }
    this.#text += text;
    if (this.#text.length > GATHER_CHARACTERS) {
      this.flush();
    } else {
      this.#timer ??= this.startTimer(() => this.flush(), GATHER_MS);
    }
  }

  /** Sends what was gathered: before anything else of the cell is sent, so that the order stays. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = this.#text;
    this.#text = '';
    if (text) {
      this.#publish({ type: 'stream', name: this.#stream, text });
    }
  }

  display(data: MimeBundle, options: { displayId?: string; update?: boolean } = {}): void {
    this.raw({ data, metadata: {}, transient: transientOf(options.displayId) }, options.update === true);
  }

  /** Sends display content as it is. */
  raw({ data = {}, metadata = {}, transient = {} }: Partial<DisplayContent>, update: boolean): void {
    this.flush();
    this.#publish({ type: update ? 'update_display_data' : 'display_data', data, metadata, transient });
  }

  result(executionCount: number, data: MimeBundle): void {
    this.flush();
    this.#publish({ type: 'execute_result', execution_count: executionCount, data, metadata: {} });
  }

  error(error: ErrorReport): void {
    this.flush();
    this.#publish({ type: 'error', ...error });
  }

  clear(wait: boolean): void {
    this.flush();
    this.#publish({ type: 'clear_output', wait });
  }

  #publish(output: OutputContent): void {
    if (this.isSilent) {
      return;
    }
    const { type, ...content } = output;
    this.channels.publish(this.message, type, content);
    this.listener(output);
  }
}

function transientOf(displayId: string | undefined): { display_id?: string } {
  return displayId === undefined ? {} : { display_id: displayId };
}
