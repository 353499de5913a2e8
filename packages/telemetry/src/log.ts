import { Redactor } from './redaction.js';

export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
type WrittenLevel = Exclude<LogLevel, 'silent'>;

export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface LogOptions {
  readonly level: LogLevel;
  /** Takes one line, with its end. */
  readonly write: (line: string, level: WrittenLevel) => void;
}

/** A log of JSON lines: `time` (ISO), `level`, `message`, and fields. No line holds a secret. */
export class Log {
  readonly #level: number;
  readonly #write: LogOptions['write'];
  readonly #redactor = new Redactor();

  constructor({ level, write }: LogOptions) {
    this.#level = LOG_LEVELS.indexOf(level);
    this.#write = write;
  }

  /** From now on this text never appears in a line. What looks like a secret does not either. */
  hide(secret: string): void {
    this.#redactor.hide(secret);
  }

  isWritten(level: WrittenLevel): boolean {
    return LOG_LEVELS.indexOf(level) <= this.#level;
  }

  write(level: WrittenLevel, message: string, fields: LogFields = {}): void {
    if (this.isWritten(level)) {
      const clean = (_name: string, value: unknown): unknown =>
        typeof value === 'string' ? this.#redactor.redact(value) : value;
      const line = JSON.stringify({ time: new Date().toISOString(), level, message, ...fields }, clean);
      this.#write(`${line}\n`, level);
    }
  }

  /** An internal error. */
  fault(error: unknown): void {
    const { message, stack, cause } = error instanceof Error ? error : new Error(String(error));
    this.write('error', message, { stack, cause: cause instanceof Error ? cause.message : undefined });
  }
}
