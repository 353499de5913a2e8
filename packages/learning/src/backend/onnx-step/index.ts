import type { BatchEngine, StepEngine } from '../recorded/index.js';
import { OnnxFunction } from './onnx-function.js';
import { OnnxStep } from './onnx-step.js';
import { hasOnnxRuntime } from './session.js';

const BACKENDS: ReadonlySet<string> = new Set(['wasm', 'cpu']);
/** Records steps as ONNX models for onnxruntime, on backends that compute on the CPU; SLIPWAY_ONNX_STEP=0 turns it off. */
export const onnxEngine: StepEngine & BatchEngine = {
  isFor: name => BACKENDS.has(name) && process.env['SLIPWAY_ONNX_STEP'] !== '0' && hasOnnxRuntime(),
  create: parts => new OnnxStep(parts),
  createFunction: (tf, operationsPerRow) => new OnnxFunction(tf, operationsPerRow)
};
