import { DatabaseSync } from 'node:sqlite';
import { messageOf } from '@slipway/wording';

/** What is wrong with a database file, as SQLite's own check says; undefined when it is intact. */
export function damageOf(file: string): string | undefined {
  try {
    const database = new DatabaseSync(file, { readOnly: true });
    try {
      const [first] = database.prepare('pragma quick_check(1)').all();
      const found = String(first?.['quick_check'] ?? '');
      return found === 'ok' ? undefined : found;
    } finally {
      database.close();
    }
  } catch (error) {
    return messageOf(error);
  }
}
