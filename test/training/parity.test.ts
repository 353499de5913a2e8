import { describe, expect, it } from 'vitest';
import { learnOn, sgd } from './learn.ts';
import { cases } from './networks.ts';
import { expectLosses, expectParity, keras } from './parity.ts';

describe('the backends that are always there learn the same', () => {
  it.each(Object.entries(cases))('%s: wasm and plain JavaScript, gradients and losses', async (_name, each) => {
    expectParity(await learnOn('wasm', each), await learnOn('cpu', each));
  });

  it.each(Object.entries(keras.losses))('%s: wasm and Keras, losses', async (name, losses) => {
    expect(losses).toHaveLength(4);
    expectLosses((await learnOn('wasm', cases[name]!, sgd)).losses, losses);
  });
});
