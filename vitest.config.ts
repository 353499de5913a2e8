import { defineConfig } from 'vitest/config';

/**
 * `unit` stands beside the code and needs nothing but npm packages. The projects under `test/` drive real
 * processes: kernels, JupyterLab, browsers, the Python client. `long` is for `npm run test:long` only.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['server/**/src/**/*.test.ts', 'kernel-lib/src/**/*.test.ts'],
          testTimeout: 20_000
        }
      },
      {
        test: {
          name: 'extension',
          include: ['extension/src/**/*.test.{ts,tsx}'],
          environment: 'jsdom',
          testTimeout: 30_000,
          server: { deps: { inline: [/@jupyterlab\//, /@jupyter\//, /@lumino\//] } }
        }
      },
      {
        test: {
          name: 'system',
          include: ['test/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false
        }
      },
      {
        test: {
          name: 'long',
          include: ['test/**/*.long.ts'],
          testTimeout: 3_600_000,
          hookTimeout: 180_000,
          fileParallelism: false
        }
      }
    ]
  }
});
