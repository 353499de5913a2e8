import type { Channels } from '../protocol/channels.js';
import { InputReply } from '../protocol/requests.js';
import type { Cell } from './cell.js';

/** A cell asked for input where the front end takes none. */
export class InputUnavailableError extends Error {
  override readonly name = 'InputUnavailableError';
  readonly code = 'INPUT_UNAVAILABLE';

  constructor() {
    super('This front end does not take input; set the value in the cell instead.');
  }
}

/** Lines of input that cells ask the user for. */
export class UserInput {
  readonly #waiting: ((value: string) => void)[] = [];
  #isListening = false;

  constructor(private readonly channels: Channels) {}

  /**
   * Asks the user for a line under `cell`.
   *
   * @throws InputUnavailableError when the front end takes no input; the abort signal's reason on interrupt.
   */
  ask(cell: Cell, prompt: string, password: boolean): Promise<string> {
    if (!cell.request.allow_stdin) return Promise.reject(new InputUnavailableError());
    this.#listen();
    cell.output.flush();
    this.channels.requestInput(cell.message, prompt, password);
    const { signal } = cell.abort;
    return new Promise((resolve, reject) => {
      this.#waiting.push(resolve);
      signal.addEventListener('abort', () => {
        this.#waiting.splice(this.#waiting.indexOf(resolve), 1);
        reject(signal.reason as Error);
      });
    });
  }

  #listen(): void {
    if (this.#isListening) return;
    this.#isListening = true;
    void this.channels.listenForInput(({ content }) => {
      const parsed = InputReply.safeParse(content);
      if (parsed.success) this.#waiting.shift()?.(parsed.data.value);
    });
  }
}
