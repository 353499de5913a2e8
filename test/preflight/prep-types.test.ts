import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BUNDLE_FILES, ModelSignature, type ColumnType } from '@slipway/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gradientBoosting, data, fit, prep, type Frame, type Prep, type Split } from '../../kernel-lib/dist/index.js';
import { buildBundle } from '../../packages/learning/dist/bundle/bundle.js';
import { LocalPreflight } from '../../server/dist/delivery/preflight/runner.js';
import { freshFolder } from '../product/slipway.js';
import { MemoryBundle } from './memory-bundle.js';

/** Every step of a prep, on a column. */
const STEPS = {
  standardize: (p: Prep, column: string) => p.standardize(column),
  minMax: (p: Prep, column: string) => p.minMax(column),
  robust: (p: Prep, column: string) => p.robust(column),
  log1p: (p: Prep, column: string) => p.log1p(column),
  bin: (p: Prep, column: string) => p.bin(3, column),
  impute: (p: Prep, column: string) => p.impute(column),
  keepMissing: (p: Prep, column: string) => p.keepMissing(column),
  pass: (p: Prep, column: string) => p.pass(column),
  oneHot: (p: Prep, column: string) => p.oneHot(column),
  codes: (p: Prep, column: string) => p.codes(column),
  ordinal: (p: Prep, column: string) => p.ordinal(ORDERS[column.split('_')[0] as Source]!, column),
  hashWords: (p: Prep, column: string) => p.hashWords(8, column),
  dateParts: (p: Prep, column: string) => p.dateParts(['month', 'weekday'], column)
} satisfies Record<string, (p: Prep, column: string) => Prep>;
type Step = keyof typeof STEPS;

/** Columns of every type, as SQL over the number `i` of the row. */
const SOURCES = {
  integer: 'i % 5',
  number: 'case when i % 11 = 0 then null else (i % 4) / 8.0 end',
  decimal: 'cast((i % 3) + 0.25 as decimal(6, 2))',
  bigint: 'cast((i % 3) * 3000000000000000 + 1 as hugeint)',
  boolean: 'i % 2 = 0',
  string: "['low', 'middle', 'high ones'][i % 3 + 1]",
  date: "date '2024-01-31' + cast(i % 3 as integer)",
  timestamp: "timestamp '2024-01-31 10:00:00' + interval (i % 3) hours",
  instant: "timestamptz '2024-01-31 10:00:00+00' + interval (i % 3) hours"
} satisfies Record<string, string>;
type Source = keyof typeof SOURCES;

const ORDERS: Record<Source, readonly (string | number | boolean)[]> = {
  integer: [4, 3, 2, 1, 0],
  number: [0, 0.125, 0.25, 0.375],
  decimal: [0.25, 1.25, 2.25],
  bigint: [1, 3000000000000001, 6000000000000001],
  boolean: [false, true],
  string: ['low', 'middle', 'high ones'],
  date: ['2024-01-31', '2024-02-01', '2024-02-02'],
  timestamp: [10, 11, 12].map(hour => `2024-01-31T${hour}:00:00.000Z`),
  instant: [10, 11, 12].map(hour => `2024-01-31T${hour}:00:00.000Z`)
};

const FOR_NUMBERS = [
  'standardize',
  'minMax',
  'robust',
  'log1p',
  'bin',
  'impute',
  'keepMissing',
  'pass',
  'oneHot',
  'codes',
  'ordinal'
] as const;
const FOR_MOMENTS = ['dateParts', 'oneHot', 'codes', 'ordinal'] as const;

/** The steps that suit a column; all others are refused with one of these as the advice. */
const SUITABLE: Record<Source, readonly Step[]> = {
  integer: FOR_NUMBERS,
  number: FOR_NUMBERS.filter(step => !['standardize', 'minMax', 'robust', 'log1p', 'bin', 'pass'].includes(step)),
  decimal: FOR_NUMBERS,
  bigint: FOR_NUMBERS,
  boolean: ['pass', 'oneHot', 'codes', 'ordinal'],
  string: ['oneHot', 'codes', 'ordinal', 'hashWords'],
  date: FOR_MOMENTS,
  timestamp: FOR_MOMENTS,
  instant: FOR_MOMENTS
};

const INPUTS: Partial<Record<ColumnType, readonly string[]>> = {
  integer: ['FP32', 'FP64'],
  number: ['FP32', 'FP64'],
  boolean: ['BOOL'],
  string: ['BYTES'],
  date: ['BYTES'],
  timestamp: ['BYTES']
};

describe('every step of a prep on columns of every type', () => {
  let folder: string;
  let frame: Frame;
  let parts: Split;

  beforeAll(async () => {
    delete process.env['SLIPWAY_URL'];
    folder = await freshFolder();
    process.env['SLIPWAY_DATA'] = path.join(folder, '.slipway');
    const file = path.join(folder, 'rows.csv');
    await writeFile(file, `i\n${Array.from({ length: 240 }, (_, i) => i).join('\n')}\n`);
    frame = await data('rows', file);
    for (const source of Object.keys(SOURCES) as Source[]) {
      for (const step of Object.keys(STEPS)) {
        frame = await frame.derive(`${source}_${step}`, SOURCES[source]);
      }
    }
    frame = await frame.derive('target', 'case when i % 5 > 1 and i % 2 = 0 then 5.5 else 1.25 * (i % 3) end');
    parts = await frame.split({ by: 'random', test: 0.25, seed: 1 });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('goes through to a service where it suits', async () => {
    const suitable = (Object.keys(SOURCES) as Source[]).flatMap(source =>
      SUITABLE[source].map(step => ({ step, column: `${source}_${step}` }))
    );
    const all = suitable.reduce((made, { step, column }) => STEPS[step](made, column), prep());
    const trained = await fit(gradientBoosting({ trees: 20 }), { ...parts, prep: all, target: 'target' });
    const { contents } = await buildBundle(trained);
    const signature = ModelSignature.parse(JSON.parse(Buffer.from(contents.get(BUNDLE_FILES.signature)!).toString()));
    expect(signature.inputs.map(({ name }) => name)).toEqual(suitable.map(({ column }) => column));
    for (const { name, datatype } of signature.inputs) {
      expect(INPUTS[frame.column(name).type], name).toContain(datatype);
    }
    const checks = await new LocalPreflight(folder).run(
      {
        model: 'types',
        version: 1,
        environment: 'production',
        service: 'types',
        signature,
        bundle: new MemoryBundle('a'.repeat(64), new Map(contents))
      },
      () => undefined,
      new AbortController().signal
    );
    const failed = checks.filter(({ verdict }) => verdict === 'fail');
    expect(failed.map(({ id, evidence }) => `${id}: ${evidence}`)).toEqual([]);
    for (const id of ['onnx-equals-model', 'service-replay', 'signature-matches-frame']) {
      expect(checks.find(check => check.id === id)?.verdict, id).toBe('pass');
    }
  });

  const refused = (Object.keys(SOURCES) as Source[]).flatMap(source =>
    (Object.keys(STEPS) as Step[])
      .filter(step => !SUITABLE[source].includes(step) && source !== 'number')
      .map(step => [step, source] as const)
  );

  it.each(refused)('%s is refused on a column of %s values, with advice that works', async (step, source) => {
    const column = `${source}_${step}`;
    const error: unknown = await STEPS[step](prep(), column)
      .fit(parts.train)
      .then(null, (e: unknown) => e);
    expect(error).toMatchObject({ code: 'COLUMN_TYPE' });
    const advised = [...String(error).matchAll(/(?:prep)?\.(\w+)\([^)]*"\w+"\)/g)].map(([, name]) => name as Step);
    if (advised.length === 0) {
      // The dates that it needs are another column's.
      expect(String(error)).toContain(`frame.derive("${column}"`);
    }
    for (const advice of advised.filter(name => name in STEPS)) {
      expect(SUITABLE[source]).toContain(advice);
    }
  });
});
