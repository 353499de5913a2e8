import { InputReply } from '../protocol/requests.js';
import type { Message } from '../protocol/wire.js';
import type { Cell } from './cell.js';
import { InterruptedError } from './interrupts.js';

/** A cell asked for input where the front end does not accept it. */
export class InputUnavailableError extends Error {
  override readonly name = 'InputUnavailableError';
  readonly code = 'INPUT_UNAVAILABLE';

  constructor() {
    super('This front end does not accept input; set the value in the cell instead.');
  }
}

/** Channel for input requests and their replies. */
export interface InputChannel {
  /** Sends a question to the front end that sent `parent`. */
  request(parent: Message, prompt: string, password: boolean): void;
  /** Calls `listener` with each answer that is not waited for. */
  listen(listener: (message: Message) => void): void;
  /** Waits for an answer without letting anything else run; null when the user interrupts. */
  wait(): Message | null;
}

/** Lines of input that cells ask the user for. */
export class UserInput {
  readonly #waiting: ((value: string) => void)[] = [];
  #isListening = false;

  constructor(private readonly channel: InputChannel) {}

  /**
   * Asks the user for a line under `cell`.
   *
   * @throws InputUnavailableError when the front end does not accept input; the abort signal's reason on interrupt.
   */
  async ask(cell: Cell, prompt: string, password: boolean): Promise<string> {
    this.#request(cell, prompt, password);
    this.#listen();
    const { signal } = cell.abort;
    return new Promise((resolve, reject) => {
      this.#waiting.push(resolve);
      signal.addEventListener('abort', () => {
        const index = this.#waiting.indexOf(resolve);
        if (index >= 0) {
          this.#waiting.splice(index, 1);
          reject(signal.reason as Error);
        }
      });
    });
  }

  /**
   * Asks the user for a line, and blocks until it is there, as browser code expects.
   *
   * @throws InputUnavailableError when the front end does not accept input; InterruptedError on interrupt.
   */
  askNow(cell: Cell, prompt: string): string {
    this.#request(cell, prompt, false);
    for (;;) {
      const message = this.channel.wait();
      if (!message) {
        throw new InterruptedError();
      }
      const value = valueOf(message);
      if (value !== null) {
        return value;
      }
    }
  }

  #request(cell: Cell, prompt: string, password: boolean): void {
    if (!cell.request.allow_stdin) {
      throw new InputUnavailableError();
    }
    cell.output.flush();
    this.channel.request(cell.message, prompt, password);
  }

  #listen(): void {
    if (this.#isListening) {
      return;
    }
    this.#isListening = true;
    this.channel.listen(message => {
      const value = valueOf(message);
      if (value !== null) {
        this.#waiting.shift()?.(value);
      }
    });
  }
}

function valueOf({ content }: Message): string | null {
  const parsed = InputReply.safeParse(content);
  return parsed.success ? parsed.data.value : null;
}
