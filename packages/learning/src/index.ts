export { tensorflow } from './backend/best-tensorflow.js';
export { type BackendChoice, type BackendName, type BackendRefusal, chooseBackend } from './backend/choose.js';
export { buildBundle, type BuiltBundle } from './bundle/bundle.js';
export { evaluateImport, evaluateImportedTensors } from './bundle/evaluate-import.js';
export { evaluateImportedValues } from './bundle/evaluate-values.js';
export { installedVersions } from './bundle/installed-versions.js';
export { buildStructureBundle } from './bundle/structure-bundle.js';
export {
  BehaviorReport,
  type BehaviorTest,
  type Direction,
  type Invariance,
  type MinimumFunctionality,
  testBehavior
} from './model-tests/behaviors.js';
export { checkData, type CheckOptions, CheckReport, type TensorCheckOptions } from './model-tests/check.js';
export { cnn, type CnnOptions } from './models/cnn.js';
export type { Estimator } from './models/estimator.js';
export { mlp, type MlpOptions } from './models/mlp.js';
export {
  gradientBoosting,
  type GradientBoostingOptions,
  randomForest,
  type RandomForestOptions,
  lasso,
  type LassoOptions,
  linearRegression,
  ridge,
  type RidgeOptions,
  logisticRegression,
  type LogisticRegressionOptions,
  type ModelSpec,
  naiveBayes,
  kNeighbors,
  type KNeighborsOptions,
  linearSvm,
  type LinearSvmOptions,
  decisionTree,
  type DecisionTreeOptions
} from './models/specs.js';
export { kMeans, type KMeansOptions, pca, type PcaOptions } from './models/structure-specs.js';
export type { ImputeStrategy } from './prep/fit-column.js';
export type { CellValue, InputRow, ModelInputs, NestedNumbers } from './prep/model-inputs.js';
export { FittedPrep, Prep, prep } from './prep/prep.js';
export type { FittedColumn, FittedStep } from './prep/steps.js';
export { TensorInput, type TensorInputParts } from './prep/tensor-input.js';
export { prepareAutolog } from './runs/prepare-autolog.js';
export { currentRun, type FinishedRun, openRunForCells, Run, run } from './runs/run.js';
export { currentScoring, readScoring, SCORING_RESOURCE, scoringCell, useScoring } from './scoring/scoring-module.js';
export { type ImageBatch, type ImageBatchOptions, ImageFolder, type ImageOptions, images } from './tensors/images.js';
export { imageFile } from './tensors/image-file.js';
export type { TensorContent, TensorRows } from './tensors/tensor-rows.js';
export type { ColumnTensorOptions, TensorOptions } from './tensors/tensor-options.js';
export { TensorSet } from './tensors/tensor-set.js';
export { tensors } from './tensors/tensors.js';
export { crossValidate, CrossValidation, type CrossValidationOptions, type Fold } from './evaluation/cross-validate.js';
export { fit, type FitOptions, type TensorFitOptions, type TrainingOptions } from './train/fit.js';
export { Clustering, Projection, type StructureOptions } from './train/structure.js';
export type { Task } from './examples/target.js';
export { ModelReport } from './report/model-report.js';
export { TrainedModel } from './train/trained-model.js';
export type { TrainedModelParts } from './train/trained-parts.js';
export type { FittedModel } from './stored/fitted-model.js';
export { keepModels, type KeptParts } from './stored/keep-setting.js';
export { untilKept } from './stored/keep-model.js';
export type { Prediction } from './stored/predictor.js';
export { requestRow } from './stored/request-row.js';
export { StoredModel, type StoredFiles } from './stored/stored-model.js';
export { storedBundle } from './stored/stored-bundle.js';
export { storedModelBundle } from './stored/stored-model-display.js';
