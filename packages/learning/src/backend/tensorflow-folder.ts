import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';

/** The addon's source, which travels with the package. */
export const ADDON_SOURCE = createRequire(import.meta.url).resolve('@slipway/learning/native/slipway_tensorflow.cc');

/** The tfjs-node whose JavaScript and C++ are used; it must fit the tfjs of this package. */
export const TFJS_NODE_VERSION = '4.22.0';

/** What `slipway doctor --install` leaves behind, so that later processes can load it. */
const Installation = z.object({
  variant: z.enum(['cpu', 'cuda']),
  tensorflow: z.string().describe('Version of the wheel.'),
  library: z.string().describe("The wheel's folder `tensorflow`, which holds the shared libraries."),
  addon: z.string().describe('Path of the built addon.'),
  scripts: z.string().describe('Folder of the JavaScript of @tensorflow/tfjs-node.'),
  source: z.string().describe('SHA-256 of the source that the addon was built from.'),
  architecture: z.string()
});
export type Installation = z.infer<typeof Installation>;

/** Either an installation that can be loaded, or why there is none. */
export type FoundInstallation = { readonly installation: Installation } | { readonly missing: string };

const HOW = 'run slipway doctor --install';

/** Where TensorFlow and the addon are: the folder that SLIPWAY_TENSORFLOW names, else one in the user's cache. */
export function tensorflowFolder(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment['SLIPWAY_TENSORFLOW']) {
    return path.resolve(environment['SLIPWAY_TENSORFLOW']);
  }
  return path.join(environment['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'slipway', 'tensorflow');
}

export function installationFile(folder: string): string {
  return path.join(folder, 'installation.json');
}

/** SHA-256 of the addon's source as it is now. */
export function addonSourceHash(): string {
  return createHash('sha256').update(readFileSync(ADDON_SOURCE)).digest('hex');
}

/** Reads what was installed in `folder`; an installation that no longer fits counts as missing. */
export function findInstallation(folder = tensorflowFolder()): FoundInstallation {
  const file = installationFile(folder);
  if (!existsSync(file)) {
    return { missing: `TensorFlow is not installed; ${HOW}` };
  }
  let installation: Installation;
  try {
    installation = Installation.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return { missing: `${file} cannot be read; ${HOW}` };
  }
  const gone = [installation.addon, installation.library].find(each => !existsSync(each));
  if (gone) {
    return { missing: `${gone} is gone; ${HOW}` };
  }
  if (installation.source !== addonSourceHash()) {
    return { missing: `it was built for another version of Slipway; ${HOW}` };
  }
  if (installation.architecture !== process.arch) {
    return { missing: `it was built for ${installation.architecture}, this is ${process.arch}; ${HOW}` };
  }
  return { installation };
}
