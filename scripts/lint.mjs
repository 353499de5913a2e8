import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PythonEnvironment } from './python.mjs';
import { explain, run } from './terminal.mjs';

const SOURCES = ['packages', 'server/src', 'server/serving/src', 'kernel-lib/src', 'extension/src'];

/** Types of promises and switches, form, JupyterLab's conventions and the import rules. */
export async function lint(root, node) {
  const tool = (...parts) => path.join(root, 'node_modules', ...parts);
  const checks = [
    [tool('oxfmt', 'bin', 'oxfmt'), '--check'],
    [tool('oxlint', 'bin', 'oxlint'), '--type-aware', '--deny-warnings'],
    [
      tool('dependency-cruiser', 'bin', 'dependency-cruise.mjs'),
      ...['--config', 'dependency-rules.cjs', '--output-type', 'err', ...SOURCES]
    ],
    [tool('eslint', 'bin', 'eslint.js'), 'extension', '--max-warnings', '0']
  ];
  for (const check of checks) {
    await run(node, check, { cwd: root });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = path.resolve(import.meta.dirname, '..');
  await lint(root, new PythonEnvironment(root).node()).catch(error => {
    process.exitCode = explain(error);
  });
}
