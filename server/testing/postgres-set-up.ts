import { startPostgres } from './postgres-server.js';
import { dropDatabases, makeTemplate, TEST_POSTGRES, TEST_PREFIX } from './test-database.js';

/**
 * Makes PostgreSQL ready for a whole test run: the one that the environment names, else one that is started. Several
 * projects of one run share it.
 *
 * @returns removes what was created.
 */
export default async function setUp(): Promise<(() => Promise<void>) | undefined> {
  if (process.env[TEST_PREFIX] !== undefined) {
    return undefined;
  }
  process.env[TEST_PREFIX] = `slipway_test_${process.pid}`;
  const named = process.env[TEST_POSTGRES];
  if (named !== undefined) {
    await makeTemplate(named);
    return () => dropDatabases(named);
  }
  // Nothing survives the test run: what is slow about being safe is left out.
  const server = await startPostgres({ fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' });
  process.env[TEST_POSTGRES] = server.url;
  await makeTemplate(server.url);
  return server.stop;
}
