export { executeOpByOp, installRecordedTraining, stepReport, type StepEngine } from './train-function.js';
export { differenceOf } from './difference.js';
export { installRecordableKernels } from './kernels.js';
export { tensorflowEngine } from './tensorflow-engine.js';
export type { Step, StepReport, TrainingStep } from './training-step.js';
export type { Batches, BatchFunction, BatchOutput, BatchReport } from './batch-function.js';
export { functionReports, installRecordedFunctions, type BatchEngine } from './batch-functions.js';
