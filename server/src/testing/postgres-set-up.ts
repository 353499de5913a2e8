import { startPostgres } from './postgres-server.js';
import { makeTemplate, TEST_POSTGRES } from './test-database.js';

/** Starts one PostgreSQL for the whole test run, unless the environment names one. @returns ends it. */
export default async function setUp(): Promise<(() => Promise<void>) | undefined> {
  if (process.env[TEST_POSTGRES] !== undefined) {
    return undefined;
  }
  // Nothing survives the test run: what is slow about being safe is left out.
  const server = await startPostgres({ fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' });
  await makeTemplate(server.url);
  process.env[TEST_POSTGRES] = server.url;
  return server.stop;
}
