import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { KernelBackend, TensorInfo } from '@tensorflow/tfjs';
import type { Tf } from './tfjs.js';
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
  if (!dawnFile) {
    return {
      reason: 'the npm package webgpu is not installed; npm install webgpu @tensorflow/tfjs-backend-webgpu@4.22'
    };
  }
  const backendFile = findOptional('@tensorflow/tfjs-backend-webgpu');
  if (!backendFile) {
    return { reason: 'the npm package @tensorflow/tfjs-backend-webgpu is not installed' };
  }
  const dawn = (await import(pathToFileURL(dawnFile).href)) as Dawn;
  Object.assign(globalThis, dawn.globals);
  const gpu = dawn.create([]) as { requestAdapter(): Promise<Adapter | null> };
  const adapter = await gpu.requestAdapter();
  if (!adapter) {
    return { reason: 'Vulkan finds no graphics adapter' };
  }
  const { vendor, architecture, description } = adapter.info;
  const name = [vendor, architecture, description].filter(Boolean).join(' ');
  if (SOFTWARE.test(name) && accept !== 'any adapter') {
    return { reason: `its adapter (${name}) computes on the CPU` };
  }
  // tfjs looks for it where browsers have it; it must stay referenced.
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  withOurTfjs(path.dirname(backendFile), () => void require(backendFile));
  repairCast(tf);
  if (!(await tf.setBackend('webgpu'))) {
    return { reason: `it did not start on ${name}` };
  }
  await tf.ready();
  return { name: 'webgpu', device: name };
}

/** What a kernel of this backend makes tensors with. */
interface TensorMaker {
  makeTensorInfo(shape: number[], dtype: 'float32', values: Float32Array): TensorInfo;
}

/**
 * tfjs 4.22 hands the bits of whole numbers and of truth values on as if they were floats; what copies them, e.g. a sum over other
 * axes than the last, then finds next to nothing. Adding zero converts them.
 */
function repairCast(tf: Tf): void {
  const original = tf.getKernel('Cast', 'webgpu').kernelFunc;
  const kernelFunc: typeof original = call => {
    const { x } = call.inputs as { x: TensorInfo };
    const isReinterpreted = call.attrs?.['dtype'] === 'float32' && (x.dtype === 'bool' || x.dtype === 'int32');
    if (!isReinterpreted) {
      return original(call);
    }
    const zero = (call.backend as TensorMaker).makeTensorInfo([], 'float32', Float32Array.of(0));
    try {
      return tf.getKernel('Add', 'webgpu').kernelFunc({ inputs: { a: x, b: zero }, backend: call.backend });
    } finally {
      (call.backend as KernelBackend).disposeData(zero.dataId);
    }
  };
  tf.unregisterKernel('Cast', 'webgpu');
  tf.registerKernel({ kernelName: 'Cast', backendName: 'webgpu', kernelFunc });
}

/** A package that need not be there, from the notebook's folder or from ours. */
function findOptional(name: string): string | null {
  for (const from of [path.join(process.cwd(), 'notebook.js'), fileURLToPath(import.meta.url)]) {
    try {
      return createRequire(from).resolve(name);
    } catch (error) {
      if ((error as { code?: string }).code !== 'MODULE_NOT_FOUND') {
        throw error;
      }
    }
  }
  return null;
}
