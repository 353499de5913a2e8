const HIDDEN = '[redacted]';

/** What must never appear in a log, whatever text contains it. */
const PATTERNS: readonly [RegExp, string][] = [
  // API tokens of ours.
  [/slp_[0-9a-f]{16}_[\w-]{43}/g, HIDDEN],
  // The value of an Authorization header.
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${HIDDEN}`],
  // User and password in a URL.
  [/\b([a-z][\w+.-]*:\/\/)[^\s/@:]*:[^\s/@]*@/gi, `$1${HIDDEN}@`],
  // Fields by their names, in JSON, in a query or in an assignment.
  [
    /("?\b[\w-]*(?:password|passwd|secret|token|api[_-]?key)"?\s*[:=]\s*)("[^"]*"|'[^']*'|[^\s,;&}'"]+)/gi,
    `$1${HIDDEN}`
  ]
];

/** Redacts secrets in text. */
export class Redactor {
  readonly #secrets: string[] = [];

  /** @param secret one that is known, such as the token of the data folder. */
  hide(secret: string): void {
    if (secret !== '') {
      this.#secrets.push(secret);
    }
  }

  redact(text: string): string {
    const known = this.#secrets.reduce((clean, secret) => clean.replaceAll(secret, HIDDEN), text);
    return PATTERNS.reduce((clean, [pattern, by]) => clean.replace(pattern, by), known);
  }
}
