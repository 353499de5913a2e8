import type { Tf } from '../train/tensorflow.js';

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
  const dawn = await importOptional<Dawn>('webgpu');
  if (!dawn)
    return { reason: 'the npm package webgpu is not installed; npm install webgpu @tensorflow/tfjs-backend-webgpu' };
  Object.assign(globalThis, dawn.globals);
  const gpu = dawn.create([]) as { requestAdapter(): Promise<Adapter | null> };
  const adapter = await gpu.requestAdapter();
  if (!adapter) return { reason: 'Vulkan finds no graphics adapter' };
  const { vendor, architecture, description } = adapter.info;
  const name = [vendor, architecture, description].filter(Boolean).join(' ');
  if (SOFTWARE.test(name) && accept !== 'any adapter') return { reason: `its adapter (${name}) computes on the CPU` };
  // tfjs looks for it where browsers have it; it must stay referenced.
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  if (!(await importOptional('@tensorflow/tfjs-backend-webgpu'))) {
    return { reason: 'the npm package @tensorflow/tfjs-backend-webgpu is not installed' };
  }
  if (!(await tf.setBackend('webgpu'))) return { reason: `it did not start on ${name}` };
  await tf.ready();
  return { name: 'webgpu', device: name };
}

/** A package that need not be there; its name is no constant, so that no compiler looks for it. */
async function importOptional<T>(name: string): Promise<T | null> {
  try {
    return (await import(name)) as T;
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_MODULE_NOT_FOUND') return null;
    throw error;
  }
}
