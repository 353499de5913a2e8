import type { ModelSignature, SignatureInput } from '@slipway/contract';
import { describe, expect, it } from 'vitest';
import { decodeColumns } from './tensors.js';

const decode = (input: Partial<SignatureInput>, value: unknown): unknown => {
  const described: SignatureInput = {
    name: 'x',
    datatype: 'FP32',
    shape: [-1, 1],
    nullable: false,
    range: null,
    ...input
  };
  const signature: ModelSignature = {
    task: 'regression',
    target: 'y',
    labels: null,
    inputs: [described],
    outputs: [{ name: 'value', datatype: 'FP32', shape: [-1, 1], role: 'value' }],
    training_frame: null
  };
  return Array.from(decodeColumns(signature, { x: [value] }, name => name).inputs['x'] as ArrayLike<unknown>);
};

const BYTE = { datatype: 'INT32', limits: { min: 0, max: 255 } } as const;
const HALF = { datatype: 'FP32', limits: { min: -65_504, max: 65_504 } } as const;

describe('a number that the graph cannot hold', () => {
  it.each([
    ['of a byte', BYTE, 256, 'expected a whole number from 0 to 255, got 256'],
    ['of a byte, below', BYTE, -1, 'expected a whole number from 0 to 255, got -1'],
    ['of 16 bits with a fraction', HALF, 65_520, 'expected a number from -65504 to 65504, got 65520'],
    [
      'of 32 bits with a fraction',
      {},
      1e39,
      'expected a number from -3.4028234663852886e+38 to 3.4028234663852886e+38, got 1e+39'
    ],
    [
      'of 32 bits',
      { datatype: 'INT32' },
      2 ** 31,
      'expected a whole number from -2147483648 to 2147483647, got 2147483648'
    ],
    ['of 64 bits', { datatype: 'INT64' }, 2 ** 53, 'expected a whole number from -9007199254740991 to 9007199254740991']
  ] as const)(
    '%s is refused with the range, and neither wraps around nor becomes infinite',
    (_name, input, value, message) => {
      expect(() => decode(input, value)).toThrow(message);
    }
  );

  it('is refused inside of a tensor, too', () => {
    expect(() => decode({ ...BYTE, shape: [-1, 2] }, [1, 256])).toThrow(
      'x[1]: expected a whole number from 0 to 255, got 256'
    );
  });

  it.each([
    [BYTE, 255],
    [HALF, -65_504],
    [{ datatype: 'INT32' }, -(2 ** 31)],
    [{}, 3.4e38]
  ] as const)('is not one at the end of its range', (input, value) => {
    expect(decode(input, value)).toEqual([Math.fround(value)]);
  });

  it('is not reported when something else is wrong', () => {
    expect(() => decode({}, 'x')).toThrow('expected a number, got "x"');
    expect(() => decode({ datatype: 'INT32' }, 1.5)).toThrow('expected a whole number, got 1.5');
  });
});
