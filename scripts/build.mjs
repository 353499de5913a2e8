import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PythonEnvironment } from './python.mjs';
import { explain, run } from './terminal.mjs';

const SOURCES = [
  'packages',
  'server',
  'kernel-lib',
  'extension',
  'style',
  'scripts/build.mjs',
  'scripts/bundle.mjs',
  'tsconfig.base.json',
  'install.json'
];
const MADE = new Set(['node_modules', 'dist', 'lib']);

/**
 * Compiles the workspaces, builds the labextension, and puts extension and kernel into the Python environment.
 *
 * @returns false when nothing changed since the last build.
 */
export async function build(root, environment, { force = false } = {}) {
  const stamp = path.join(root, '.cache', 'build-stamp');
  const wanted = fingerprint(root, environment);
  if (!force && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) {
    return false;
  }
  rmSync(stamp, { force: true });
  const node = environment.node();
  const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  await run(
    node,
    [tsc, '-b', ...['server', 'kernel-lib', 'extension'].map(name => path.join(name, 'tsconfig.build.json'))],
    { cwd: root }
  );
  await run(node, [path.join(root, 'scripts', 'bundle.mjs')], { cwd: root });
  await buildExtension(root, node);
  linkExtension(root, environment);
  const install = path.join(root, 'kernel-lib', 'dist', 'kernel', 'install.js');
  await run(node, [install, '--prefix', environment.folder, '--node', node]);
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
  return true;
}

async function buildExtension(root, node) {
  const builder = path.join(root, 'node_modules', '@jupyter', 'builder', 'lib', 'build-labextension.js');
  const core = path.join(root, 'node_modules', '@jupyterlab', 'core-meta', 'core.package.json');
  // From its own folder: its license report fails when it meets another package.json in the current one.
  await run(node, [builder, '--core-package-file', core, '.'], { cwd: path.join(root, 'extension') });
  // The builder empties its output folder each time.
  cpSync(path.join(root, 'install.json'), path.join(root, 'extension', 'dist', 'labextension', 'install.json'));
}

/** JupyterLab of the environment finds the built extension in place. */
function linkExtension(root, environment) {
  const folder = path.join(environment.folder, 'share', 'jupyter', 'labextensions', '@slipway');
  mkdirSync(folder, { recursive: true });
  const link = path.join(folder, 'lab');
  rmSync(link, { recursive: true, force: true });
  symlinkSync(path.join(root, 'extension', 'dist', 'labextension'), link, 'junction');
}

/** Changes when a source file, a package or the place of the clone changes. */
function fingerprint(root, environment) {
  const hash = createHash('sha256').update(root).update(environment.folder);
  hash.update(readFileSync(path.join(root, 'package-lock.json')));
  hash.update(existsSync(environment.stamp) ? String(statSync(environment.stamp).mtimeMs) : '');
  for (const source of SOURCES) {
    addToFingerprint(hash, path.join(root, source));
  }
  return hash.digest('hex');
}

function addToFingerprint(hash, file) {
  const stat = statSync(file);
  if (!stat.isDirectory()) {
    if (!file.endsWith('.tsbuildinfo')) {
      hash.update(`${file} ${stat.size} ${stat.mtimeMs}\n`);
    }
    return;
  }
  for (const name of readdirSync(file).sort()) {
    if (!MADE.has(name)) {
      addToFingerprint(hash, path.join(file, name));
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = path.resolve(import.meta.dirname, '..');
  await build(root, new PythonEnvironment(root), { force: true }).catch(error => {
    process.exitCode = explain(error);
  });
}
