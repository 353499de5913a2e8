import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BUNDLE_FILES, ModelSignature, type ReleaseManifest } from '@slipway/contract';
import { ServiceFolder } from '@slipway/service-folder';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { gradientBoosting, data, fit, prep, testBehavior, type TrainedModel } from '../../kernel-lib/dist/index.js';
import { buildBundle } from '../../packages/learning/dist/bundle/bundle.js';
import { RequestCounts } from '../../server/serving/dist/request-counts.js';
import { serviceApp } from '../../server/serving/dist/service-app.js';
import { Revisions } from '../../server/serving/dist/revisions.js';
import { LocalPreflight } from '../../server/dist/delivery/preflight/runner.js';
import { freshFolder } from '../product/slipway.js';
import { MemoryBundle, type Files } from './memory-bundle.js';

/** Names that every object has as members, and names that a graph could use itself. */
const NAMES = ['constructor', 'toString', 'hasOwnProperty', '__proto__', 'valueOf', 'v1', 'value', 'label'];

/** A row that has all of these as its own. */
const rowOf = (numbers: readonly number[]): Record<string, number> =>
  Object.fromEntries(NAMES.map((name, i) => [name, numbers[i]!]));

describe('inputs that are named like members of every object', () => {
  let folder: string;
  let trained: TrainedModel;
  let files: Files;
  let signature: ModelSignature;
  let app: ReturnType<typeof serviceApp>;
  let revisions: Revisions;
  const given = NAMES.map((_, i) => (i * 3) % 7);
  let expected: number;

  beforeAll(async () => {
    delete process.env['SLIPWAY_URL'];
    folder = await freshFolder();
    process.env['SLIPWAY_DATA'] = path.join(folder, '.slipway');
    const rows = Array.from({ length: 300 }, (_, row) => NAMES.map((_, i) => (row * (i + 3) * 5 + i) % (11 + i)));
    const lines = rows.map(numbers => [...numbers, numbers.reduce((sum, n, i) => sum + n * (i % 3), 0) / 8].join());
    const file = path.join(folder, 'rows.csv');
    await writeFile(file, `${NAMES.join()},y\n${lines.join('\n')}\n`);
    const frame = await data('members', file, { schema: Object.fromEntries([['__proto__', { min: 0 }]]) });
    expect(frame.columnNames).toEqual([...NAMES, 'y']);
    const parts = await frame.split({ by: 'random', test: 0.25, seed: 2 });
    trained = await fit(gradientBoosting({ trees: 30, monotone: { v1: 'rising' } }), {
      ...parts,
      target: 'y',
      prep: prep()
        .standardize(...NAMES.filter(name => name !== '__proto__'))
        .codes('__proto__')
    });
    await testBehavior(trained, {
      'more is not less': { rows: [rowOf(given)], vary: '__proto__', to: [given[3]!], tolerance: 1 }
    });
    const bundle = await buildBundle(trained);
    files = new Map(bundle.contents);
    signature = ModelSignature.parse(JSON.parse(Buffer.from(files.get(BUNDLE_FILES.signature)!).toString()));
    const place = path.join(folder, 'bundle');
    await new MemoryBundle('a'.repeat(64), files).copyTo(place);
    const manifest: ReleaseManifest = {
      service: 'members',
      environment: 'production',
      port: 0,
      release: 1,
      released_at: 0,
      revisions: [{ revision: 1, model: 'members', version: 1, bundle_digest: 'a'.repeat(64), traffic: 1 }]
    };
    revisions = await Revisions.load(manifest, () => place);
    const answered = await RequestCounts.open(new ServiceFolder(folder, 'members'));
    app = serviceApp(revisions, { answered, startedAt: 0 });
    const columns = trained.parts.prep.transformColumns(
      trained.parts.prep.names.map(name => [rowOf(given)[name]!]),
      1,
      'a test'
    );
    expected = trained.estimator.predict(columns, trained.parts.prep.width)[0]!;
  });
  afterAll(async () => {
    await app.close();
    await revisions.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('are the inputs of the model, and pass every check of a promotion', async () => {
    expect(signature.inputs.map(({ name }) => name).sort()).toEqual([...NAMES].sort());
    const checks = await new LocalPreflight(folder).run(
      {
        model: 'members',
        version: 1,
        environment: 'production',
        service: 'members',
        signature,
        bundle: new MemoryBundle('a'.repeat(64), files)
      },
      () => undefined,
      new AbortController().signal
    );
    const failed = checks.filter(({ verdict }) => verdict === 'fail');
    expect(failed.map(({ id, evidence }) => `${id}: ${evidence}`)).toEqual([]);
    expect(checks.find(({ id }) => id === 'service-replay')?.verdict).toBe('pass');
  });

  const Answer = z.object({ predictions: z.array(z.union([z.number(), z.object({ value: z.number() })])) });
  const post = async (
    url: string,
    body: unknown,
    type = 'application/json'
  ): Promise<{ status: number; text: string }> => {
    const payload = typeof body === 'string' ? body : JSON.stringify(body);
    const headers = { 'content-type': type, host: 'localhost' };
    const { statusCode, body: text } = await app.inject({ method: 'POST', url, payload, headers });
    return { status: statusCode, text };
  };
  const predicted = ({ text }: { text: string }): number => {
    const [first] = Answer.parse(JSON.parse(text)).predictions;
    return typeof first === 'number' ? first : first!.value;
  };

  it('are answered in every protocol', async () => {
    const row = rowOf(given);
    expect(predicted(await post('/predict', row))).toBeCloseTo(expected, 5);
    for (const body of [
      { dataframe_records: [row] },
      { dataframe_split: { columns: NAMES, data: [given] } },
      { inputs: Object.fromEntries(NAMES.map((name, i) => [name, [given[i]]])) },
      { instances: [row] }
    ]) {
      expect(predicted(await post('/invocations', body)), Object.keys(body).join()).toBeCloseTo(expected, 5);
    }
    const csv = `${NAMES.join()}\n${given.join()}\n`;
    expect(predicted(await post('/invocations', csv, 'text/csv'))).toBeCloseTo(expected, 5);
    const tensors = signature.inputs.map(({ name, datatype }) => {
      return { name, datatype, shape: [1, 1], data: [given[NAMES.indexOf(name)]] };
    });
    const inferred = await post('/v2/models/members/infer', { inputs: tensors });
    const outputs = z.object({ outputs: z.array(z.object({ data: z.array(z.number()) })) });
    expect(outputs.parse(JSON.parse(inferred.text)).outputs[0]!.data[0]).toBeCloseTo(expected, 5);
  });

  it('are missing where they are not sent, though every object has such a member', async () => {
    for (const name of NAMES.filter(each => each !== '__proto__')) {
      const row = Object.fromEntries(Object.entries(rowOf(given)).filter(([key]) => key !== name));
      expect(await post('/predict', row)).toEqual({
        status: 400,
        text: JSON.stringify({ error: `${name}: the input "${name}" is missing` })
      });
    }
    const unknown = await post('/predict', { ...rowOf(given), isPrototypeOf: 1 });
    expect(unknown.status).toBe(400);
    expect(unknown.text).toContain('the model has no input \\"isPrototypeOf\\"');
  });

  it('in two requests at the same time are answered each for itself', async () => {
    const answers = await Promise.all([post('/predict', rowOf(given)), post('/predict', rowOf(given.map(n => n + 1)))]);
    expect(predicted(answers[0]!)).toBeCloseTo(expected, 5);
    expect(predicted(answers[1]!)).not.toBeCloseTo(expected, 5);
  });
});
