import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { call, freshFolder, slipway, startServerProcess, type ServerProcess } from '../server/slipway-process.js';
import type { ForeignFiles, ForeignModels } from './foreign-models.js';

/** Largest relative difference between our services and Python's onnxruntime. */
const TOLERANCE = 1e-6;

/** A server, and the folder with the files; there once the tests run. */
export interface ForeignServing {
  readonly server: () => ServerProcess;
  readonly file: (name: string) => string;
  readonly data: () => string;
}

/** Tests that each of the models is imported, promoted and served over all three protocols with the answers of Python. */
export function itServes(names: readonly string[], made: () => Promise<ForeignFiles>): ForeignServing {
  let folder: Awaited<ReturnType<typeof freshFolder>>;
  let server: ServerProcess;
  let files: string;
  let models: ForeignModels;
  let data: string;

  beforeAll(async () => {
    ({ folder: files, models } = await made());
    folder = await freshFolder();
    data = path.join(folder.path, '.slipway');
    server = await startServerProcess(data, ['--port', '0']);
  }, 300_000);
  afterAll(async () => {
    await slipway(['stop', '--data', data]);
    await server?.end('SIGTERM');
    await folder?.remove();
  });

  const importModel = async (name: string): Promise<string> => {
    const { inputs = [], labels, values, target, scores, outputs = {}, nullable, licence } = models[name]!.options;
    const named = Array.isArray(inputs)
      ? inputs.length > 0
        ? ['--inputs', inputs.join(',')]
        : []
      : Object.entries(inputs).flatMap(([input, of]) => ['--inputs', `${input}=${of.join(',')}`]);
    const ended = await slipway([
      'models',
      'import',
      path.join(files, `${name}.onnx`),
      ...named,
      ...(labels ? ['--labels', labels.join(',')] : []),
      ...(values ? ['--values', values.join(',')] : []),
      ...(scores ? ['--scores', scores] : []),
      ...(target ? ['--target', target] : []),
      ...(nullable ? ['--nullable', nullable.join(',')] : []),
      ...(licence ? ['--licence', licence] : []),
      ...Object.entries(outputs).flatMap(([role, output]) => [`--${role}`, output]),
      '--data',
      data
    ]);
    expect(ended.stderr).toBe('');
    return ended.stdout;
  };

  // Most of the time of one is waiting for its processes.
  it.concurrent.each([...names])('%s is imported, promoted and served, and answers as in Python', async name => {
    expect(await importModel(name)).toContain(`${name} v1 registered`);
    const promoted = await slipway(['promote', name, '--to', 'dev', '--data', data]);
    expect(promoted.stdout + promoted.stderr).toContain('answers in dev at');
    const url = /answers in dev at (\S+)/.exec(promoted.stdout)![1]!;
    const { rows, expected } = models[name]!;
    const count = Object.values(rows)[0]!.length;
    const records = Array.from({ length: count }, (_, row) =>
      Object.fromEntries(Object.entries(rows).map(([input, values]) => [input, values[row]]))
    );
    const { predictions } = (await call({ url, token: '' }, 'POST', '/predict', { rows: records })) as {
      predictions: {
        label?: string;
        value?: number;
        values?: Record<string, number>;
        probabilities?: Record<string, number>;
      }[];
    };
    expect(predictions).toHaveLength(count);
    predictions.forEach((prediction, row) => {
      if (expected.label) {
        expect(prediction.label).toBe(expected.label[row]);
      }
      if (expected.value) {
        expectClose([prediction.value!], [expected.value[row]!]);
      }
      if (expected.values) {
        expectClose(Object.values(prediction.values!), expected.values[row]!);
      }
      if (expected.probabilities) {
        expectClose(Object.values(prediction.probabilities!), expected.probabilities[row]!);
      }
    });
    // The other two protocols say the same.
    const invoked = (await call({ url, token: '' }, 'POST', '/invocations', { inputs: rows })) as {
      predictions: unknown[];
    };
    expect(invoked.predictions).toEqual(predictions.map(({ label, value, values }) => label ?? value ?? values));
    const service = (await (await fetch(`${url}/v2/models/${name}`)).json()) as {
      inputs: { name: string; datatype: string; shape: number[] }[];
    };
    const inferred = (await call({ url, token: '' }, 'POST', `/v2/models/${name}/infer`, {
      inputs: service.inputs.map(input => ({
        ...input,
        shape: [count, ...input.shape.slice(1)],
        data: rows[input.name]!.flat()
      }))
    })) as { outputs: { name: string; data: unknown[] }[] };
    const main = inferred.outputs.find(output => output.name === 'label' || output.name === 'value')!;
    const probabilities = inferred.outputs.find(output => output.name === 'probabilities');
    if (expected.probabilities) {
      expectClose(probabilities!.data as number[], expected.probabilities.flat());
    }
    expect(main.data).toEqual(
      predictions.flatMap(({ label, value, values }) => label ?? value ?? Object.values(values!))
    );
  });

  return { server: () => server, file: name => path.join(files, `${name}.onnx`), data: () => data };
}

function expectClose(got: readonly number[], expected: readonly number[]): void {
  expect(got).toHaveLength(expected.length);
  expected.forEach((value, i) =>
    expect(Math.abs(got[i]! - value) / Math.max(1, Math.abs(value))).toBeLessThan(TOLERANCE)
  );
}
