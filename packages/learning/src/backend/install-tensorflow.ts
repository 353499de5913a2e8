import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { SlipwayError } from '@slipway/notebook';
import {
  ADDON_SOURCE,
  TFJS_NODE_VERSION,
  addonSourceHash,
  installationFile,
  type Installation
} from './tensorflow-folder.js';

const run = promisify(execFile);

const TENSORFLOW_VERSION = '2.21.0';
/** The two libraries of the wheel that the addon is linked with. */
const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

/** What of npm is unpacked, without their install scripts and without what they depend on. */
const PACKAGES = { 'google-protobuf': '3.21.4', 'node-api-headers': '1.5.0' };

export interface InstallOptions {
  readonly folder: string;
  /** Python with pip. */
  readonly python: string;
  readonly variant: 'cpu' | 'cuda';
  /** A folder `tensorflow` of an installed wheel to link with, instead of installing one. */
  readonly tensorflow?: string | undefined;
  /** Told what begins, one line each. */
  readonly onStep: (what: string) => void;
}

/**
 * Installs TensorFlow from its Python wheel and builds the tfjs addon against it. What is there already is kept.
 *
 * @throws SlipwayError BACKEND_INSTALL that says which step failed and what to do.
 */
export async function installTensorflow(options: InstallOptions): Promise<Installation> {
  if (process.platform !== 'linux') {
    throw new SlipwayError(
      'BACKEND_INSTALL',
      `The TensorFlow backend is built on Linux only, not on ${process.platform}.`,
      {
        remedy: 'Training uses WebGPU or wasm instead; nothing else is missing.'
      }
    );
  }
  const { folder, variant, onStep } = options;
  mkdirSync(folder, { recursive: true });
  const compiler = await findCompiler();
  const library = options.tensorflow ? path.resolve(options.tensorflow) : await installWheel(options);
  checkLibraries(library);
  const tfjsNode = variant === 'cuda' ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node';
  for (const [name, version] of Object.entries({ [tfjsNode]: TFJS_NODE_VERSION, ...PACKAGES })) {
    await unpack(folder, name, version, onStep);
  }
  const addon = path.join(folder, `slipway_tensorflow-${addonSourceHash().slice(0, 12)}.node`);
  onStep('Building the addon');
  await build(compiler, { folder, library, tfjsNode, addon });
  const installation: Installation = {
    variant,
    tensorflow: versionOf(library),
    library,
    addon,
    scripts: path.join(packageFolder(folder, tfjsNode), 'dist'),
    source: addonSourceHash(),
    architecture: process.arch
  };
  writeFileSync(installationFile(folder), `${JSON.stringify(installation, null, 2)}\n`);
  return installation;
}

async function findCompiler(): Promise<string> {
  for (const candidate of [process.env['CXX'], 'c++', 'g++', 'clang++']) {
    if (!candidate) {
      continue;
    }
    const works = await run(candidate, ['--version']).then(
      () => true,
      () => false
    );
    if (works) {
      return candidate;
    }
  }
  throw new SlipwayError('BACKEND_INSTALL', 'There is no C++ compiler to build the TensorFlow addon with.', {
    remedy: 'Install one (Debian, Ubuntu: apt install g++) and run slipway doctor --install again.'
  });
}

/** The wheel's libraries look for CUDA's beside themselves, so all of it is installed into one folder. */
async function installWheel({ folder, python, variant, onStep }: InstallOptions): Promise<string> {
  const target = path.join(folder, variant);
  const library = path.join(target, 'tensorflow');
  if (LIBRARIES.every(name => existsSync(path.join(library, name)))) {
    return library;
  }
  const wheel =
    variant === 'cuda' ? `tensorflow[and-cuda]==${TENSORFLOW_VERSION}` : `tensorflow-cpu==${TENSORFLOW_VERSION}`;
  onStep(`Installing ${wheel} from PyPI (${variant === 'cuda' ? 'about 4 GB' : 'about 300 MB to download'})`);
  // Our addon needs none of the CPU wheel's Python packages.
  const dependencies = variant === 'cuda' ? [] : ['--no-deps'];
  rmSync(target, { recursive: true, force: true });
  await attempt(
    python,
    [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '--no-compile',
      ...dependencies,
      '--target',
      target,
      wheel
    ],
    `pip could not install ${wheel}.`,
    'Is the network reachable, and is there space on the disk? Run slipway doctor --install again when it is.'
  );
  return library;
}

function checkLibraries(library: string): void {
  const missing = LIBRARIES.find(name => !existsSync(path.join(library, name)));
  if (!missing) {
    return;
  }
  throw new SlipwayError('BACKEND_INSTALL', `${library} has no ${missing}.`, {
    remedy: 'Name the folder "tensorflow" in the site-packages of a TensorFlow from PyPI, 2.12 or newer.'
  });
}

/** Takes a package from npm as it is: no script of it is run, and nothing that it depends on is installed. */
async function unpack(folder: string, name: string, version: string, onStep: (what: string) => void): Promise<void> {
  const target = packageFolder(folder, name);
  const manifest = path.join(target, 'package.json');
  if (existsSync(manifest) && readFileSync(manifest, 'utf8').includes(`"version": "${version}"`)) {
    return;
  }
  onStep(`Fetching ${name} ${version} from npm`);
  const downloads = path.join(folder, 'downloads');
  rmSync(downloads, { recursive: true, force: true });
  rmSync(target, { recursive: true, force: true });
  mkdirSync(downloads, { recursive: true });
  mkdirSync(target, { recursive: true });
  const [npm, ...before] = npmCommand();
  await attempt(
    npm!,
    [...before, 'pack', '--silent', '--pack-destination', downloads, `${name}@${version}`],
    `npm could not fetch ${name} ${version}.`,
    'Is the network reachable? Run slipway doctor --install again when it is.'
  );
  const archive = readdirSync(downloads).find(file => file.endsWith('.tgz'));
  await attempt(
    'tar',
    ['-xzf', path.join(downloads, archive ?? ''), '-C', target, '--strip-components=1'],
    `${name} could not be unpacked.`,
    'Is there space on the disk?'
  );
  rmSync(downloads, { recursive: true, force: true });
}

function packageFolder(folder: string, name: string): string {
  return path.join(folder, 'node_modules', ...name.split('/'));
}

/** The npm that came with this Node, else the one on the path. */
function npmCommand(): readonly string[] {
  const beside = path.resolve(path.dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js');
  return existsSync(beside) ? [process.execPath, beside] : ['npm'];
}

interface Build {
  readonly folder: string;
  readonly library: string;
  readonly tfjsNode: string;
  readonly addon: string;
}

async function build(compiler: string, { folder, library, tfjsNode, addon }: Build): Promise<void> {
  const sources = packageFolder(folder, tfjsNode);
  const headers = path.join(packageFolder(folder, 'node-api-headers'), 'include');
  const binding = path.join(sources, 'binding');
  await attempt(
    compiler,
    [
      '-std=c++17',
      '-O2',
      '-fPIC',
      '-shared',
      '-s',
      '-fno-access-control',
      '-DNAPI_VERSION=8',
      '-DBUILDING_NODE_EXTENSION',
      ...[sources, binding, headers, path.join(library, 'include')].flatMap(each => ['-I', each]),
      path.join(binding, 'tfjs_backend.cc'),
      ADDON_SOURCE,
      '-o',
      addon,
      '-L',
      library,
      ...LIBRARIES.map(name => `-l:${name}`),
      // In place: the libraries find CUDA's by their own position.
      `-Wl,-rpath,${library}`
    ],
    'The TensorFlow addon could not be built.',
    'Is this TensorFlow 2.12 or newer, and the compiler able to build C++17?'
  );
}

/** The version as the wheel's metadata beside the folder says it. */
function versionOf(library: string): string {
  const metadata = readdirSync(path.dirname(library)).find(name =>
    /^tensorflow(_cpu|_gpu)?-[\d.]+.*\.dist-info$/.test(name)
  );
  return /-([\d.]+)/.exec(metadata ?? '')?.[1]?.replace(/\.$/, '') ?? 'unknown';
}

async function attempt(command: string, args: readonly string[], message: string, remedy: string): Promise<void> {
  try {
    await run(command, args, { maxBuffer: 64 * 2 ** 20, env: { ...process.env, npm_config_ignore_scripts: 'true' } });
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim().split('\n').slice(-5).join('\n');
    throw new SlipwayError('BACKEND_INSTALL', said ? `${message}\n${said}` : message, { remedy, cause: error });
  }
}
