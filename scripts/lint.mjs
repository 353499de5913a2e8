import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PythonEnvironment } from './python.mjs';
import { explain, run } from './terminal.mjs';

const SOURCES = ['packages', 'server/src', 'server/serving/src', 'kernel-lib/src', 'extension/src'];

/** ESLint, Prettier and the import rules, each on what has changed since it last passed. */
export async function lint(root, node) {
  const cache = name => path.join(root, '.cache', name);
  const tool = (...parts) => path.join(root, 'node_modules', ...parts);
  const checks = [
    [
      tool('eslint', 'bin', 'eslint.js'),
      '.',
      '--cache',
      ...['--cache-strategy', 'content', '--cache-location', cache('eslint'), '--max-warnings', '0'],
      ...['--concurrency', '2']
    ],
    [
      tool('prettier', 'bin', 'prettier.cjs'),
      ...['--check', '.', '--log-level', 'warn'],
      ...['--cache', '--cache-strategy', 'content', '--cache-location', cache('prettier')]
    ],
    [
      tool('dependency-cruiser', 'bin', 'dependency-cruise.mjs'),
      ...['--config', 'dependency-rules.cjs', '--output-type', 'err', ...SOURCES]
    ]
  ];
  // One after the other: typed rules alone take as much memory as a small machine has to give.
  for (const check of checks) await run(node, check, { cwd: root });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = path.resolve(import.meta.dirname, '..');
  await lint(root, new PythonEnvironment(root).node()).catch(error => {
    process.exitCode = explain(error);
  });
}
