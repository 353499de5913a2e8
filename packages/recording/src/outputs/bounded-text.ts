/** So much more than what is shown is kept at a cut, so that a secret that crosses it is whole when it is masked. */
const MARGIN = 4096;

/** Text that grows without end, of which the begin and the end are kept. */
export class BoundedText {
  /** The begin, once the whole is too long to be kept. */
  #head: string | null = null;
  /** The end; while there is no head, everything. */
  #tail = '';
  #length = 0;

  /** @param end characters that are kept of the begin, and as many of the end. */
  constructor(private readonly end: number) {}

  /** Characters that were added. */
  get length(): number {
    return this.#length;
  }

  /** Characters that it may keep. */
  get limit(): number {
    return 2 * this.end;
  }

  /** Characters that are kept. */
  get keptLength(): number {
    return Math.min(this.#length, 2 * this.end);
  }

  append(text: string): void {
    this.#length += text.length;
    this.#tail += text;
    // Only when much has come, so that each character is moved a bounded number of times.
    if (this.#tail.length <= 4 * this.#reach) {
      return;
    }
    this.#head ??= this.#tail.slice(0, this.#reach);
    this.#tail = this.#tail.slice(-this.#reach);
  }

  /**
   * The text, cut in the middle when it is too long, with a note there.
   *
   * @param mask is given all that is kept before it is cut: half a secret has no form to be known by.
   */
  text(mask: (text: string) => string): string {
    if (this.#length <= 2 * this.end) {
      return mask(this.#tail);
    }
    const leftOut = this.#length - 2 * this.end;
    const head = mask(this.#head ?? this.#tail.slice(0, this.#reach)).slice(0, this.end);
    const tail = mask(this.#tail.slice(-this.#reach));
    return `${head}\n… ${leftOut} characters left out …\n${this.end === 0 ? '' : tail.slice(-this.end)}`;
  }

  /** Characters at each end that are looked at for secrets. */
  get #reach(): number {
    return this.end + MARGIN;
  }
}
