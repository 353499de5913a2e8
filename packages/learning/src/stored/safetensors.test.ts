import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTensors, writeTensors, type TensorFile } from './safetensors.js';

const tensor = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }).chain(shape => {
  const count = shape.reduce((product, size) => product * size, 1);
  return fc.float32Array({ minLength: count, maxLength: count }).map(values => ({ shape, values }));
});
const name = fc.stringMatching(/^[a-zé.0-9]{1,12}$/);
const file: fc.Arbitrary<TensorFile> = fc.record({
  tensors: fc.dictionary(name, tensor, { maxKeys: 5 }).map(entries => new Map(Object.entries(entries))),
  metadata: fc.dictionary(name, fc.string(), { maxKeys: 3 }).map(entries => ({ ...entries }))
});

describe('a safetensors file', () => {
  it('gives back the tensors bit by bit, and the texts', () => {
    fc.assert(
      fc.property(file, content => {
        const read = readTensors(writeTensors(content));
        expect(read.metadata).toEqual(content.metadata);
        expect([...read.tensors.keys()].sort()).toEqual([...content.tensors.keys()].sort());
        for (const [key, { shape, values }] of content.tensors) {
          const found = read.tensors.get(key)!;
          expect(found.shape).toEqual(shape);
          expect(Buffer.from(found.values.buffer, found.values.byteOffset, found.values.byteLength)).toEqual(
            Buffer.from(values.buffer, values.byteOffset, values.byteLength)
          );
        }
      })
    );
  });

  it('is the one that the reference implementation writes', () => {
    // safetensors 0.8.0 (Python): save({"a": np.array([[1, -2.5], [3e-8, 7]], "float32")}, {"format": "1"})
    const recorded =
      'WAAAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmb3JtYXQiOiIxIn0sImEiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzIsMl0sImRhdGFfb2Zmc2V0cyI6WzAsMTZdfX0gAACAPwAAIMBZ2QAzAADgQA==';
    const tensors = new Map([['a', { shape: [2, 2], values: Float32Array.of(1, -2.5, 3e-8, 7) }]]);
    const written = Buffer.from(writeTensors({ tensors, metadata: { format: '1' } })).toString('base64');
    expect(written).toBe(recorded);
  });

  it('that is cut or torn is refused', () => {
    const whole = writeTensors({
      tensors: new Map([['a', { shape: [3], values: Float32Array.of(1, 2, 3) }]]),
      metadata: {}
    });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length - 1 }), length => {
        expect(() => readTensors(whole.subarray(0, length))).toThrow();
      })
    );
  });
});
