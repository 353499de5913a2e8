import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { lint } from './lint.mjs';
import { ensureMlflowServer } from './mlflow-server.mjs';
import { ROOT, setUp } from './set-up.mjs';
import { explain, run, step } from './terminal.mjs';

const long = process.argv.includes('--long');
const rest = process.argv.slice(2).filter(arg => arg !== '--long');

try {
  console.log('Slipway: set-up and tests');
  const environment = await setUp();
  await step('Python packages of the tests', () => environment.ensureForTests());
  const node = environment.node();
  if (rest.length === 0 && !long) {
    await step('Types', () => run(node, [tool('typescript', 'bin/tsc'), '-b'], { cwd: ROOT }));
    await step('Lint', () => lint(ROOT, node));
  }
  if (long) {
    await step('MLflow’s own server, to compare with', async () => {
      process.env.SLIPWAY_MLFLOW_PYTHON = await ensureMlflowServer(environment);
    });
  }
  process.exitCode = await test(environment, node);
} catch (error) {
  process.exitCode = explain(error);
}

function tool(name, file) {
  return path.join(ROOT, 'node_modules', name, file);
}

async function test(environment, node) {
  const report = path.join(ROOT, '.cache', 'test-report.json');
  mkdirSync(path.dirname(report), { recursive: true });
  rmSync(report, { force: true });
  const selection =
    rest.length > 0
      ? rest
      : long
        ? ['--project', 'long']
        : ['unit', 'slow', 'postgres', 'extension', 'system'].flatMap(name => ['--project', name]);
  const vitest = tool('vitest', 'vitest.mjs');
  const code = await inherit(
    node,
    [vitest, 'run', ...selection, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    {
      SLIPWAY_PYTHON: environment.python,
      SLIPWAY_NODE: node,
      // No test works on the developer's own database.
      DATABASE_URL: '',
      PATH: [path.dirname(node), process.env.PATH ?? ''].join(path.delimiter)
    }
  );
  if (!existsSync(report)) {
    return code || 1;
  }
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numTotalTests } = JSON.parse(
    readFileSync(report, 'utf8')
  );
  const skipped = numPendingTests + numTodoTests;
  console.log(`\n${numPassedTests} passed, ${numFailedTests} failed, ${skipped} skipped`);
  if (numTotalTests === 0) {
    console.error('No test was run.');
  }
  // In CI nothing may be skipped; on a desk without a browser (not Linux x64) the browser tests are, and say so.
  if (process.env.CI && skipped > 0) {
    console.error('Tests were skipped; in CI that is a failure.');
  }
  return code || (numTotalTests === 0 || (process.env.CI && skipped > 0) ? 1 : 0);
}

function inherit(command, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env }
    });
    child.once('error', reject);
    child.once('exit', code => resolve(code ?? 1));
  });
}
