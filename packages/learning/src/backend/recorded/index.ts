export { executeOpByOp, installRecordedTraining, stepReport } from './train-function.js';
export { installRecordableKernels } from './kernels.js';
export type { StepReport } from './recorded-step.js';
