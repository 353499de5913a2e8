export { accuracy, argMax, logLoss, macroF1, macroRocAuc, precisionRecall, rocAuc } from './classification.js';
export { balancedAccuracy, cohenKappa, confusionMatrix, matthews } from './agreement.js';
export { brierScore, calibrationCurve, calibrationError, type CalibrationBin } from './calibration.js';
export {
  averagePrecision,
  precisionRecallCurve,
  rocCurve,
  type PrecisionRecallPoint,
  type RocPoint
} from './curves.js';
export { explainedVariance, mae, mape, maxError, medianAbsoluteError, pinballLoss, r2, rmse } from './regression.js';
export { adjustedRand, normalizedMutualInformation, silhouette } from './clustering.js';
export { byScore, dcg, ndcg, precisionAt, reciprocalRank } from './ranking.js';
export { bootstrapInterval, wilsonInterval, type BootstrapOptions, type Interval } from './intervals.js';
