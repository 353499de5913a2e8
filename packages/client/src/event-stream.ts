/** One message of a `text/event-stream`. */
export interface StreamMessage {
  /** The id in force when the message ended; null when none was sent yet. */
  readonly id: string | null;
  readonly event: string;
  readonly data: string;
}

/**
 * Parses a `text/event-stream` fed in pieces of any size, as the HTML standard describes it ("9.2.6 Interpreting an event
 * stream"): bytes may be cut inside a character, inside a line, or between CR and LF.
 */
export class EventStreamParser {
  readonly #decoder = new TextDecoder('utf-8');
  #line = '';
  #sawCarriageReturn = false;
  #id: string | null = null;
  #event = '';
  #data: string[] = [];

  /** Takes the next bytes and gives the messages that they complete. */
  push(bytes: Uint8Array): StreamMessage[] {
    const messages: StreamMessage[] = [];
    for (const character of this.#decoder.decode(bytes, { stream: true })) {
      if (character === '\n' && this.#sawCarriageReturn) {
        this.#sawCarriageReturn = false;
        continue;
      }
      this.#sawCarriageReturn = character === '\r';
      if (character !== '\n' && character !== '\r') {
        this.#line += character;
        continue;
      }
      const message = this.#endLine();
      if (message !== null) {
        messages.push(message);
      }
    }
    return messages;
  }

  #endLine(): StreamMessage | null {
    const line = this.#line;
    this.#line = '';
    if (line === '') {
      return this.#endMessage();
    }
    const colon = line.indexOf(':');
    if (colon === 0) {
      return null;
    }
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    switch (field) {
      case 'data':
        this.#data.push(value);
        break;
      case 'event':
        this.#event = value;
        break;
      case 'id':
        if (!value.includes('\0')) {
          this.#id = value;
        }
        break;
      default:
        break;
    }
    return null;
  }

  #endMessage(): StreamMessage | null {
    const event = this.#event;
    const data = this.#data;
    this.#event = '';
    this.#data = [];
    return data.length === 0 ? null : { id: this.#id, event: event === '' ? 'message' : event, data: data.join('\n') };
  }
}
