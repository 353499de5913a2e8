import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Tf } from '../tfjs.js';
import { withOurTfjs } from './our-tfjs.js';

const require = createRequire(import.meta.url);

interface Dawn {
  create(options: readonly string[]): unknown;
  readonly globals: object;
}

interface Adapter {
  readonly info: { readonly vendor: string; readonly architecture: string; readonly description: string };
}

type Opened = { readonly name: string; readonly device: string } | { readonly reason: string };

/** Adapters that compute on the CPU. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|software/i;

/**
 * Opens tfjs's WebGPU backend on the npm package `webgpu` (Dawn), where both are installed.
 *
 * @param accept which adapters: one that computes on the CPU is slower than every other backend.
 */
export async function openWebGpu(tf: Tf, accept: 'any adapter' | 'hardware only'): Promise<Opened> {
  const dawnFile = findOptional('webgpu');
  if (!dawnFile)
    return {
      reason: 'the npm package webgpu is not installed; npm install webgpu @tensorflow/tfjs-backend-webgpu@4.22'
    };
  const backendFile = findOptional('@tensorflow/tfjs-backend-webgpu');
  if (!backendFile) return { reason: 'the npm package @tensorflow/tfjs-backend-webgpu is not installed' };
  const dawn = (await import(pathToFileURL(dawnFile).href)) as Dawn;
  Object.assign(globalThis, dawn.globals);
  const gpu = dawn.create([]) as { requestAdapter(): Promise<Adapter | null> };
  const adapter = await gpu.requestAdapter();
  if (!adapter) return { reason: 'Vulkan finds no graphics adapter' };
  const { vendor, architecture, description } = adapter.info;
  const name = [vendor, architecture, description].filter(Boolean).join(' ');
  if (SOFTWARE.test(name) && accept !== 'any adapter') return { reason: `its adapter (${name}) computes on the CPU` };
  // tfjs looks for it where browsers have it; it must stay referenced.
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  withOurTfjs(path.dirname(backendFile), () => void require(backendFile));
  if (!(await tf.setBackend('webgpu'))) return { reason: `it did not start on ${name}` };
  await tf.ready();
  return { name: 'webgpu', device: name };
}

/** A package that need not be there, from the notebook's folder or from ours. */
function findOptional(name: string): string | null {
  for (const from of [path.join(process.cwd(), 'notebook.js'), fileURLToPath(import.meta.url)]) {
    try {
      return createRequire(from).resolve(name);
    } catch (error) {
      if ((error as { code?: string }).code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  return null;
}
