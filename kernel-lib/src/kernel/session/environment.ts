import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { hostname, release } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Environment } from '@slipway/contract';
import { z } from 'zod';
import { foldersUpward } from '../../record/folder.js';
import { packageFolder } from '../compiler/packages.js';

const run = promisify(execFile);
const GIT_TIMEOUT_MS = 5000;
const MAX_PACKAGES = 300;

const Manifest = z.object({
  name: z.string().default(''),
  version: z.string().default(''),
  dependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()).default({})
});

/** What cells in `directory` run in: Node, platform, packages of the project and of Slipway, and the git commit. */
export async function readEnvironment(directory: string): Promise<Environment> {
  const [own, project, git] = await Promise.all([
    installedPackages(packageFolder),
    installedPackages(directory),
    readGit(directory)
  ]);
  return {
    runtime: `node ${process.version}`,
    platform: `${process.platform} ${process.arch} ${release()}`,
    hostname: hostname(),
    packages: { ...own, ...project },
    git
  };
}

/** Names and installed versions of what the nearest package.json upward asks for, and of that package itself. */
async function installedPackages(directory: string): Promise<Record<string, string>> {
  for (const folder of foldersUpward(directory)) {
    const manifest = await readManifest(folder);
    if (!manifest) continue;
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
    if (manifest) return manifest.version;
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

/** Commit, branch and whether files differ from it; null outside a repository and where git is not installed. */
async function readGit(directory: string): Promise<Environment['git']> {
  const git = async (...args: string[]): Promise<string> => {
    const { stdout } = await run('git', args, {
      cwd: directory,
      timeout: GIT_TIMEOUT_MS,
      windowsHide: true,
      // Only reads: takes no lock, so that it never gets in the way of the user's own git.
      env: { ...process.env, GIT_OPTIONAL_LOCKS: '0' }
    });
    return stdout.trim();
  };
  try {
    const [commit, branch, changes] = await Promise.all([
      git('rev-parse', 'HEAD'),
      git('rev-parse', '--abbrev-ref', 'HEAD'),
      git('status', '--porcelain', '--untracked-files=no')
    ]);
    return { commit, branch, dirty: changes !== '' };
  } catch {
    return null;
  }
}
