import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { ModelSignature, SignatureOutput } from '@slipway/contract';
import { type DecodedRows, encodePredictions, joinRows, type Outputs, sliceOutputs } from '@slipway/tensor-inputs';
import { decodeCsv, decodeInvocations, encodeInvocations } from './mlflow-invocations.js';
import { decodeInfer, encodeInfer } from './open-inference.js';
import { decodePredict } from './predict.js';

const signature: ModelSignature = {
  task: 'classification',
  target: 'tomorrow',
  labels: ['dry', 'rain'],
  inputs: [
    { name: 'wind', datatype: 'FP32', shape: [-1, 1], nullable: true, range: { min: 0, max: 9 } },
    { name: 'weather', datatype: 'BYTES', shape: [-1, 1], nullable: false, range: null },
    { name: 'windy', datatype: 'BOOL', shape: [-1, 1], nullable: false, range: null }
  ],
  outputs: [
    { name: 'probabilities', datatype: 'FP32', shape: [-1, 2], role: 'probabilities' },
    { name: 'label', datatype: 'BYTES', shape: [-1], role: 'label' }
  ],
  training_frame: { columns: [], dataset: null, split: '', train_rows: 1, test_rows: 1 }
};
const outputs: Outputs = {
  probabilities: { width: 2, data: Float32Array.of(0.75, 0.25, 0.5, 0.5) },
  label: { width: 1, data: ['dry', 'rain'] }
};
const row = { wind: 3.5, weather: 'sun', windy: false };

describe('POST /predict', () => {
  it('takes one object of named inputs, in any order', () => {
    const decoded = decodePredict(signature, { windy: false, weather: 'sun', wind: 3.5 });
    expect(decoded).toEqual({
      rows: 1,
      inputs: { wind: Float32Array.of(3.5), weather: ['sun'], windy: Uint8Array.of(0) }
    });
  });

  it('takes a missing value where the signature allows one', () => {
    expect(decodePredict(signature, { weather: 'sun', windy: true }).inputs['wind']).toEqual(Float32Array.of(NaN));
  });

  it.each([
    [[], 'body: expected an object of named inputs'],
    [{ rows: {} }, 'rows: expected a list of objects'],
    [{ rows: [] }, 'there are no rows'],
    [{ rows: [row, 3] }, 'rows[1]: expected an object'],
    [{ ...row, wnd: 1 }, 'wnd: the model has no input "wnd"; its inputs are wind, weather, windy'],
    [{ wind: 1, windy: true }, 'weather: the input "weather" is missing'],
    [{ ...row, wind: 'strong' }, 'wind: expected a number or null, got "strong"'],
    [{ ...row, weather: null }, 'weather: expected a text, got null'],
    [{ rows: [row, { ...row, windy: 1 }] }, 'rows[1].windy: expected true or false, got 1']
  ])('refuses %j and says where', (body, message) => {
    expect(() => decodePredict(signature, body)).toThrow(message);
  });

  it('answers label and probabilities by name', () => {
    expect(encodePredictions(signature, outputs, 2)[0]).toEqual({
      label: 'dry',
      probabilities: { dry: 0.75, rain: 0.25 }
    });
  });
});

describe('the Open Inference Protocol', () => {
  const tensor = (name: string, datatype: string, data: unknown, shape: unknown = [1, 1]): unknown => ({
    name,
    datatype,
    shape,
    data
  });
  const good = [tensor('wind', 'FP32', [3.5]), tensor('weather', 'BYTES', ['sun']), tensor('windy', 'BOOL', [true])];

  it('takes flat and nested data, and numbers of any width', () => {
    const nested = [
      tensor('wind', 'FP64', [[3.5], [2]], [2, 1]),
      tensor('weather', 'BYTES', ['a', 'b'], [2]),
      tensor('windy', 'BOOL', [[true], [false]], [2, 1])
    ];
    expect(decodeInfer(signature, { inputs: nested }).rows.rows).toBe(2);
    expect(decodeInfer(signature, { id: '7', inputs: good })).toMatchObject({
      id: '7',
      outputs: ['probabilities', 'label']
    });
  });

  it.each([
    [{}, 'inputs: expected a list of tensors'],
    [{ inputs: [tensor('wnd', 'FP32', [1])] }, 'inputs[0].name: the model has no input "wnd"'],
    [{ inputs: [tensor('wind', 'BYTES', ['1'])] }, 'inputs[0].datatype: expected FP32, got "BYTES"'],
    [{ inputs: [tensor('wind', 'FP32', [1, 2], [3, 1])] }, 'inputs[0].data: has 2 values where the shape says 3'],
    [{ inputs: [tensor('wind', 'FP32', [1], [1, 2])] }, 'inputs[0].shape: expected [rows, 1] or [rows]'],
    [{ inputs: good.slice(0, 2) }, 'the input "windy" is missing'],
    [{ inputs: [good[0], good[0]] }, 'inputs[1].name: the input "wind" is given twice'],
    [
      { inputs: [tensor('wind', 'FP32', ['x']), good[1], good[2]] },
      'inputs[0].data[0]: expected a number or null, got "x"'
    ],
    [{ inputs: good, outputs: [{ name: 'value' }] }, 'outputs[0].name: the model has no output "value"']
  ])('refuses %j and says where', (body, message) => {
    expect(() => decodeInfer(signature, body)).toThrow(message);
  });

  it('echoes the id and gives only the outputs that were asked for', () => {
    const request = decodeInfer(signature, { id: 'x', inputs: good, outputs: [{ name: 'label' }] });
    expect(encodeInfer(signature, 'rain', '3', request, { label: { width: 1, data: ['dry'] } })).toEqual({
      model_name: 'rain',
      model_version: '3',
      id: 'x',
      outputs: [{ name: 'label', datatype: 'BYTES', shape: [1], data: ['dry'] }]
    });
  });
});

describe('POST /invocations', () => {
  const expected: DecodedRows = {
    rows: 2,
    inputs: { wind: Float32Array.of(1, NaN), weather: ['sun', 'fog'], windy: Uint8Array.of(0, 1) }
  };

  it.each([
    [
      'dataframe_split',
      {
        columns: ['weather', 'wind', 'windy'],
        data: [
          ['sun', 1, false],
          ['fog', null, true]
        ]
      }
    ],
    [
      'dataframe_records',
      [
        { wind: 1, weather: 'sun', windy: false },
        { weather: 'fog', windy: true }
      ]
    ],
    [
      'instances',
      [
        [1, 'sun', false],
        [null, 'fog', true]
      ]
    ],
    ['inputs', { wind: [1, null], weather: ['sun', 'fog'], windy: [[false], [true]] }]
  ])('takes %s', (form, value) => {
    expect(decodeInvocations(signature, { [form]: value })).toEqual(expected);
  });

  it('takes CSV with a header, quoted fields and missing values', () => {
    expect(decodeCsv(signature, 'wind,weather,windy\n1,"sun",false\n,fog,true\n')).toEqual(expected);
  });

  it.each([
    [{}, 'expected exactly one of dataframe_split, dataframe_records, instances, inputs, got none'],
    [{ instances: [], inputs: [] }, 'got instances and inputs'],
    [{ dataframe_split: { columns: ['wind'], data: [[1, 2]] } }, 'dataframe_split.data[0]: expected a list of 1 value'],
    [{ instances: [[1]] }, 'instances[0]: expected 3 values']
  ])('refuses %j', (body, message) => {
    expect(() => decodeInvocations(signature, body)).toThrow(message);
  });

  it('names the line of a CSV row that does not fit', () => {
    expect(() => decodeCsv(signature, 'wind,weather\n1\n')).toThrow('line 2: has 1 value where the header has 2');
  });

  it('answers one label per row', () => {
    expect(encodeInvocations(signature, outputs, 2)).toEqual({ predictions: ['dry', 'rain'] });
  });
});

describe('models that give something else than classes', () => {
  const base = { ...signature, labels: null };
  const tensor = (role: SignatureOutput['role'], names?: string[]): SignatureOutput => ({
    name: role,
    datatype: role === 'cluster' ? 'INT64' : 'FP32',
    shape: role === 'cluster' ? [-1] : [-1, names?.length ?? 1],
    role,
    ...(names ? { names } : {})
  });

  it.each<[ModelSignature, Outputs, object, unknown]>([
    [
      { ...base, task: 'regression', outputs: [tensor('value')] },
      { value: { width: 1, data: Float32Array.of(1.5, 2.5) } },
      { value: 2.5 },
      2.5
    ],
    [
      { ...base, task: 'regression', outputs: [tensor('value', ['amount', 'margin'])] },
      { value: { width: 2, data: Float32Array.of(1, 2, 3, 4) } },
      { values: { amount: 3, margin: 4 } },
      { amount: 3, margin: 4 }
    ],
    [
      { ...base, task: 'clustering', outputs: [tensor('cluster'), tensor('distances', ['0', '1'])] },
      {
        cluster: { width: 1, data: BigInt64Array.of(0n, 1n) },
        distances: { width: 2, data: Float32Array.of(0, 1, 2, 0.5) }
      },
      { cluster: 1, distances: { 0: 2, 1: 0.5 } },
      1
    ],
    [
      { ...base, task: 'projection', outputs: [tensor('components', ['component_1', 'component_2'])] },
      { components: { width: 2, data: Float32Array.of(1, 2, 3, 4) } },
      { components: { component_1: 3, component_2: 4 } },
      { component_1: 3, component_2: 4 }
    ]
  ])('answer with names: %#', (described, given, predicted, invoked) => {
    expect(encodePredictions(described, given, 2)[1]).toEqual(predicted);
    const { predictions } = encodeInvocations(described, given, 2);
    expect(JSON.parse(JSON.stringify(predictions))).toHaveLength(2);
    expect(predictions[1]).toEqual(invoked);
  });
});

describe('batching', () => {
  it('gives every request its own rows back, however requests are joined', () => {
    const request = fc.array(fc.float({ noNaN: true }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(request, { minLength: 1, maxLength: 8 }), requests => {
        const decoded = requests.map(values =>
          decodePredict(signature, {
            rows: values.map(wind => ({ wind: Number.isFinite(wind) ? wind : 0, weather: 'w', windy: true }))
          })
        );
        const joined = joinRows(signature, decoded);
        const echo: Outputs = { echo: { width: 1, data: joined.inputs['wind'] as Float32Array } };
        let start = 0;
        for (const part of decoded) {
          expect(sliceOutputs(echo, start, part.rows)['echo']!.data).toEqual(part.inputs['wind']);
          start += part.rows;
        }
        expect(start).toBe(joined.rows);
      })
    );
  });
});
