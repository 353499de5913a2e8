import { isErrorOf, textOf } from './cells/foreign-values.js';

/** One line about an error that nobody expected. */
export function oneLine(error: unknown): string {
  return isErrorOf(Error, error) ? `${error.name}: ${error.message}` : textOf(error);
}
