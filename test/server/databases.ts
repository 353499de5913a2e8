import { freshPostgresDatabase } from '../../server/testing/test-database.js';

export interface TestedDatabase {
  readonly name: string;
  /** What a server finds in its environment for a fresh database of this kind. */
  environment(): Promise<NodeJS.ProcessEnv>;
}

/** For `describe.each`: what must hold on SQLite must hold on PostgreSQL. */
export const DATABASES: readonly TestedDatabase[] = [
  { name: 'SQLite', environment: async () => ({ DATABASE_URL: '' }) },
  { name: 'PostgreSQL', environment: async () => ({ DATABASE_URL: await freshPostgresDatabase() }) }
];
