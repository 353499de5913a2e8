export { data, type DataOptions } from '@slipway/frames';
export { images, ImageFolder, type ImageBatch, type ImageBatchOptions, type ImageOptions } from '@slipway/learning';
export { tensors, TensorSet, type ColumnTensorOptions, type TensorOptions } from '@slipway/learning';
export type { TensorContent, TensorRows } from '@slipway/learning';
export type { Batch, BatchOptions } from '@slipway/frames';
export type { ColumnRule, DataSchema } from '@slipway/frames';
export type { DatabaseQuery } from '@slipway/frames';
export { Frame, type Lineage, type Shift } from '@slipway/frames';
export type { JoinOptions, SampleOptions } from '@slipway/frames';
export type { Split, SplitOptions } from '@slipway/frames';
export type { PlainValue } from '@slipway/frames';
export { prep, Prep, FittedPrep, type ImputeStrategy } from '@slipway/learning';
export type { CellValue, ModelInputs, NestedNumbers } from '@slipway/learning';
export { TensorInput, type TensorInputParts } from '@slipway/learning';
export type { FittedColumn, FittedStep } from '@slipway/learning';
export { cnn, type CnnOptions } from '@slipway/learning';
export { mlp, type MlpOptions } from '@slipway/learning';
export {
  gradientBoosting,
  randomForest,
  lasso,
  linearRegression,
  ridge,
  logisticRegression,
  naiveBayes,
  kNeighbors,
  linearSvm,
  decisionTree,
  type GradientBoostingOptions,
  type RandomForestOptions,
  type LassoOptions,
  type RidgeOptions,
  type LogisticRegressionOptions,
  type KNeighborsOptions,
  type LinearSvmOptions,
  type DecisionTreeOptions,
  type ModelSpec
} from '@slipway/learning';
export { kMeans, pca, type KMeansOptions, type PcaOptions } from '@slipway/learning';
export { Clustering, Projection, type StructureOptions } from '@slipway/learning';
export type { Estimator } from '@slipway/learning';
export * as metrics from '@slipway/statistics';
export { checkData, CheckReport, type CheckOptions, type TensorCheckOptions } from '@slipway/learning';
export {
  testBehavior,
  BehaviorReport,
  type BehaviorTest,
  type Direction,
  type Invariance,
  type MinimumFunctionality
} from '@slipway/learning';
export { fit, type FitOptions, type TensorFitOptions, type TrainingOptions } from '@slipway/learning';
export { crossValidate, CrossValidation, type CrossValidationOptions, type Fold } from '@slipway/learning';
export { type ModelReport, TrainedModel, type TrainedModelParts } from '@slipway/learning';
export type { BackendChoice, BackendName, BackendRefusal } from '@slipway/learning';
export { tensorflow } from '@slipway/learning';
export type { Task } from '@slipway/learning';
export { currentRun, run, Run, type FinishedRun } from '@slipway/learning';
export { importOnnx, type ImportOnnxOptions } from './registry/import-onnx.js';
export { register, Registration } from './registry/register.js';
export { promote } from './registry/promote.js';
export { ServiceHandle } from './registry/service.js';
export { model } from './registry/model.js';
export { keepModels, StoredModel, type FittedModel, type KeptParts, type Prediction } from '@slipway/learning';
export type { InputRow } from '@slipway/learning';
export { SlipwayError, type SlipwayErrorCode } from '@slipway/notebook';
export { session, Session, type ExportOptions } from './reproduce/session.js';
export { mask } from '@slipway/recording/spool';
export { recordOutputs } from './record/output-limits.js';
export { status } from './status.js';
export { doctor } from './doctor.js';
export type { MimeBundle, VegaLiteSpec } from '@slipway/notebook';

import { notebook } from '@slipway/notebook';

/**
 * Aborted when the user interrupts the cell that calls this; hand it to anything that takes an AbortSignal.
 *
 * @example
 * slip.signal().aborted // false
 */
export function signal(): AbortSignal {
  return notebook().signal;
}
