export { data, type DataOptions } from './data/data.js';
export { images, ImageFolder, type ImageBatch, type ImageBatchOptions, type ImageOptions } from './data/images.js';
export { tensors, TensorSet, type ColumnTensorOptions, type TensorOptions } from './data/tensors.js';
export type { TensorContent, TensorRows } from './data/tensor-rows.js';
export type { Batch, BatchOptions } from './train/batches.js';
export type { ColumnRule, DataSchema } from './data/schema.js';
export type { DatabaseQuery } from './data/database-query.js';
export { Frame, type FrameParts, type Lineage, type Shift } from './data/frame.js';
export type { JoinOptions } from './data/combine.js';
export type { Split, SplitOptions } from './data/split.js';
export type { PlainValue } from './data/engine.js';
export { prep, Prep, FittedPrep, type ImputeStrategy } from './prep/prep.js';
export type { CellValue, ModelInputs, NestedNumbers } from './prep/model-inputs.js';
export { TensorInput, type TensorInputParts } from './prep/tensor-input.js';
export type { FittedColumn, FittedStep } from './prep/steps.js';
export { cnn, type CnnOptions } from './models/cnn.js';
export { mlp, type MlpOptions } from './models/mlp.js';
export {
  boosting,
  forest,
  lasso,
  linear,
  logistic,
  naiveBayes,
  neighbours,
  svm,
  tree,
  type BoostingOptions,
  type ForestOptions,
  type LassoOptions,
  type LinearOptions,
  type LogisticOptions,
  type NeighboursOptions,
  type SvmOptions,
  type TreeOptions,
  type ModelSpec
} from './models/specs.js';
export { kMeans, pca, type KMeansOptions, type PcaOptions } from './models/structure-specs.js';
export { Clustering, Projection, type StructureOptions } from './train/structure.js';
export type { Estimator } from './models/estimator.js';
export * as metrics from '@slipway/statistics';
export { check, CheckReport, type CheckOptions, type TensorCheckOptions } from './model-tests/check.js';
export {
  test,
  BehaviourReport,
  type BehaviourTest,
  type Direction,
  type Invariance,
  type MinimumFunctionality
} from './model-tests/behaviours.js';
export { fit, type FitOptions, type TensorFitOptions, type TrainingOptions } from './train/fit.js';
export { crossValidate, CrossValidation, type CrossValidationOptions, type Fold } from './train/cross-validate.js';
export { TrainedModel, type TrainedModelParts } from './train/trained-model.js';
export type { BackendChoice, BackendName, BackendRefusal } from './backend/choose.js';
export { tensorflow } from './backend/best-tensorflow.js';
export type { Task } from './train/target.js';
export { currentRun, run, Run, type FinishedRun } from './runs/run.js';
export { importOnnx, type ImportOnnxOptions } from './bundle/import-onnx.js';
export { register, Registration } from './registry/register.js';
export { promote } from './registry/promote.js';
export { ServiceHandle, type InputRow, type Prediction } from './registry/service.js';
export { SlipwayError, type SlipwayErrorCode } from '@slipway/notebook';
export { session, Session, type ExportOptions } from './reproduce/session.js';
export { mask } from '@slipway/recording/spool';
export { recordOutputs } from './record/output-limits.js';
export { status } from './status.js';
export { doctor } from './doctor.js';
export type { MimeBundle, VegaLiteSpec } from '@slipway/notebook';

import { notebook } from '@slipway/notebook';

/** Aborted when the user interrupts the cell that calls this; hand it to anything that takes an AbortSignal. */
export function signal(): AbortSignal {
  return notebook().signal;
}
