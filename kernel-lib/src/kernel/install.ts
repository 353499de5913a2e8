import { copyFileSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { packageFolder } from './compiler/packages.js';
import { messageOf } from '@slipway/wording';

const KERNEL_NAME = 'slipway';
const LOGOS = ['logo-32x32.png', 'logo-64x64.png', 'logo-svg.svg'];

export interface KernelspecOptions {
  /** Node that runs the kernel, 22.13 or newer; the one that runs this by default. */
  readonly nodePath?: string;
  readonly displayName?: string;
}

/**
 * Writes our kernelspec, from which JupyterLab starts the kernel.
 *
 * @param targetDir folder of kernelspecs, e.g. `<prefix>/share/jupyter/kernels`.
 * @returns the folder of the written kernelspec.
 * @throws the file system's error when the folder cannot be written.
 */
export function installKernelspec(targetDir: string, options: KernelspecOptions = {}): string {
  const folder = path.join(path.resolve(targetDir), KERNEL_NAME);
  mkdirSync(folder, { recursive: true });
  const specification = {
    argv: [
      path.resolve(options.nodePath ?? process.execPath),
      // Keeps Node alive when an interrupt terminates the callback of a timer.
      '--no-force-async-hooks-checks',
      fileURLToPath(new URL('../../lib/kernel/main.js', import.meta.url)),
      '{connection_file}'
    ],
    display_name: options.displayName ?? 'TypeScript (Slipway)',
    language: 'typescript',
    interrupt_mode: 'message',
    metadata: { debugger: false }
  };
  writeFileSync(path.join(folder, 'kernel.json'), `${JSON.stringify(specification, null, 2)}\n`);
  for (const logo of LOGOS) {
    copyFileSync(path.join(packageFolder, 'kernelspec', logo), path.join(folder, logo));
  }
  return folder;
}

const USAGE = 'Usage: install.js --prefix DIR [--node PATH] [--display-name NAME]';

/** Runs as a command: writes to `DIR/share/jupyter/kernels/slipway`. */
function main(): void {
  try {
    const { values } = parseArgs({
      options: { prefix: { type: 'string' }, node: { type: 'string' }, 'display-name': { type: 'string' } }
    });
    if (!values.prefix) {
      throw new Error('--prefix is missing.');
    }
    const target = path.join(values.prefix, 'share', 'jupyter', 'kernels');
    const folder = installKernelspec(target, { nodePath: values.node, displayName: values['display-name'] });
    console.log(`Kernelspec written to ${folder}`);
  } catch (error) {
    console.error(`${messageOf(error)}\n${USAGE}`);
    process.exitCode = 2;
  }
}

const [, script] = process.argv;
if (script && import.meta.url === pathToFileURL(realpathSync(script)).href) {
  main();
}
