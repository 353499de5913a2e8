import { parseArgs } from 'node:util';
import { SlipwayError } from '@slipway/notebook';
import { tensorflow } from './load-tfjs.js';
import { chooseBackend } from './choose.js';
import { installTensorflow } from './install-tensorflow.js';
import { onnxEngine } from './onnx-step/index.js';
import { hasNvidiaGpu } from './nvidia.js';
import { tensorflowFolder } from './tensorflow-folder.js';

/*
 * The part of `slipway doctor` that is about training: with --install it builds what is missing, then it says where
 * networks are trained, and why not on something better. One line each; `--install` tells of its steps on stderr.
 */
const { values } = parseArgs({
  options: {
    install: { type: 'boolean', default: false },
    python: { type: 'string', default: process.env['SLIPWAY_PYTHON'] ?? 'python3' },
    tensorflow: { type: 'string' },
    variant: { type: 'string' }
  }
});

try {
  const isOfUse = hasNvidiaGpu() || !onnxEngine.isFor('wasm') || values.variant !== undefined;
  if (values.install && !isOfUse && values.tensorflow === undefined) {
    console.error(
      '  nothing to install: ONNX Runtime trains networks on this CPU. TensorFlow is for NVIDIA GPUs; ' +
        '--variant cpu installs it all the same.'
    );
  } else if (values.install) {
    const { tensorflow: version, variant } = await installTensorflow({
      folder: tensorflowFolder(),
      python: values.python,
      variant: (values.variant ?? (hasNvidiaGpu() ? 'cuda' : 'cpu')) === 'cuda' ? 'cuda' : 'cpu',
      tensorflow: values.tensorflow,
      onStep: what => console.error(`  ${what} …`)
    });
    console.error(`  TensorFlow ${version} (${variant}) is in ${tensorflowFolder()}`);
  }
  const { backend, device, refused } = await chooseBackend(await tensorflow());
  console.log(`✓ ${'training'.padEnd(18)} ${backend}${device ? `: ${device}` : ''}`);
  for (const refusal of refused) {
    console.log(`· ${'  not used'.padEnd(18)} ${refusal.backend}: ${refusal.reason}`);
  }
} catch (error) {
  if (!(error instanceof SlipwayError)) {
    throw error;
  }
  console.error(`${error.message} [${error.code}]`);
  process.exitCode = 1;
}
// A backend may keep the process alive.
process.exit();
