import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CLONE } from '../../platform/installation.js';
import { DataFolder } from '../../platform/data-folder.js';
import { pythonProgram } from '../supervisor/lab.js';
import { VERSION } from '../../platform/version.js';
import { dataFolder, parseOptions, UsageError } from './options.js';

export const doctorHelp = `slipway doctor [--data DIR] [--install] [--variant cpu|cuda] [--tensorflow DIR]

Checks the installation: Node, the Python environment, JupyterLab with our extension and kernel, the server, and
what networks are trained on, with the reason for each better backend that is not used.

  --install         on a machine with an NVIDIA GPU: installs TensorFlow from PyPI and builds the backend on it, in
                    ~/.cache/slipway/tensorflow or the folder that SLIPWAY_TENSORFLOW names; takes a C++ compiler
  --variant cpu     with --install: the TensorFlow for CPUs, which ONNX Runtime makes unnecessary
  --tensorflow DIR  with --install: builds it on the TensorFlow in DIR (.../site-packages/tensorflow) instead
`;

interface Finding {
  readonly what: string;
  readonly ok: boolean;
  readonly found: string;
}

/** @returns 0 when everything is there, else 1. */
export async function doctorCommand(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, {
    data: { type: 'string' },
    install: { type: 'boolean' },
    variant: { type: 'string' },
    tensorflow: { type: 'string' }
  });
  if ((options.tensorflow !== undefined || options.variant !== undefined) && !options.install) {
    throw new UsageError('--tensorflow and --variant require --install.');
  }
  if (options.variant !== undefined && options.variant !== 'cpu' && options.variant !== 'cuda') {
    throw new UsageError(`--variant is cpu or cuda, not ${options.variant}.`);
  }
  const python = path.join(CLONE, '.venv');
  const findings = [
    { what: 'slipway', ok: true, found: VERSION },
    { what: 'Node', ok: true, found: process.version },
    await pythonFinding(python),
    fileFinding('kernel', path.join(python, 'share', 'jupyter', 'kernels', 'slipway', 'kernel.json'), argvExists),
    fileFinding('extension', path.join(python, 'share', 'jupyter', 'labextensions', '@slipway', 'lab', 'package.json')),
    await serverFinding(dataFolder(options.data))
  ];
  for (const { what, ok, found } of findings) {
    console.log(`${ok ? '✓' : '✗'} ${what.padEnd(18)} ${found}`);
  }
  const training = await trainingFindings(python, [
    ...(options.install ? ['--install'] : []),
    ...(options.variant === undefined ? [] : ['--variant', options.variant]),
    ...(options.tensorflow === undefined ? [] : ['--tensorflow', path.resolve(options.tensorflow)])
  ]);
  return training && findings.every(finding => finding.ok) ? 0 : 1;
}

/** The kernel's library knows where networks are trained; it prints its own lines. */
function trainingFindings(environment: string, args: readonly string[]): Promise<boolean> {
  const program = path.join(CLONE, 'packages', 'learning', 'dist', 'backend', 'doctor-main.js');
  const python = pythonProgram(environment, 'python');
  return new Promise(resolve => {
    const child = spawn(process.execPath, [program, ...args], {
      stdio: ['ignore', 'inherit', args.length > 0 ? 'inherit' : 'ignore'],
      env: { ...process.env, ...(existsSync(python) ? { SLIPWAY_PYTHON: python } : {}) }
    });
    child.once('error', () => resolve(false));
    child.once('exit', code => resolve(code === 0));
  });
}

async function pythonFinding(environment: string): Promise<Finding> {
  const what = 'JupyterLab';
  const program = pythonProgram(environment, 'python');
  if (!existsSync(program)) {
    return { what, ok: false, found: `no Python environment in ${environment}; run npm start` };
  }
  const versions =
    'import sys, jupyterlab; print("JupyterLab", jupyterlab.__version__, "on Python", sys.version.split()[0])';
  return new Promise(resolve => {
    execFile(program, ['-c', versions], { timeout: 20_000 }, (error, stdout) => {
      resolve(
        error
          ? { what, ok: false, found: 'it cannot be loaded; delete .venv and run npm start' }
          : { what, ok: true, found: stdout.trim() }
      );
    });
  });
}

function fileFinding(what: string, file: string, check: (file: string) => string | null = () => null): Finding {
  if (!existsSync(file)) {
    return { what, ok: false, found: 'not installed; run npm start' };
  }
  const fault = check(file);
  return fault ? { what, ok: false, found: fault } : { what, ok: true, found: path.dirname(file) };
}

/** A kernelspec names absolute paths: after the clone was moved they lead nowhere. */
function argvExists(file: string): string | null {
  const { argv } = JSON.parse(readFileSync(file, 'utf8')) as { argv: string[] };
  const missing = argv.filter(part => path.isAbsolute(part) && !existsSync(part));
  return missing.length > 0 ? `${missing[0]} is missing; run npm start` : null;
}

async function serverFinding(folder: string): Promise<Finding> {
  const what = 'metadata server';
  const server = await DataFolder.at(folder).runningServer();
  return server
    ? { what, ok: true, found: `${server.url}, process ${server.pid}` }
    : { what, ok: false, found: `none runs on ${path.resolve(folder)}; start it with npm start or slipway server` };
}
