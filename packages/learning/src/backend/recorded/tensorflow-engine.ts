import type { NodeBackend } from '../node-backend.js';
import { RecordedStep } from './recorded-step.js';
import type { StepEngine } from './train-function.js';
import { XlaChoiceFile } from './xla-choices.js';

/** Records steps as TensorFlow functions. */
export function tensorflowEngine(backend: NodeBackend): StepEngine {
  const xla = new XlaChoiceFile(backend.binding.TF_Version);
  return {
    isFor: name => name === 'tensorflow',
    create: parts => new RecordedStep({ ...parts, backend, xla })
  };
}
