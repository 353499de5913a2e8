import { readdir, readFile } from 'node:fs/promises';
import { cpus, hostname, release, totalmem } from 'node:os';
import path from 'node:path';
import type { Environment } from '@slipway/contract';
import { z } from 'zod';
import { foldersUpward } from '@slipway/recording/spool';
import { packageFolder } from '../compiler/packages.js';
import { readGit } from './git-state.js';

const MAX_PACKAGES = 300;

const Manifest = z.object({
  name: z.string().default(''),
  version: z.string().default(''),
  dependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()).default({})
});

/** Device folders of the NVIDIA driver for Linux. */
const NVIDIA_DEVICES = '/proc/driver/nvidia/gpus';

/** Environment of cells in `directory`: Node, machine, packages of the project and of Slipway, and the state of git. */
export async function readEnvironment(directory: string): Promise<Environment> {
  const [own, project, git, gpus] = await Promise.all([
    installedPackages(packageFolder),
    installedPackages(directory),
    readGit(directory),
    gpuModels()
  ]);
  return {
    runtime: `node ${process.version}`,
    platform: `${process.platform} ${process.arch} ${release()}`,
    hostname: hostname(),
    packages: { ...own, ...project },
    machine: { cpu: cpus()[0]?.model ?? '', cores: cpus().length, memory_bytes: totalmem(), gpus },
    git
  };
}

/** Names and installed versions of what the nearest package.json upward asks for, and of that package itself. */
async function installedPackages(directory: string): Promise<Record<string, string>> {
  for (const folder of foldersUpward(directory)) {
    const manifest = await readManifest(folder);
    if (!manifest) {
      continue;
    }
    const wanted = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }).slice(0, MAX_PACKAGES);
    const found = await Promise.all(wanted.map(async name => [name, await installedVersion(folder, name)] as const));
    const packages = Object.fromEntries(found.filter(([, version]) => version !== ''));
    return manifest.name && manifest.version ? { [manifest.name]: manifest.version, ...packages } : packages;
  }
  return {};
}

/** Version of a package as Node would find it from `folder`; empty when it is not installed. */
async function installedVersion(folder: string, name: string): Promise<string> {
  for (const parent of foldersUpward(folder)) {
    const manifest = await readManifest(path.join(parent, 'node_modules', name));
    if (manifest) {
      return manifest.version;
    }
  }
  return '';
}

async function readManifest(folder: string): Promise<z.infer<typeof Manifest> | null> {
  try {
    return Manifest.parse(JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')));
  } catch {
    return null;
  }
}

async function gpuModels(): Promise<string[]> {
  try {
    const devices = await readdir(NVIDIA_DEVICES);
    const texts = await Promise.all(
      devices.map(device => readFile(path.join(NVIDIA_DEVICES, device, 'information'), 'utf8'))
    );
    return texts.map(text => /^Model:\s*(.+)$/m.exec(text)?.[1]?.trim() ?? 'NVIDIA device');
  } catch {
    return [];
  }
}
