import { readFileSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { defineConfig } from 'vitest/config';

/** As many as there are cores: half of a system test's time is waiting for a process to start. */
const maxWorkers = Math.min(4, Math.max(2, availableParallelism()));

/** Gives each test file a temporary folder and an environment of its own, and undoes both when the file has ended. */
const setupFiles = ['test/harness/file-surroundings.ts'];

/** Packages are tested as they are written, not as they were last compiled. */
const alias = readdirSync('packages').flatMap(name => {
  const { exports } = JSON.parse(readFileSync(path.join('packages', name, 'package.json'), 'utf8')) as {
    exports: Record<string, { default: string }>;
  };
  return Object.entries(exports).map(([entry, { default: file }]) => ({
    find: new RegExp(`^@slipway/${name}${entry.slice(1)}$`),
    replacement: path.resolve('packages', name, file.replace('/dist/', '/src/').replace(/\.js$/, '.ts'))
  }));
});

/** How long a condition may take to come true on a machine several times slower. */
const PATIENCE_MS = 60_000;

const BESIDE_THE_CODE = [
  'test/architecture/*.test.ts',
  'packages/*/src/**/*.test.ts',
  'server/src/**/*.test.ts',
  'server/serving/src/**/*.test.ts',
  'kernel-lib/src/**/*.test.ts'
];
const SLOW = '**/*.slow.test.ts';

/**
 * `unit` stands beside the code and needs nothing but npm packages; `slow` is those tests of it that take seconds;
 * `postgres` is those tests of it that store something,
 * on PostgreSQL instead of SQLite. The projects under `test/` drive real
 * processes: kernels, JupyterLab, browsers, the Python client. `long` is for `npm run test:long` only.
 */
export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
          expect: { poll: { timeout: PATIENCE_MS } },
          setupFiles,
          include: BESIDE_THE_CODE,
          exclude: ['server/src/platform/store/postgres/**', SLOW],
          testTimeout: 60_000,
          maxWorkers,
          isolate: false
        }
      },
      {
        resolve: { alias },
        test: {
          name: 'slow',
          expect: { poll: { timeout: PATIENCE_MS } },
          setupFiles,
          include: [SLOW],
          testTimeout: 60_000,
          maxWorkers,
          isolate: false
        }
      },
      {
        // The same tests, on a PostgreSQL that the run starts.
        resolve: { alias },
        test: {
          name: 'postgres',
          expect: { poll: { timeout: PATIENCE_MS } },
          setupFiles,
          include: [
            'server/src/platform/store/*.test.ts',
            'server/src/platform/store/{writing,postgres}/**/*.test.ts',
            'server/src/{faces,governance}/**/*.test.ts',
            'server/src/delivery/promotions/*.test.ts',
            'server/src/platform/{artifacts,events,webhooks}/*.test.ts',
            'server/src/tracking/{runs,sessions}/*.test.ts'
          ],
          exclude: ['**/{blob-store,byte-range,trusted-folder,staleness,search}.test.ts'],
          env: { SLIPWAY_TEST_DATABASE: 'postgres' },
          globalSetup: ['server/testing/postgres-set-up.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers,
          isolate: false
        }
      },
      {
        resolve: { alias },
        test: {
          name: 'extension',
          expect: { poll: { timeout: PATIENCE_MS } },
          include: ['extension/src/**/*.test.{ts,tsx}'],
          environment: 'jsdom',
          testTimeout: 30_000,
          maxWorkers,
          isolate: false,
          server: { deps: { inline: [/@jupyterlab\//, /@jupyter\//, /@lumino\//] } }
        }
      },
      {
        test: {
          name: 'system',
          expect: { poll: { timeout: PATIENCE_MS } },
          setupFiles,
          include: ['test/**/*.test.ts'],
          exclude: ['test/architecture/**'],
          globalSetup: ['server/testing/postgres-set-up.ts'],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          maxWorkers
        }
      },
      {
        test: {
          name: 'long',
          setupFiles,
          include: ['test/**/*.long.ts'],
          globalSetup: ['server/testing/postgres-set-up.ts'],
          testTimeout: 3_600_000,
          hookTimeout: 180_000,
          fileParallelism: false
        }
      }
    ]
  }
});
