import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { z } from 'zod';

/** Folder of the `slipway` package that this kernel belongs to. */
export const packageFolder = path.dirname(createRequire(import.meta.url).resolve('slipway/package.json'));

const Manifest = z.object({ version: z.string(), dependencies: z.record(z.string(), z.string()).default({}) });
const manifest = Manifest.parse(JSON.parse(readFileSync(path.join(packageFolder, 'package.json'), 'utf8')));

export const kernelVersion = manifest.version;

/** Version of a package that the kernel uses. */
export function versionOf(name: string): string {
  const file = createRequire(import.meta.url).resolve(`${name}/package.json`);
  return Manifest.parse(JSON.parse(readFileSync(file, 'utf8'))).version;
}

/** Parts of the kernel itself, which a notebook has no use for. */
const INTERNAL = /^(@slipway\/.*|typescript|@types\/node|zeromq)$/;
const offered = new Set(Object.keys(manifest.dependencies).filter(name => !INTERNAL.test(name)));

/** Where a package that a notebook imports comes from. */
export type PackageOrigin =
  /** Always ours: two copies of these in one process do not understand each other's objects. */
  | 'kernel'
  /** The notebook's own, else ours. */
  | 'notebook-first'
  | 'notebook';

/** Says where the package of an import comes from; `specifier` is the text between the quotes. */
export function originOf(specifier: string): PackageOrigin {
  const name = packageName(specifier);
  if (name === 'slipway' || name === 'tslab' || name.startsWith('@tensorflow/')) {
    return 'kernel';
  }
  return offered.has(name) ? 'notebook-first' : 'notebook';
}

/** The package that an import names, without the path inside it. */
export function packageName(specifier: string): string {
  const [first = '', second = ''] = specifier.split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
}
