import { inspect } from 'node:util';

/*
 * Values that the user's code throws or shows may be anything, also a proxy or an object whose every member throws. What
 * the kernel reads of them must not throw.
 */

/** `value instanceof kind` for errors; false where the value throws. */
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
