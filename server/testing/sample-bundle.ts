import { BUNDLE_FILES, type Evaluation, type ModelSignature, type TestVectors } from '@slipway/contract';

/** Files of a small valid bundle, by path. The model's bytes are no real graph: the control plane never runs it. */
export function sampleBundle(model = 'model bytes'): Record<string, string> {
  const signature: ModelSignature = {
    task: 'classification',
    target: 'rain',
    labels: ['no', 'yes'],
    inputs: [{ name: 'wind', datatype: 'FP32', shape: [-1, 1], nullable: true, range: { min: 0, max: 9 } }],
    outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [-1, 2], role: 'probabilities' }],
    training_frame: {
      columns: [
        { name: 'wind', type: 'number', nullable: true },
        { name: 'rain', type: 'string', nullable: false }
      ],
      dataset: { name: 'weather', version: 1 },
      split: 'by time, last 20 %',
      train_rows: 8,
      test_rows: 2
    }
  };
  const vectors: TestVectors = {
    rows: 2,
    inputs: { wind: [1, null] },
    outputs: { probabilities: { shape: [2, 2], data: [0.4, 0.6, 0.9, 0.1] } }
  };
  const evaluation: Evaluation = {
    metric: 'accuracy',
    higher_is_better: true,
    value: 0.81,
    metrics: { accuracy: 0.81, f1: 0.7 },
    split: 'test',
    rows: 2,
    inputs: { wind: [1, 2] },
    truth: ['no', 'yes'],
    baselines: [
      { name: 'majority', description: 'always no', value: 0.64, predictions: ['no', 'no'] },
      { name: 'persistence', description: 'as today', value: 0.71, predictions: ['yes', 'no'] }
    ]
  };
  return {
    [BUNDLE_FILES.model]: model,
    [BUNDLE_FILES.signature]: JSON.stringify(signature),
    [BUNDLE_FILES.testVectors]: JSON.stringify(vectors),
    [BUNDLE_FILES.evaluation]: JSON.stringify(evaluation),
    [BUNDLE_FILES.environment]: JSON.stringify({
      runtime: 'node',
      packages: {},
      backend: 'cpu',
      onnx: { opset: 17, ir_version: 8 }
    }),
    [BUNDLE_FILES.card]: '# rain'
  };
}
