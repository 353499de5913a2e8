import { describe } from 'vitest';
import { foreignModels } from './foreign-models.js';
import { itServes } from './foreign-serving.js';

const NAMES = [
  'sklearn-logistic',
  'sklearn-categories',
  'sklearn-text',
  'sklearn-codes',
  'sklearn-forest',
  'sklearn-margin',
  'sklearn-boosting',
  'sklearn-clusters',
  'lightgbm-classes',
  'xgboost-amount',
  'catboost-classes'
];

describe('ONNX files of scikit-learn, LightGBM, XGBoost and CatBoost', () => {
  itServes(NAMES, () => foreignModels('all'));
});
