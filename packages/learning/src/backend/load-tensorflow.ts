import { createRequire } from 'node:module';
import path from 'node:path';
import type * as util from 'node:util';
import type { Tf } from './tfjs.js';
import type { NodeBackend, TensorFlowBinding } from './node-backend.js';
import { installBatchNormalization } from './batch-normalization.js';
import { withOurTfjs } from './our-tfjs.js';
import { installRecordableKernels, installRecordedTraining, tensorflowEngine } from './recorded/index.js';
import type { Installation } from './tensorflow-folder.js';

const require = createRequire(import.meta.url);

interface TfjsNodeBackendModule {
  readonly NodeJSKernelBackend: new (binding: TensorFlowBinding, packageName: string) => NodeBackend;
}

let loaded: NodeBackend | undefined;

/**
 * Loads the addon, and tfjs-node's JavaScript on top of the tfjs that is in use, and registers the backend `tensorflow`,
 * on which training steps are recorded. Once per process.
 *
 * @throws Error when the addon or TensorFlow's libraries cannot be loaded.
 */
export function loadTensorFlow(tf: Tf, installation: Installation): NodeBackend {
  if (loaded) {
    return loaded;
  }
  // TensorFlow reads these when it starts: quiet, and not all of the GPU's memory at once.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true';
  restoreRemovedUtilities();
  const binding = require(installation.addon) as TensorFlowBinding;
  const { NodeJSKernelBackend } = withOurTfjs(installation.scripts, () => {
    require(path.join(installation.scripts, 'register_all_kernels.js'));
    return require(path.join(installation.scripts, 'nodejs_kernel_backend.js')) as TfjsNodeBackendModule;
  });
  const name = installation.variant === 'cuda' ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node';
  const backend = new NodeJSKernelBackend(binding, name);
  tf.registerBackend('tensorflow', () => backend, 3);
  installRecordableKernels(tf);
  installBatchNormalization(tf);
  installRecordedTraining(tf, tensorflowEngine(backend));
  loaded = backend;
  return backend;
}

/** Node 23 removed functions that tfjs-node 4.22 still calls. */
function restoreRemovedUtilities(): void {
  const legacy = require('node:util') as typeof util & Record<string, unknown>;
  legacy['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  legacy['isArray'] ??= Array.isArray;
}
