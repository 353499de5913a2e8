import type { ModelSignature } from '@slipway/contract';
import { describe, expect, it } from 'vitest';
import { decodeColumns } from './tensors.js';

const signature: ModelSignature = {
  task: 'regression',
  target: 'stars',
  labels: null,
  inputs: [{ name: 'day', datatype: 'BYTES', shape: [-1, 1], nullable: false, range: null, format: 'moment' }],
  outputs: [{ name: 'value', datatype: 'FP32', shape: [-1, 1], role: 'value' }],
  training_frame: null
};
const decode = (day: unknown): unknown => decodeColumns(signature, { day: [day] }, input => input).inputs['day'];

describe('an input that is a moment', () => {
  it.each(['2024-01-31', '2024-01-31T18:30:00', '2024-01-31 18:30:00', '2024-01-31T18:30:00.000Z'])('takes %s', day =>
    expect(decode(day)).toEqual([day])
  );

  it.each(['31.1.2024', '2024-13-01', 'yesterday', '', '2024-01-31T18:30:00+02:00', 20240131, null])(
    'refuses %j, and says what it takes',
    day => expect(() => decode(day)).toThrow('expected a date such as 2024-01-31, or a time such as')
  );
});
