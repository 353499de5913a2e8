/** A network that both sides build: layers by the name and options that Keras has for them. */
export interface NetworkSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly classes: number;
  readonly layers: readonly (readonly [kind: KerasLayer, options: Readonly<Record<string, unknown>>])[];
  readonly optimizer: 'adam' | 'sgd';
  readonly rows: number;
  readonly batch: number;
  readonly epochs: number;
}

export type KerasLayer = 'Dense' | 'Conv2D' | 'MaxPooling2D' | 'Flatten' | 'Dropout' | 'BatchNormalization' | 'LSTM';

const dense = (units: number, activation = 'relu') => ['Dense', { units, activation }] as const;
const conv = (filters: number) => ['Conv2D', { filters, kernel_size: 3, activation: 'relu' }] as const;
const pool = ['MaxPooling2D', { pool_size: 2 }] as const;
const flatten = ['Flatten', {}] as const;
const dropout = ['Dropout', { rate: 0.2 }] as const;
const normalize = ['BatchNormalization', {}] as const;
const softmax = (classes: number) => dense(classes, 'softmax');

const tiny = {
  name: 'MLP 7-32-16-2, batches of 32',
  shape: [7],
  classes: 2,
  layers: [dense(32), dense(16), softmax(2)],
  optimizer: 'adam',
  rows: 15_000,
  batch: 32,
  epochs: 5
} as const;

const small = {
  name: 'MLP 32-64-64-3, batches of 64',
  shape: [32],
  classes: 3,
  layers: [dense(64), dense(64), softmax(3)],
  optimizer: 'adam',
  rows: 20_000,
  batch: 64,
  epochs: 5
} as const;

const mlp = {
  name: 'MLP 128-512-512-10, batches of 512',
  shape: [128],
  classes: 10,
  layers: [dense(512), dense(512), softmax(10)],
  optimizer: 'adam',
  rows: 20_480,
  batch: 512,
  epochs: 6
} as const;

const cnn = {
  name: 'CNN 28×28, batches of 64',
  shape: [28, 28, 1],
  classes: 10,
  layers: [conv(32), pool, conv(64), pool, flatten, dense(128), softmax(10)],
  optimizer: 'adam',
  rows: 3200,
  batch: 64,
  epochs: 5
} as const;

const recurrent = {
  name: 'LSTM 32 on 20 × 8, batches of 32',
  shape: [20, 8],
  classes: 3,
  layers: [['LSTM', { units: 32 }], softmax(3)],
  optimizer: 'adam',
  rows: 3200,
  batch: 32,
  epochs: 4
} as const;

export const NETWORKS: readonly NetworkSpec[] = [
  tiny,
  small,
  mlp,
  { ...mlp, name: 'MLP 128-512-512-10, batches of 32', rows: 10_240, batch: 32, epochs: 4 },
  {
    ...mlp,
    name: 'the same in batches of 512, with dropout and batch norm',
    layers: [dense(512), normalize, dropout, dense(512), normalize, dropout, softmax(10)],
    epochs: 5
  },
  cnn,
  {
    ...cnn,
    name: 'the same CNN with dropout and batch norm',
    layers: [conv(32), normalize, pool, conv(64), normalize, pool, flatten, dense(128), dropout, softmax(10)]
  },
  recurrent
];
