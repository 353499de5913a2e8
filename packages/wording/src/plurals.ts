import { formatCount } from './numbers.js';

/**
 * A count with its noun, which agrees with it.
 *
 * @param plural default: the noun with an s.
 * @example counted(1, 'run') // '1 run'
 * @example counted(2, 'query', 'queries') // '2 queries'
 */
export function counted(count: number, noun: string, plural = `${noun}s`, locale?: string): string {
  return `${formatCount(count, locale)} ${count === 1 ? noun : plural}`;
}
