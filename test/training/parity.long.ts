import { beforeAll, describe, it } from 'vitest';
import { learnOn, sgd } from './learn.ts';
import { cases } from './networks.ts';
import { expectLosses, expectParity, keras } from './parity.ts';
import { ensureTensorflow } from './tensorflow-installation.ts';

describe('TensorFlow, with its step recorded, learns what the other backends learn', () => {
  beforeAll(ensureTensorflow, 600_000);

  it.each(Object.entries(cases))('%s: as plain JavaScript, gradients and losses', async (_name, each) => {
    expectParity(await learnOn('tensorflow-cpu', each), await learnOn('cpu', each));
  });

  it.each(Object.entries(keras.losses))('%s: as Keras, losses', async (name, losses) => {
    expectLosses((await learnOn('tensorflow-cpu', cases[name]!, sgd)).losses, losses);
  });
});
