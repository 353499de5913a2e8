import type { layers } from '@tensorflow/tfjs';
import { chooseBackend } from '../../packages/learning/dist/backend/choose.js';
import { stepReport } from '../../packages/learning/dist/backend/recorded/index.js';
import { tensorflow } from '../../packages/learning/dist/backend/load-tfjs.js';
import type { Tf } from '../../packages/learning/dist/backend/tfjs.js';
import type { KerasLayer, NetworkSpec } from './training-networks.ts';

/* Trains one network with plain `model.fit` and prints the seconds of each epoch, as JSON. */

type Layer = layers.Layer;

const LAYERS: Readonly<Record<KerasLayer, (tf: Tf, options: object) => Layer>> = {
  Dense: (tf, options) => tf.layers.dense(options as Parameters<Tf['layers']['dense']>[0]),
  Conv2D: (tf, options) => tf.layers.conv2d(options as Parameters<Tf['layers']['conv2d']>[0]),
  MaxPooling2D: (tf, options) => tf.layers.maxPooling2d(options),
  Flatten: tf => tf.layers.flatten(),
  Dropout: (tf, options) => tf.layers.dropout(options as Parameters<Tf['layers']['dropout']>[0]),
  BatchNormalization: tf => tf.layers.batchNormalization({}),
  LSTM: (tf, options) => tf.layers.lstm(options as Parameters<Tf['layers']['lstm']>[0])
};

const spec = JSON.parse(process.argv[2]!) as NetworkSpec;
const tf = await tensorflow();
await chooseBackend(tf, 'wasm');
const built = spec.layers.map(([kind, options], i) => {
  const inputShape = i === 0 ? { inputShape: spec.shape } : {};
  return LAYERS[kind](tf, { ...camelCase(options), ...inputShape });
});
const model = tf.sequential({ layers: built });
model.compile({
  optimizer: spec.optimizer === 'adam' ? tf.train.adam(0.001) : tf.train.sgd(0.05),
  loss: 'categoricalCrossentropy'
});
const x = tf.randomUniform([spec.rows, ...spec.shape], -0.5, 0.5, 'float32', 1);
const classes = tf.randomUniform([spec.rows], 0, spec.classes, 'int32', 2) as ReturnType<Tf['tensor1d']>;
const y = tf.oneHot(classes, spec.classes);
const seconds: number[] = [];
let began = 0;
const history = await model.fit(x, y, {
  epochs: spec.epochs,
  batchSize: spec.batch,
  verbose: 0,
  callbacks: {
    onEpochBegin: () => {
      began = performance.now();
    },
    onEpochEnd: () => {
      seconds.push((performance.now() - began) / 1000);
    }
  }
});
const report = stepReport(model)!;
console.log(
  JSON.stringify({
    seconds,
    loss: history.history['loss']!.at(-1),
    step: report.mode,
    reason: report.reason
  })
);
process.exit(0);

function camelCase(options: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => [
      key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
      value
    ])
  );
}
