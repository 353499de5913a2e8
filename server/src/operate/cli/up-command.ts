import { existsSync } from 'node:fs';
import path from 'node:path';
import { CLONE } from '../../platform/installation.js';
import { pythonProgram } from '../supervisor/lab.js';
import { liveSupervisor } from '../supervisor/supervisor-file.js';
import { parseOptions, parsePort, UsageError } from './options.js';
import { stopSignal } from './stop-signal.js';
import { openBrowser } from '../supervisor/open-browser.js';
import { Product } from '../supervisor/product.js';
import { runNotebook } from '../supervisor/run-notebook.js';

export const upHelp = `npm start -- [options]        (slipway up [options])

Starts the metadata server, JupyterLab and every service that was promoted before, and opens the example notebook.
Ctrl-C ends all of it.

  --dir DIR      folder that JupyterLab opens; its data goes to DIR/.slipway (default: this clone)
  --port N       port of JupyterLab (default: 8888; the next free one is taken when it is in use)
  --no-browser   print the URL, but open no browser
  --run          execute the example without JupyterLab, print the service's URL and one prediction, and end
  --notebook F   with --run: another notebook than the example
`;

const EXAMPLE = path.join('examples', '01-rain.ipynb');

/** @returns the exit code: 0, or 1 when a cell of the example failed. */
export async function upCommand(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, {
    dir: { type: 'string' },
    port: { type: 'string' },
    'no-browser': { type: 'boolean' },
    run: { type: 'boolean' },
    notebook: { type: 'string' },
    python: { type: 'string' }
  });
  const directory = path.resolve(options.dir ?? CLONE);
  if (!existsSync(directory)) {
    throw new UsageError(`--dir: there is no folder ${directory}.`);
  }
  const python = path.resolve(options.python ?? path.join(CLONE, '.venv'));
  if (!existsSync(pythonProgram(python, 'python'))) {
    throw new UsageError(`There is no JupyterLab in ${python}; run \`npm start\`, which installs it.`);
  }
  const dataFolder = path.join(directory, '.slipway');
  const other = await liveSupervisor(dataFolder);
  if (other && !options.run) {
    const where = other.lab_url
      ? `JupyterLab answers at\n\n    ${other.lab_url}\n`
      : 'it keeps services only; end it with `slipway stop`.';
    console.log(`Slipway already runs on ${directory} (process ${other.pid}): ${where}`);
    return other.lab_url ? 0 : 1;
  }
  const stopped = stopSignal();
  // A terminal or a pipe that was closed must not end us before our processes.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  const product = new Product({ directory, dataFolder, python, say: line => console.log(line) });
  if (options.run) {
    const notebook = path.resolve(options.notebook ?? path.join(CLONE, EXAMPLE));
    if (!existsSync(notebook)) {
      throw new UsageError(`--notebook: there is no file ${notebook}.`);
    }
    return runNotebook(product, notebook, other !== null, stopped);
  }
  try {
    await product.startServer();
    const notebook = existsSync(path.join(directory, EXAMPLE)) ? EXAMPLE : null;
    const url = await product.startLab(parsePort(options.port) ?? 8888, notebook);
    console.log(`\nSlipway is ready. Open\n\n    ${url}\n\nCtrl-C ends it.`);
    if (!options['no-browser']) {
      openBrowser(url);
    }
    await stopped;
    console.log('\nStopping …');
    return 0;
  } finally {
    await product.stop();
  }
}
