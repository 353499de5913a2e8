import { inspect } from 'node:util';

/*
 * Values that the user's code throws or shows may be anything, also a proxy or an object whose every member throws. What
 * the kernel asks of them must not throw in its turn.
 */

/** `value instanceof kind` for errors; false where the value does not let itself be asked. */
export function isErrorOf<T extends Error>(kind: abstract new (...args: never[]) => T, value: unknown): value is T {
  try {
    return value instanceof kind;
  } catch {
    return false;
  }
}

/** A value as Node prints it. */
export function textOf(value: unknown): string {
  try {
    return inspect(value);
  } catch {
    return `a value of type ${typeof value} that cannot be shown`;
  }
}
