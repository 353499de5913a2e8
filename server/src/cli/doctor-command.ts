import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { DataFolder } from '../data-folder.js';
import { pythonProgram } from '../supervisor/lab.js';
import { VERSION } from '../version.js';
import { dataFolder, parseOptions } from './options.js';

export const doctorHelp = `slipway doctor [--data DIR]

Checks what Slipway stands on: Node, the Python environment, JupyterLab with our extension and kernel, the server.
`;

const CLONE = fileURLToPath(new URL('../../..', import.meta.url));

interface Finding {
  readonly what: string;
  readonly ok: boolean;
  readonly found: string;
}

/** @returns 0 when everything is there, else 1. */
export async function doctorCommand(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, { data: { type: 'string' } });
  const python = path.join(CLONE, '.venv');
  const findings = [
    { what: 'slipway', ok: true, found: VERSION },
    { what: 'Node', ok: true, found: process.version },
    await pythonFinding(python),
    fileFinding('kernel', path.join(python, 'share', 'jupyter', 'kernels', 'slipway', 'kernel.json'), argvExists),
    fileFinding('extension', path.join(python, 'share', 'jupyter', 'labextensions', '@slipway', 'lab', 'package.json')),
    await serverFinding(dataFolder(options.data))
  ];
  for (const { what, ok, found } of findings) console.log(`${ok ? '✓' : '✗'} ${what.padEnd(18)} ${found}`);
  return findings.every(finding => finding.ok) ? 0 : 1;
}

async function pythonFinding(environment: string): Promise<Finding> {
  const what = 'JupyterLab';
  const program = pythonProgram(environment, 'python');
  if (!existsSync(program)) return { what, ok: false, found: `no Python environment in ${environment}; run npm start` };
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
  if (!existsSync(file)) return { what, ok: false, found: 'not installed; run npm start' };
  const fault = check(file);
  return fault ? { what, ok: false, found: fault } : { what, ok: true, found: path.dirname(file) };
}

/** A kernelspec names absolute paths: after the clone was moved they lead nowhere. */
function argvExists(file: string): string | null {
  const { argv } = JSON.parse(readFileSync(file, 'utf8')) as { argv: string[] };
  const missing = argv.filter(part => path.isAbsolute(part) && !existsSync(part));
  return missing.length > 0 ? `${missing[0]} is gone; run npm start` : null;
}

async function serverFinding(folder: string): Promise<Finding> {
  const what = 'metadata server';
  const server = await DataFolder.at(folder).runningServer();
  return server
    ? { what, ok: true, found: `${server.url}, process ${server.pid}` }
    : { what, ok: false, found: `none runs on ${path.resolve(folder)}; start it with npm start or slipway server` };
}
