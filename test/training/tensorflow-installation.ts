import path from 'node:path';
import { installTensorflow } from '../../packages/learning/dist/backend/install-tensorflow.js';
import { findInstallation } from '../../packages/learning/dist/backend/tensorflow-folder.js';

const FOLDER = path.resolve(import.meta.dirname, '..', '..', '.cache', 'tensorflow');

/** Installs TensorFlow and the addon as `slipway doctor --install` does, once per clone, and has it found from here on. */
export async function ensureTensorflow(): Promise<void> {
  process.env['SLIPWAY_TENSORFLOW'] ??= FOLDER;
  if ('installation' in findInstallation()) {
    return;
  }
  await installTensorflow({
    folder: process.env['SLIPWAY_TENSORFLOW'],
    python: process.env['SLIPWAY_PYTHON'] ?? 'python3',
    variant: 'cpu',
    onStep: what => console.log(what)
  });
}
