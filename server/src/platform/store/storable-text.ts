import { InvalidRequestError } from '../errors.js';

/*
 * PostgreSQL's text holds neither the NUL character nor half of a surrogate pair. Both databases refuse them alike, so
 * that whatever one of them holds can be moved to the other.
 */

export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** @throws InvalidRequestError for text that the database cannot hold; every other value passes. */
export function refuseUnstorable(value: unknown): void {
  if (typeof value === 'string' && !isStorable(value)) {
    throw new InvalidRequestError(
      `The text ${JSON.stringify(value.slice(0, 60))} holds a NUL character or half of a surrogate pair.`,
      { remedy: 'Send text that is valid UTF-8 and has no NUL character.' }
    );
  }
}

/** The value with every such character in its texts replaced by U+FFFD; the same value when it has none. */
export function toStorable<T>(value: T): T {
  if (typeof value === 'string') {
    return (isStorable(value) ? value : value.toWellFormed().replaceAll('\0', '\uFFFD')) as T;
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (Array.isArray(value)) {
    const items = value.map(toStorable);
    return items.every((item, index) => item === value[index]) ? value : (items as T);
  }
  const entries = Object.entries(value).map(([key, item]) => [toStorable(key), toStorable(item)] as const);
  const same = Object.entries(value).every(
    ([key, item], index) => entries[index]?.[0] === key && entries[index][1] === item
  );
  return same ? value : (Object.fromEntries(entries) as T);
}
