import type { StepEngine } from '../recorded/index.js';
import { OnnxStep } from './onnx-step.js';
import { onnxRuntime } from './session.js';

const BACKENDS: ReadonlySet<string> = new Set(['wasm', 'cpu']);
let works: boolean | undefined;

/** Records steps as ONNX models for onnxruntime, on backends that compute on the CPU; SLIPWAY_ONNX_STEP=0 turns it off. */
export const onnxEngine: StepEngine = {
  isFor: name => BACKENDS.has(name) && process.env['SLIPWAY_ONNX_STEP'] !== '0' && canRun(),
  create: parts => new OnnxStep(parts)
};

/** The package has no binary for some machines, such as Macs with Intel processors. */
function canRun(): boolean {
  try {
    works ??= Boolean(onnxRuntime());
  } catch {
    works = false;
  }
  return works;
}
