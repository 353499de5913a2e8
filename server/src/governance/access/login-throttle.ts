import { RateLimitedError } from '../../platform/errors.js';

/** After the failures that are forgiven comes this wait, doubled with each further one. */
const FIRST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 15 * 60_000;
/** Failures are forgotten after this time without an attempt. */
const FORGET_MS = 30 * 60_000;
const MOST_KEYS = 10_000;
/** Each check takes 32 MB and a tenth of a second of a core. */
const MOST_AT_ONCE = 4;
const MOST_WAITING = 64;

/** What failures are counted by, and how many of them are forgiven. */
export interface ThrottleKey {
  readonly key: string;
  readonly forgiven: number;
}

interface Failures {
  readonly count: number;
  readonly at: number;
}

/** Slows down guessing of passwords, by name and by address, and bounds what checking them may cost. */
export class LoginThrottle {
  readonly #failures = new Map<string, Failures>();
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /**
   * Runs a check unless one of its keys must wait.
   *
   * @param keys the first is forgotten when the check succeeds; others may be shared with the attacker.
   * @param check resolves with undefined when the password was wrong.
   * @throws RateLimitedError
   */
  async attempt<T>(keys: readonly ThrottleKey[], check: () => Promise<T | undefined>): Promise<T | undefined> {
    this.#refuseWaiting(keys);
    await this.#enter();
    try {
      // Others with the same name may have failed while this one waited for its turn.
      this.#refuseWaiting(keys);
      const result = await check();
      if (result === undefined) {
        keys.forEach(({ key }) => this.#fail(key));
      } else {
        this.#failures.delete(keys[0]?.key ?? '');
      }
      return result;
    } finally {
      this.#leave();
    }
  }

  #refuseWaiting(keys: readonly ThrottleKey[]): void {
    const now = Date.now();
    const wait = Math.max(0, ...keys.map(key => this.#waitOf(key, now)));
    if (wait > 0) {
      throw tooMany(wait);
    }
  }

  #waitOf({ key, forgiven }: ThrottleKey, now: number): number {
    const failures = this.#failures.get(key);
    if (failures === undefined || failures.count < forgiven || now - failures.at > FORGET_MS) {
      return 0;
    }
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures.count - forgiven));
    return failures.at + wait - now;
  }

  #fail(key: string): void {
    const before = this.#failures.get(key);
    const at = Date.now();
    const count = before === undefined || at - before.at > FORGET_MS ? 1 : before.count + 1;
    this.#failures.delete(key);
    // Keys are in the order of their last failure, so the first is the one to forget.
    if (this.#failures.size >= MOST_KEYS) {
      const [oldest] = this.#failures.keys();
      this.#failures.delete(oldest ?? '');
    }
    this.#failures.set(key, { count, at });
  }

  async #enter(): Promise<void> {
    if (this.#running < MOST_AT_ONCE) {
      this.#running += 1;
      return;
    }
    if (this.#waiting.length >= MOST_WAITING) {
      throw tooMany(FIRST_WAIT_MS);
    }
    await new Promise<void>(resolve => this.#waiting.push(resolve));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) {
      this.#running -= 1;
    } else {
      next();
    }
  }
}

function tooMany(waitMs: number): RateLimitedError {
  const seconds = Math.ceil(waitMs / 1000);
  return new RateLimitedError(`Too many failed logins. Try again in ${seconds} s.`, seconds, {
    where: 'headers.authorization',
    remedy: 'An administrator can set a new password with `slipway user passwd`.'
  });
}
