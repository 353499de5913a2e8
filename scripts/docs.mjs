import path from 'node:path';
import { setUp } from './set-up.mjs';
import { explain, run, step } from './terminal.mjs';

const root = path.resolve(import.meta.dirname, '..');

/** Writes the API reference of what notebooks import, from its doc comments, to `.cache/api`. */
try {
  const environment = await setUp();
  const program = path.join(root, 'node_modules', 'typedoc', 'bin', 'typedoc');
  await step('API reference', () => run(environment.node(), [program], { cwd: root }));
  console.log(`Open ${path.join(root, '.cache', 'api', 'index.html')}`);
} catch (error) {
  process.exitCode = explain(error);
}
