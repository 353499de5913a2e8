import { describe, expect, expectTypeOf, it } from 'vitest';
import * as slip from './index.js';

describe('what a notebook imports', () => {
  it('is what a notebook types, and nothing else', () => {
    expect(Object.keys(slip).sort()).toMatchInlineSnapshot(`
      [
        "BehaviorReport",
        "CheckReport",
        "Clustering",
        "CrossValidation",
        "FittedPrep",
        "Frame",
        "ImageFolder",
        "Prep",
        "Projection",
        "Registration",
        "Run",
        "ServiceHandle",
        "Session",
        "SlipwayError",
        "StoredModel",
        "TensorInput",
        "TensorSet",
        "TrainedModel",
        "checkData",
        "cnn",
        "crossValidate",
        "currentRun",
        "data",
        "decisionTree",
        "doctor",
        "fit",
        "gradientBoosting",
        "images",
        "importOnnx",
        "kMeans",
        "kNeighbors",
        "keepModels",
        "lasso",
        "linearRegression",
        "linearSvm",
        "logisticRegression",
        "mask",
        "metrics",
        "mlp",
        "model",
        "naiveBayes",
        "pca",
        "prep",
        "promote",
        "randomForest",
        "recordOutputs",
        "register",
        "ridge",
        "run",
        "session",
        "signal",
        "status",
        "tensorflow",
        "tensors",
        "testBehavior",
      ]
    `);
  });

  it('has typed results', () => {
    expectTypeOf(slip.data).returns.resolves.toEqualTypeOf<slip.Frame>();
    expectTypeOf<Awaited<ReturnType<slip.Frame['split']>>>().toHaveProperty('train').toEqualTypeOf<slip.Frame>();
    expectTypeOf(slip.run<number>)
      .returns.resolves.toHaveProperty('result')
      .toEqualTypeOf<number>();
    expectTypeOf(slip.promote).returns.resolves.toEqualTypeOf<slip.ServiceHandle>();
    expectTypeOf(slip.currentRun).returns.toEqualTypeOf<slip.Run | undefined>();
    expectTypeOf(slip.metrics.accuracy).returns.toEqualTypeOf<number>();
    expectTypeOf(slip.signal).returns.toEqualTypeOf<AbortSignal>();
  });

  it('tells a model with a target from clusters and components by its type', () => {
    type Options = slip.FitOptions;
    expectTypeOf<Options>().toHaveProperty('target').toEqualTypeOf<string>();
    const fitted = (): Promise<slip.TrainedModel> => slip.fit(slip.ridge(), {} as Options);
    const clusters = (): Promise<slip.Clustering> => slip.fit(slip.kMeans({ k: 3 }), {} as slip.StructureOptions);
    expectTypeOf(fitted).returns.resolves.toEqualTypeOf<slip.TrainedModel>();
    expectTypeOf(clusters).returns.resolves.toEqualTypeOf<slip.Clustering>();
  });

  it('gives a stored model the face of a trained one', () => {
    expectTypeOf(slip.model).returns.resolves.toEqualTypeOf<slip.StoredModel>();
    expectTypeOf<slip.StoredModel>().toExtend<slip.FittedModel>();
    expectTypeOf<slip.TrainedModel>().toExtend<slip.FittedModel>();
    const one = (model: slip.FittedModel): Promise<slip.Prediction> => model.predict({ wind: 3.3 });
    const several = (model: slip.FittedModel): Promise<slip.Prediction[]> => model.predict([{ wind: 3.3 }]);
    expectTypeOf(one).returns.resolves.toHaveProperty('label').toEqualTypeOf<string | undefined>();
    expectTypeOf(several).returns.resolves.toEqualTypeOf<slip.Prediction[]>();
    const goOn = (model: slip.StoredModel, options: slip.FitOptions): Promise<slip.TrainedModel> =>
      slip.fit(model, { ...options, resume: model });
    expectTypeOf(goOn).returns.resolves.toEqualTypeOf<slip.TrainedModel>();
    expectTypeOf(slip.register).parameter(1).extract<slip.StoredModel>().toEqualTypeOf<slip.StoredModel>();
    expectTypeOf(slip.keepModels).parameter(0).toEqualTypeOf<'all' | 'bundle' | 'nothing'>();
  });

  it('refuses options that a model does not have', () => {
    expectTypeOf(slip.randomForest).parameter(0).toEqualTypeOf<slip.RandomForestOptions | undefined>();
    expectTypeOf<slip.RandomForestOptions>().not.toHaveProperty('depth');
    expectTypeOf<slip.GradientBoostingOptions>().toHaveProperty('maxLeaves');
    expectTypeOf<slip.SlipwayErrorCode>().extract<'DATA_NOT_FOUND'>().toEqualTypeOf<'DATA_NOT_FOUND'>();
  });
});
