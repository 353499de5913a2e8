import type { MimeBundle } from '../../notebook/context.js';
import type { Channels } from '../protocol/channels.js';
import type { Message } from '../protocol/wire.js';

export type StreamName = 'stdout' | 'stderr';

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
    private readonly startTimer: (callback: () => void, ms: number) => NodeJS.Timeout
  ) {}

  write(stream: StreamName, text: string): void {
    if (stream !== this.#stream) {
      this.flush();
      this.#stream = stream;
    }
    this.#text += text;
    if (this.#text.length > GATHER_CHARACTERS) this.flush();
    else this.#timer ??= this.startTimer(() => this.flush(), GATHER_MS);
  }

  /** Sends what was gathered: before anything else of the cell is sent, so that the order stays. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = this.#text;
    this.#text = '';
    if (text) this.#publish('stream', { name: this.#stream, text });
  }

  display(data: MimeBundle, options: { displayId?: string; update?: boolean } = {}): void {
    this.raw({ data, metadata: {}, transient: transientOf(options.displayId) }, options.update === true);
  }

  /** Sends display content as it is. */
  raw(content: object, update: boolean): void {
    this.flush();
    this.#publish(update ? 'update_display_data' : 'display_data', content);
  }

  result(executionCount: number, data: MimeBundle): void {
    this.flush();
    this.#publish('execute_result', { execution_count: executionCount, data, metadata: {} });
  }

  error(error: object): void {
    this.flush();
    this.#publish('error', error);
  }

  clear(wait: boolean): void {
    this.flush();
    this.#publish('clear_output', { wait });
  }

  #publish(type: string, content: unknown): void {
    if (!this.isSilent) this.channels.publish(this.message, type, content);
  }
}

function transientOf(displayId: string | undefined): { display_id?: string } {
  return displayId === undefined ? {} : { display_id: displayId };
}
