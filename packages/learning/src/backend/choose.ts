import { SlipwayError } from '@slipway/notebook';
import type { Tf } from './tfjs.js';
import { loadTensorFlow } from './load-tensorflow.js';
import { onnxEngine } from './onnx-step/index.js';
import { installWasmGradients, repairCpuGradients } from './missing-gradients.js';
import { hasNvidiaGpu } from './nvidia.js';
import { findInstallation } from './tensorflow-folder.js';
import { repairVolumeGradients } from './volume-gradients.js';
import { openWebGpu } from './webgpu.js';
import { firstLineOf } from '@slipway/wording';

/** Where a network can be trained. */
export type BackendName = 'tensorflow-cuda' | 'webgpu' | 'tensorflow-cpu' | 'wasm' | 'cpu';

/** The best first: on a CPU, steps that ONNX Runtime executes are faster than TensorFlow's. */
export function backends(): readonly BackendName[] {
  return onnxEngine.isFor('wasm')
    ? ['tensorflow-cuda', 'webgpu', 'wasm', 'tensorflow-cpu', 'cpu']
    : ['tensorflow-cuda', 'webgpu', 'tensorflow-cpu', 'wasm', 'cpu'];
}

/** A backend that was considered, and why it is not the one in use. */
export interface BackendRefusal {
  readonly backend: string;
  readonly reason: string;
}

export interface BackendChoice {
  readonly backend: string;
  /** What computes, e.g. `TensorFlow 2.21.0 on the CPU`. */
  readonly device?: string;
  readonly refused: readonly BackendRefusal[];
}

/** A backend that is ready: its name in tfjs and what it computes on; or why it cannot be used. */
type Opened = { readonly name: string; readonly device: string } | { readonly reason: string };

const OPEN: Readonly<Record<BackendName, (tf: Tf) => Promise<Opened> | Opened>> = {
  'tensorflow-cuda': tf => {
    if (!hasNvidiaGpu()) {
      return { reason: 'this machine has no NVIDIA GPU, or its driver is not loaded' };
    }
    return openTensorFlow(tf, 'cuda');
  },
  webgpu: tf => openWebGpu(tf, 'hardware only'),
  'tensorflow-cpu': tf => openTensorFlow(tf, 'cpu'),
  wasm: openWasm,
  cpu: tf => {
    repairCpuGradients(tf);
    return { name: 'cpu', device: 'JavaScript' };
  }
};

const opened = new Map<BackendName, Promise<Opened>>();
let inUse: { readonly name: string; readonly choice: BackendChoice } | undefined;

/**
 * Makes the best backend of this machine the one that tfjs computes on, and says why each better one was passed over. What
 * was found is kept for the life of the process.
 *
 * @param wanted the only one to use; else the one that SLIPWAY_BACKEND names.
 * @throws SlipwayError OPTION_INVALID for an unknown name, BACKEND_UNAVAILABLE when the wanted one cannot be used.
 */
export async function chooseBackend(
  tf: Tf,
  wanted: string | undefined = process.env['SLIPWAY_BACKEND']
): Promise<BackendChoice> {
  if (wanted) {
    return useWanted(tf, wanted);
  }
  const refused: BackendRefusal[] = [];
  for (const backend of backends()) {
    const result = await open(tf, backend);
    if ('name' in result) {
      return use(tf, result.name, { backend, device: result.device, refused });
    }
    refused.push({ backend, reason: result.reason });
  }
  throw new SlipwayError('BACKEND_UNAVAILABLE', 'No backend can be used.');
}

async function useWanted(tf: Tf, wanted: string): Promise<BackendChoice> {
  const backend = backends().find(each => each === wanted);
  if (!backend) {
    throw new SlipwayError('OPTION_INVALID', `"${wanted}" is not a backend.`, {
      remedy: `Choose from ${backends().join(', ')}.`
    });
  }
  // An adapter that computes on the CPU is taken when it was asked for by name.
  const result = backend === 'webgpu' ? await openWebGpu(tf, 'any adapter') : await open(tf, backend);
  if ('reason' in result) {
    throw new SlipwayError(
      'BACKEND_UNAVAILABLE',
      `The backend ${backend} was asked for and cannot be used: ${result.reason}.`,
      {
        remedy: 'Leave it out, and the best one that works is chosen; slipway doctor lists them.'
      }
    );
  }
  return use(tf, result.name, { backend, device: result.device, refused: [] });
}

async function use(tf: Tf, name: string, choice: BackendChoice): Promise<BackendChoice> {
  await tf.setBackend(name);
  inUse = { name, choice };
  return choice;
}

/** A choice as parameters of a run: what computed, and why nothing better did. */
export function backendParams({ backend, device, refused }: BackendChoice): Record<string, string> {
  return {
    backend,
    ...(device ? { device } : {}),
    ...(refused.length > 0 ? { backends_refused: refused.map(r => `${r.backend}: ${r.reason}`).join('; ') } : {})
  };
}

/** The last choice of this process, where it is what tfjs computes on still. */
export function choiceInUse(tf: Tf): BackendChoice | null {
  return inUse?.name === tf.getBackend() ? inUse.choice : null;
}

function open(tf: Tf, backend: BackendName): Promise<Opened> {
  const known = opened.get(backend);
  if (known) {
    return known;
  }
  const opening = Promise.resolve()
    .then(() => OPEN[backend](tf))
    .catch((error: unknown): Opened => ({ reason: oneLine(error) }));
  opened.set(backend, opening);
  return opening;
}

function openTensorFlow(tf: Tf, variant: 'cpu' | 'cuda'): Opened {
  const found = findInstallation();
  if ('missing' in found) {
    return { reason: found.missing };
  }
  const { installation } = found;
  if (variant === 'cuda' && installation.variant !== 'cuda') {
    return { reason: 'TensorFlow is installed for the CPU only; run slipway doctor --install' };
  }
  const backend = loadTensorFlow(tf, installation);
  const { TF_Version: version } = backend.binding;
  if (variant === 'cpu') {
    return { name: 'tensorflow', device: `TensorFlow ${version} on the CPU` };
  }
  if (!backend.binding.isUsingGpuDevice()) {
    return { reason: 'TensorFlow sees no GPU: its CUDA libraries and the driver do not fit together' };
  }
  return { name: 'tensorflow', device: `TensorFlow ${version} on an NVIDIA GPU` };
}

async function openWasm(tf: Tf): Promise<Opened> {
  await import('@tensorflow/tfjs-backend-wasm');
  if (!(await tf.setBackend('wasm'))) {
    return { reason: 'it did not start' };
  }
  await tf.ready();
  installWasmGradients(tf);
  repairVolumeGradients(tf);
  return { name: 'wasm', device: onnxEngine.isFor('wasm') ? 'ONNX Runtime and WebAssembly on the CPU' : 'WebAssembly' };
}

function oneLine(error: unknown): string {
  return firstLineOf(error);
}
