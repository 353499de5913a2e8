import { inspect } from 'node:util';

/** One line about an error that nobody expected. */
export function oneLine(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : inspect(error);
}
