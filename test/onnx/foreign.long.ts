import { describe } from 'vitest';
import { foreignModels } from './foreign-models.js';
import { itServes } from './foreign-serving.js';

describe('an ONNX file of CatBoost', () => {
  itServes(['catboost-classes'], () => foreignModels('all'));
});
