import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Packages whose versions decide what a model computes. */
const NAMES = ['slipway', '@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm', '@duckdb/node-api', 'onnxruntime-node'];

/** Versions of the packages that made a model, as far as they are installed. */
export function installedVersions(): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of NAMES) {
    const version = versionOf(name);
    if (version) {
      found[name] = version;
    }
  }
  return found;
}

function versionOf(name: string): string | null {
  const here = path.dirname(fileURLToPath(import.meta.url));
  for (let folder = here; folder !== path.dirname(folder); folder = path.dirname(folder)) {
    for (const file of [path.join(folder, 'package.json'), path.join(folder, 'node_modules', name, 'package.json')]) {
      try {
        const manifest = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
        if (manifest.name === name && manifest.version) {
          return manifest.version;
        }
      } catch {
        // Not here; look one folder up.
      }
    }
  }
  return null;
}
